"""The lists of the balance page: which clips they hold, and going through them by ear."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from curator.domain import suggesting
from curator.domain.decision import Changes, Field, State
from curator.domain.errors import CuratorError
from curator.domain.suggesting import Suggested
from curator.ui.actions import KeyScope
from curator.ui.balance.learning import Lesson
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.balance.view import BalanceView
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.widgets.held_keys import HeldKeys

NEIGHBOURS = 3
"""Clips of the list made ready to be heard after the current one."""


class ListingPage(BalanceView):
    """List clips and hear them. The table of actions names these methods."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session)
        self.listening = ClipPlayback(session, player, self)
        self._kind = SuggestionKind.LIKELY
        self._lesson: Lesson | None = None
        self._newer = False  # whether more was learned than the list shows
        self._listed = ""  # the category whose likely clips are listed
        self._connect_lists()
        self.list.mark(self._kind)

    def _connect_lists(self) -> None:
        self.session.changed.connect(self._follow)
        self.learning.learned.connect(self._take_lesson)
        self.counting.planned.connect(self._list_first)
        self.table.doubleClicked.connect(self.show_clips)
        self.table.selectionModel().currentRowChanged.connect(self._list_category)
        self.list.kind_wanted.connect(self.show_list)
        self.list.chosen.connect(self._go_to)
        HeldKeys(self.list.table, self._may_run_on)
        self.list.table.doubleClicked.connect(self.show_clip)
        self.listening.refused.connect(self.session.messages.warn)

    def shown(self) -> None:
        """See Page."""
        if self.counting.planner is None:
            self.counting.begin()
        self.learning.begin()
        self.table.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is in front: it is that one's turn to be heard."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.listening.stop()

    def close_page(self) -> None:
        """See Page."""
        self.learning.stop()
        self.listening.close()

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return (self.table, self.list.table) if place == KeyScope.LIST else ()

    # Lists

    def show_list(self, kind: str) -> None:
        """List clips that are likely, doubtful or perhaps wrong."""
        self._kind = SuggestionKind(kind)
        self._list()
        self.list.table.setFocus()

    def go_to_categories(self) -> None:
        """Back to the categories."""
        self.table.setFocus()

    def next_clip(self) -> None:
        """Go to the next clip of the list."""
        self.list.go_to_row(self.list.table.currentIndex().row() + 1)

    def previous_clip(self) -> None:
        """Go to the one before."""
        self.list.go_to_row(max(0, self.list.table.currentIndex().row() - 1))

    def show_clips(self) -> None:
        """The undecided clips of the chosen category, for judging."""
        key = self.table.chosen
        self.session.show_clips(f"state:undecided emotion:{key or 'none'}")

    def show_clip(self) -> None:
        """The current clip in Audit."""
        self.session.show_clip(self._current().clip.id)

    # Hearing

    def play_or_stop(self) -> None:
        """Play the current clip, or stop what plays."""
        self.listening.play_or_stop()

    def replay(self) -> None:
        """Play the current clip from its start."""
        self.listening.replay()

    # How it is done

    def _current(self) -> Suggested:
        current = self.list.current
        if current is None:
            raise CuratorError(self.tr("No clip of the list is chosen."))
        return current

    def _may_run_on(self) -> bool:
        """Whether a held key may leave the clip: it was heard, or the person skips knowingly."""
        current, skips = self.list.current, self.session.settings.is_on("skip_unheard")
        return skips or current is None or current.clip.id in self.listening.played

    @Slot(object)
    def _take_lesson(self, lesson: Lesson) -> None:
        self._lesson = lesson
        if self.counting.planner is not None:
            self.counting.planner.suggest(lesson.suggestions)
            self.counting.planned.emit(self.counting.planner.plan())
        self._newer = bool(self.list.model.rowCount())
        if not self._newer:
            self._list()
        self._say()

    @Slot()
    def _list_first(self) -> None:
        """The first plan has come: begin with the category that lacks most."""
        if self._listed or self.counting.planner is None:
            return
        thinnest = self.counting.planner.plan().thinnest
        self._listed = self.table.chosen
        if thinnest is not None:
            self.table.choose(thinnest.key)
        self._list()

    @Slot()
    def _list_category(self) -> None:
        if self.table.chosen != self._listed and self._kind is SuggestionKind.LIKELY:
            self._list()

    def _list(self) -> None:
        planner = self.counting.planner
        if planner is None:
            return
        self._listed, self._newer = self.table.chosen, False
        clips, suggestions = planner.clips.values(), planner.suggestions
        emotions = {each.key: each for each in self.session.project.settings.emotions.emotions}
        known = {clip: one for clip, one in suggestions.items() if one.emotion in emotions}
        if self._kind is SuggestionKind.LIKELY:
            rows = suggesting.likely(clips, known, self._listed)
        elif self._kind is SuggestionKind.DOUBTFUL:
            rows = suggesting.doubtful(clips, known)
        else:
            rows = suggesting.suspects(clips, known)
        self.list.mark(self._kind)
        self.list.model.show_rows(rows, emotions)
        self.list.go_to_row(0)
        self._say()

    def _say(self) -> None:
        """What the list is of, and how far it can be believed."""
        emotions = self.session.project.settings.emotions
        name = next((e.name for e in emotions.emotions if e.key == self._listed), "")
        heading = {
            SuggestionKind.LIKELY: self.tr("Likely clips of %1").replace(
                "%1", name or self.tr("no category")
            ),
            SuggestionKind.DOUBTFUL: self.tr("Clips of which least can be said"),
            SuggestionKind.SUSPECTS: self.tr("Clips whose category looks wrong"),
        }[self._kind]
        if self._newer:
            heading += self.tr(" – newer suggestions are there, list them again")
        self.list.heading.setText(heading)
        verdict = self._lesson.verdict if self._lesson else None
        said = verdict.sentence if verdict else self.tr("Nothing was learned from categories yet.")
        if (
            verdict
            and self._kind is SuggestionKind.LIKELY
            and self._listed in verdict.weak
            and verdict.good
        ):
            said = self.tr("These are hardly better than chance. ") + said
        self.list.said.setText(said)

    @Slot(object)
    def _go_to(self, row: Suggested | None) -> None:
        if row is None:
            self.listening.go_to(None, (), play=False)
            return
        at = self.list.table.currentIndex().row()
        after = [self.list.model.row(at + 1 + i) for i in range(NEIGHBOURS)]
        clip = self.session.project.clips.get(row.clip.id)
        plays = self.session.settings.is_on("autoplay") and self.list.table.hasFocus()
        self.listening.go_to(clip, [each.clip.id for each in after if each], play=plays)

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        """Rows that are decided leave the list; those whose decision is undone come back."""
        if Field.CATEGORIES in changes.fields:
            self._listed = ""  # listed anew with the next plan
            return
        planner = self.counting.planner
        if planner is None or not changes.fields & {Field.EMOTION, Field.STATE, Field.PRESENCE}:
            return
        at = self.list.table.currentIndex().row()
        before = self.list.current
        self.list.model.follow(self._is_open)
        now = self.list.current
        if now is None or before is None or now.clip.id != before.clip.id:
            self.list.go_to_row(at)

    def _is_open(self, row: Suggested) -> bool:
        """Whether a clip of the list is still to be decided."""
        planner = self.counting.planner
        clip = planner.clips.get(row.clip.id) if planner else None
        if clip is None or clip.state is State.DROPPED:
            return False
        if self._kind is SuggestionKind.SUSPECTS:
            return clip.emotion is not None and clip.emotion == row.clip.emotion
        return clip.emotion is None
