"""How the audit page follows the person and what happens to the project."""

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent

from curator.domain.clip import Clip
from curator.domain.clip_query import Query
from curator.domain.decision import NOT_OF_CLIPS, Changes, Field
from curator.ui.audit.layout import AuditParts
from curator.ui.clip_commands.decisions import ClipDecisions
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.clip_data import clip_counts
from curator.ui.clip_data.column_feed import Members
from curator.ui.clip_data.review_order import Order
from curator.ui.session import Session
from curator.ui.sound.player import Player

READY_AHEAD, READY_BEHIND = 5, 3
"""Clips of the list that are made ready to be heard."""


class AuditView(AuditParts):
    """Shows the clip that is looked at, and keeps list and clip as the project has them."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session)
        self.judging = ClipDecisions(session, self)
        self.listening = ClipPlayback(session, player, self)
        self.clip: Clip | None = None
        self._asked: tuple[Query, Order] | None = None
        self._decided = False  # whether something was decided that the columns do not know yet
        self._connect()
        self._begin()

    def _connect(self) -> None:
        session = self.session
        self.feed.decided.connect(self._follow_decision)
        self.feed.analysed.connect(self._follow_facts)
        session.chosen.connect(self._follow_choice)
        session.query_asked.connect(self.query.set_query)
        self.table.clip_chosen.connect(self._choose)
        self.table.sort_asked.connect(lambda key, down: self.query.set_order(Order(key, down)))
        self.table.choice_changed.connect(self._say_chosen)
        self.query.wanted.connect(self._show_list)
        self.query.left.connect(self.table.setFocus)
        self.seen.connect(self._make_ready)
        self.seen.connect(self.feed.may_read)
        self.feed.refreshed.connect(self._follow_reading)
        self.feed.failed.connect(session.messages.fail)
        self.table.may_run_on = self._may_run_on
        self.listening.moved.connect(self.editor.waveform.set_playhead)
        self.listening.sounding.connect(self.editor.set_sound)
        self.listening.styled.connect(self._say_style)
        self.listening.refused.connect(self.session.messages.warn)
        self.editor.word_clicked.connect(self.listening.play_from)
        self.editor.clip_asked.connect(self.session.choose)
        self.nothing_button.clicked.connect(self._leave_nothing)

    def _begin(self) -> None:
        self.query.edit.setText(self.session.query)
        self.query.ask()
        self._say_style()
        if self.session.current is not None:
            self._follow_choice(self.session.current)
        elif self.model.ids.size:
            self.table.go_to_row(0)

    # What the person looks at

    @Slot(object, object)
    def _show_list(self, query: Query, order: Order) -> None:
        self.session.query = self.query.edit.text()
        self.table.show_sorting(order.column, order.descending)
        if not self.feed.ready(query, order):
            self._asked = query, order  # the list stays as it is until it can be answered
            self.query.show_reading()
            return
        self._asked = None
        self.model.show(query, order)
        self._say_counts()

    @Slot(object, object)
    def _follow_reading(self, came: frozenset[int], went: frozenset[int]) -> None:
        """All clips were read beside the window."""
        had_none = not self.model.ids.size
        self.model.follow(None, None, (came, went))
        asked, self._asked = self._asked, None
        if asked is not None and asked != (self.model.query, self.model.order):
            self._show_list(*asked)
        else:
            self._say_counts()
        current = self.session.current
        if current is not None and (self.clip is None or self.clip.id != current):
            self._follow_choice(current)
        elif had_none and self.model.ids.size:
            self.table.go_to_row(0)
        decided, self._decided = self._decided, False
        if went or not came or decided:
            self._refresh(None)

    @Slot(int)
    def _choose(self, clip: int) -> None:
        """The list has another current clip."""
        moved = self.clip is not None
        self._show_clip(clip, play=moved and self._may_play())
        self.session.choose(clip)

    def _may_play(self) -> bool:
        """Whether a clip is heard when it is chosen: not from behind another page."""
        return self.isVisible() and self.session.settings.is_on("autoplay")

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is in front, and it is that one's turn to be heard."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.listening.stop()

    @Slot(int)
    def _follow_choice(self, clip: int) -> None:
        """Another page, or a link, wants a clip to be looked at."""
        if self.clip is not None and self.clip.id == clip:
            return
        if not self.table.go_to(clip):
            self.query.set_query("")
            self.table.go_to(clip)

    def _show_clip(self, number: int, *, play: bool) -> None:
        self.editor.text.give_up_focus()
        self.clip = self.session.project.clips.get(number)
        self._draw_clip()
        if play or not self._unpainted.isActive():
            self._make_ready(play=play)

    @Slot()
    def _make_ready(self, *, play: bool = False) -> None:
        """Have the clip and those around it ready to be heard."""
        if self.clip is None:
            return
        row = self.table.currentIndex().row()
        ids = self.model.ids
        ahead = ids[row + 1 : row + 1 + READY_AHEAD].tolist()
        behind = ids[max(0, row - READY_BEHIND) : max(0, row)][::-1].tolist()
        self.listening.go_to(self.clip, ahead + behind, play=play)

    def _draw_clip(self) -> None:
        clip = self.clip
        before = after = None
        if clip is not None:
            before, after = clip_counts.beside(self.columns, clip.id)
        around = [number for number in (before, after) if number is not None]
        spans = [span for _, _, span in self.session.project.clips.spans(around)]
        self.editor.show_clip(clip, spans, editable=not self.session.read_only)
        texts: dict[int, str] = dict(self.session.project.clips.rows("shown", around))
        self.editor.show_neighbours(
            None if before is None else (before, texts.get(before, "")),
            None if after is None else (after, texts.get(after, "")),
        )
        self.findings.show_clip(clip)
        self.emotions.show_emotion(clip.emotion if clip else None)

    def _may_run_on(self) -> bool:
        """Whether a held key may leave the clip: it was heard, or the person skips knowingly."""
        heard = self.clip is None or self.clip.id in self.listening.heard
        return heard or self.session.settings.is_on("skip_unheard")

    # What happens to the project

    @Slot(object, object)
    def _follow_decision(self, changes: Changes, members: Members | None) -> None:
        self.judging.note(changes)
        if Field.CATEGORIES in changes.fields:
            self._take_categories()
        if changes.fields <= NOT_OF_CLIPS:
            return
        if members is None:  # so much that it is read beside the window
            self._decided = True
            if Field.PRESENCE not in changes.fields:
                self._refresh(None)
            return
        self.model.follow(changes.clips, changes, members)
        self._say_counts()
        there = self.columns.ids[self.columns.positions(changes.clips)].tolist()
        if Field.PRESENCE in changes.fields:
            shown = self.model.ids[np.isin(self.model.ids, there)].tolist()
            if shown:
                self.clip = None
                self.table.go_to(shown[0])
                self._show_clip(shown[0], play=False)
                self.session.choose(shown[0])
        elif there and self.session.stepping and self.clip and self.clip.id not in there:
            self._follow_choice(there[0])
        else:
            self._refresh(there)

    def _take_categories(self) -> None:
        """The project has other categories."""
        emotions = self.session.project.settings.emotions
        self.emotions.show_categories(emotions)
        self.model.show_categories(emotions)
        for key in emotions.keys:
            self.columns.emotions.setdefault(key, len(self.columns.emotions))
        self._say_counts()

    @Slot(object, object)
    def _follow_facts(self, clips: frozenset[int] | None, members: Members | None) -> None:
        if clips is None:
            self.editor.forget_recordings()
        if members is None:
            return
        had_none = not self.model.ids.size
        self.model.follow(clips, None, members)
        self._say_counts()
        if had_none and self.model.ids.size:
            self.table.go_to_row(0)
        self._refresh(None if clips is None else list(clips))

    def _refresh(self, clips: list[int] | None) -> None:
        """Show the current clip as it is now, if it is among these; None: any."""
        if self.clip is None or (clips is not None and self.clip.id not in clips):
            return
        if not self.columns.positions([self.clip.id]).size:
            self.clip = None
            row = min(max(0, self.table.currentIndex().row()), self.model.ids.size - 1)
            if row >= 0:
                self._choose(int(self.model.ids[row]))
            return
        before, self.clip = self.clip, self.session.project.clips.get(self.clip.id)
        self._draw_clip()
        if before.span != self.clip.span:
            self.listening.go_to(self.clip, (), play=False)

    # What the page says

    def _say_counts(self) -> None:
        ids = self.model.ids
        if not self.columns.whole:
            self.query.show_reading()
            return
        self.query.show_result(
            int(ids.size), len(self.columns), clip_counts.total_seconds(self.columns, ids)
        )
        self.emotions.show_counts(clip_counts.kept_by_emotion(self.columns))
        if self.model.order.special == "random":
            self.query.show_sample(*clip_counts.judged_from_top(self.columns, ids))
        else:
            self.query.hide_sample()
        self.stack.setCurrentIndex(0 if ids.size else 1)
        if not len(self.columns):
            self.nothing_said.setText(self.tr("There are no clips yet."))
            self.nothing_button.setText(self.tr("Add recordings"))
        elif not ids.size:
            self.nothing_said.setText(self.tr("No clip is what you are looking for."))
            self.nothing_button.setText(self.tr("Show all clips"))

    @Slot()
    def _say_chosen(self) -> None:
        self.query.show_chosen(self.table.count_chosen())

    @Slot()
    def _leave_nothing(self) -> None:
        if len(self.columns):
            self.query.set_query("")
            self.table.setFocus()
        else:
            self.session.page_asked.emit("intake")

    @Slot()
    def _say_style(self) -> None:
        said = [self.tr("speed %1").replace("%1", f"{self.listening.speed:g}")]
        if self.listening.loop:
            said.append(self.tr("in a loop"))
        if self.listening.matched:
            said.append(self.tr("equally loud, for the ear only"))
        self.editor.show_style(", ".join(said))
