"""Controller of the suggestion list: its clips, the current clip and playback."""

from PySide6.QtCore import QObject, Slot

from curator.domain.decision import Changes, Field
from curator.domain.errors import CuratorError
from curator.ui.balance.empty_text import (
    EmptyAction,
    EmptyText,
    with_new_suggestions,
    without_suggested,
    without_suggestions,
)
from curator.ui.balance.layout import BalanceLayout
from curator.ui.balance.model import BalanceModel
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.balance.suggestion_model import SuggestionRow
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.widgets.held_keys import HeldKeys

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
        self._action = EmptyAction.NONE
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

    def current(self) -> SuggestionRow:
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
        is_in_use = self._list.table.hasFocus() or not self._model.lists_unlabelled
        self._model.is_outdated = is_in_use and bool(self._list.model.rowCount())
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
        elif not self._list.empty.isHidden():
            self._describe()

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
        self._list.show_rows(self._model.list_rows(), self._model.emotions)
        self._describe()
        self._list.go_to_row(0)

    def _describe(self) -> None:
        """Set the heading, the text of an empty list and the accuracy of the suggestions."""
        text = self._empty_text()
        self._action = text.action
        self._list.empty.show_text(text)
        self._list.heading.setText(self._heading())
        self._list.accuracy.setText(self._remark())

    def _heading(self) -> str:
        if self._model.lists_unlabelled:
            return self.tr("Clips to label")
        heading = {
            SuggestionKind.SUGGESTED: self.tr("Suggested clips: %1"),
            SuggestionKind.UNCERTAIN: self.tr("Uncertain clips"),
            SuggestionKind.SUSPECT: self.tr("Suspect labels"),
        }[self._model.kind]
        heading = heading.replace("%1", self._category_name or self.tr("all categories"))
        if self._model.is_outdated:
            heading += self.tr(" – newer suggestions available, reopen the list")
        return heading

    def _remark(self) -> str:
        """Accuracy of the listed suggestions; keys that label the other clips."""
        result, model = self._model.result, self._model
        if model.lists_unlabelled:
            return self.tr("Space: play. Digits: set the category and keep the clip.")
        if result is None:
            return self.tr("No suggestions computed yet.")
        verdict = result.verdict
        is_weak = (
            model.kind is SuggestionKind.SUGGESTED
            and verdict.good
            and model.category in verdict.weak
        )
        return (self.tr("Barely above chance. ") if is_weak else "") + verdict.sentence

    def _empty_text(self) -> EmptyText:
        """What an empty list says, with the action of its button."""
        model, labelled = self._model, self._model.labelled
        verdict = model.result.verdict if model.result else None
        is_behind = model.lists_unlabelled and model.is_outdated
        if verdict is not None and is_behind and model.suggested():
            return with_new_suggestions(verdict)
        is_current, category = model.updater.is_current, self._category_name
        text = without_suggestions(verdict, labelled, model.unlabelled, is_current=is_current)
        if text is not None or verdict is None:
            return text or EmptyText(self.tr("No suggestions yet"))
        if model.kind is SuggestionKind.SUGGESTED:
            return without_suggested(
                verdict, category, labelled, model.unlabelled, is_current=is_current
            )
        is_uncertain = model.kind is SuggestionKind.UNCERTAIN
        title = self.tr("No uncertain clips") if is_uncertain else self.tr("No suspect labels")
        return EmptyText(title, verdict.sentence)

    @property
    def _category_name(self) -> str:
        emotion = self._model.emotions.get(self._model.category or "")
        return emotion.name if emotion else ""

    @Slot()
    def _lead_on(self) -> None:
        if self._action in (EmptyAction.ANALYSE, EmptyAction.ADD):
            self._session.page_asked.emit("intake")
        elif self._action is EmptyAction.SHOW:
            self.show_list(SuggestionKind.SUGGESTED)
        else:
            self._session.show_clips(UNLABELLED)

    @Slot(object)
    def _go_to(self, row: SuggestionRow | None) -> None:
        # While rows of removed clips go, the selection passes over others that are removed, too.
        if row is None or not self._model.is_there(row):
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
