"""Controller of the suggestion list: its clips, the current clip and playback."""

from PySide6.QtCore import QObject, Slot

from curator.domain.decision import Changes, Field
from curator.domain.errors import CuratorError
from curator.domain.suggesting import Suggested
from curator.ui.balance.layout import BalanceLayout
from curator.ui.balance.model import BalanceModel
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.widgets.held_keys import HeldKeys
from curator.ui.wording import number

UNLABELLED = "emotion:none -state:dropped"
"""Query for the clips that can still get a category."""

PRELOADED = 3
"""Clips decoded in advance after the current one."""


class SuggestionBrowser(QObject):
    """Lists clips, moves through them and plays them."""

    def __init__(
        self,
        session: Session,
        model: BalanceModel,
        ui: BalanceLayout,
        player: Player | None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._model, self._ui, self._list = session, model, ui, ui.list
        self.playback = ClipPlayback(session, player, self)
        self._must_list = False  # with the next plan
        session.changed.connect(self._follow)
        model.updated.connect(self._follow_update)
        model.plans.planned.connect(self._follow_plan)
        ui.table.doubleClicked.connect(self.show_clips)
        ui.table.selectionModel().currentRowChanged.connect(self._follow_category)
        ui.list.kind_wanted.connect(self.show_list)
        ui.list.current_changed.connect(self._go_to)
        ui.list.table.doubleClicked.connect(self.show_clip)
        ui.list.lead_wanted.connect(self._lead_on)
        HeldKeys(ui.list.table, self._may_skip)
        self.playback.refused.connect(session.messages.warn)
        ui.list.mark(model.kind)

    def current(self) -> Suggested:
        """Return the current row. Raises CuratorError without one."""
        row = self._list.current
        if row is None:
            raise CuratorError(self.tr("No clip selected."))
        return row

    # Commands

    def show_list(self, kind: str) -> None:
        """List clips of a SuggestionKind and focus the list."""
        self._model.kind = SuggestionKind(kind)
        self._reload()
        if self._list.model.rowCount():
            self._list.table.setFocus()

    def show_categories(self) -> None:
        """Focus the categories."""
        self._ui.table.setFocus()

    def next_clip(self) -> None:
        """Go to the next clip of the list."""
        self._list.go_to_row(self._list.row + 1)

    def previous_clip(self) -> None:
        """Go to the previous clip of the list."""
        self._list.go_to_row(self._list.row - 1)

    def show_clips(self) -> None:
        """Show undecided clips of the current category in Audit."""
        key = self._ui.table.category
        self._session.show_clips(f"state:undecided emotion:{key or 'none'}")

    def show_clip(self) -> None:
        """Show the current clip in Audit."""
        self._session.show_clip(self.current().clip.id)

    # Updates

    def _may_skip(self) -> bool:
        """Whether a held key may leave the current clip: played, or skipping is allowed."""
        row, skips = self._list.current, self._session.settings.is_on("skip_unheard")
        return skips or row is None or row.clip.id in self.playback.played

    @Slot()
    def _follow_update(self) -> None:
        """Keep the list as it is while a person works in it."""
        self._model.is_outdated = bool(self._list.model.rowCount())
        if self._model.is_outdated:
            self._describe()
        else:
            self._reload()

    @Slot(object)
    def _follow_plan(self, _plan: object) -> None:
        """Start with the category farthest from its target; list again after category edits."""
        plan = self._model.plans.plan
        if plan is not None and self._model.category is None:
            if plan.thinnest is not None:
                self._ui.table.set_category(plan.thinnest.key)
            self._reload()
        elif self._must_list:
            self._reload()

    @Slot()
    def _follow_category(self) -> None:
        is_other = self._ui.table.category != self._model.category
        if is_other and self._model.kind is SuggestionKind.SUGGESTED:
            self._reload()

    def _reload(self) -> None:
        if self._model.plans.planner is None:
            return
        self._model.category, self._model.is_outdated = self._ui.table.category, False
        self._must_list = False
        self._list.mark(self._model.kind)
        self._list.model.show_rows(self._model.rows(), self._model.emotions)
        self._describe()
        self._list.go_to_row(0)

    def _describe(self) -> None:
        """Set the heading, the text of an empty list and the accuracy of the suggestions."""
        kind, result = self._model.kind, self._model.result
        emotion = self._model.emotions.get(self._model.category or "")
        name = emotion.name if emotion else self.tr("all categories")
        heading = {
            SuggestionKind.SUGGESTED: self.tr("Suggested clips: %1").replace("%1", name),
            SuggestionKind.UNCERTAIN: self.tr("Uncertain clips"),
            SuggestionKind.SUSPECT: self.tr("Suspect labels"),
        }[kind]
        self._describe_empty(kind)
        if self._model.is_outdated:
            heading += self.tr(" – newer suggestions available, reopen the list")
        self._list.heading.setText(heading)
        is_weak = (
            result is not None
            and kind is SuggestionKind.SUGGESTED
            and result.verdict.good
            and self._model.category in result.verdict.weak
        )
        text = result.verdict.sentence if result else self.tr("No suggestions computed yet.")
        self._list.accuracy.setText((self.tr("Barely above chance. ") if is_weak else "") + text)

    def _describe_empty(self, kind: SuggestionKind) -> None:
        """Set what an empty list says, and where its button leads."""
        result, empty = self._model.result, self._list.empty
        if result is None:
            empty.show_reason(self.tr("No suggestions computed yet"), "", "")
        elif self._needs_analysis():
            text = self.tr("The labelled clips are not analysed, so nothing can be learned yet.")
            empty.show_reason(self.tr("No suggestions yet"), text, self.tr("Analyse recordings"))
        elif not result.verdict.good:
            text = f"{result.verdict.sentence} {self._labelled()}".strip()
            empty.show_reason(self.tr("No suggestions yet"), text, self.tr("Label clips in Audit"))
        elif kind is SuggestionKind.SUGGESTED:
            emotion = self._model.emotions.get(self._model.category or "")
            title = self.tr("No suggested clips: %1") if emotion else self.tr("No suggested clips")
            text = self.tr("Label more clips. %1").replace("%1", result.verdict.sentence)
            empty.show_reason(
                title.replace("%1", emotion.name if emotion else ""),
                text,
                self.tr("Label clips in Audit"),
            )
        else:
            title = (
                self.tr("No uncertain clips")
                if kind is SuggestionKind.UNCERTAIN
                else self.tr("No suspect labels")
            )
            empty.show_reason(title, result.verdict.sentence, "")

    def _labelled(self) -> str:
        """Labelled clips by category: "Labelled: Greeting 1, Question 1."."""
        plan = self._model.plans.plan
        counts = [
            f"{each.emotion.name} {number(each.clips + each.undecided)}"
            for each in (plan.balance.categories if plan else ())
            if each.emotion is not None and each.clips + each.undecided
        ]
        text = self.tr("Labelled: %1.").replace("%1", ", ".join(counts))
        return text if counts else ""

    def _needs_analysis(self) -> bool:
        """Whether the labelled clips are not analysed, so that nothing can be learned."""
        plan, result = self._model.plans.plan, self._model.result
        if plan is None or result is None or result.verdict.good:
            return False
        labelled = sum(each.clips + each.undecided for each in plan.balance.categories)
        return labelled > 0 and result.verdict.labels == 0

    @Slot()
    def _lead_on(self) -> None:
        if self._needs_analysis():
            self._session.page_asked.emit("intake")
        else:
            self._session.show_clips(UNLABELLED)

    @Slot(object)
    def _go_to(self, row: Suggested | None) -> None:
        if row is None:
            self.playback.go_to(None, (), play=False)
            return
        following = [self._list.model.row(self._list.row + 1 + i) for i in range(PRELOADED)]
        clip = self._session.project.clips.get(row.clip.id)
        plays = self._session.settings.is_on("autoplay") and self._list.table.hasFocus()
        self.playback.go_to(clip, [each.clip.id for each in following if each], play=plays)

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        """Remove decided rows; restore rows after an undo."""
        if Field.CATEGORIES in changes.fields:
            self._must_list = True
            return
        fields = {Field.EMOTION, Field.STATE, Field.PRESENCE}
        if self._model.plans.planner is None or not changes.fields & fields:
            return
        row, before = self._list.row, self._list.current
        self._list.model.follow(self._model.is_open)
        now = self._list.current
        if now is None or before is None or now.clip.id != before.clip.id:
            self._list.go_to_row(row)
