"""Commands of the audit page: one method per intention, named by the table of actions."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from curator.domain.clip import Clip
from curator.domain.decision import Changes
from curator.domain.errors import CuratorError
from curator.ui.audit.view import AuditView
from curator.ui.clip_commands.decisions import ClipDecisions
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.clip_data import clip_counts
from curator.ui.session import LATER, Session

EDGE_DELAY_MS = 200
"""Delay between the last move of an edge and its playback."""


class AuditCommands(QObject):
    """Playback, navigation, decisions, text and edges of the current or the selected clips."""

    def __init__(
        self,
        session: Session,
        view: AuditView,
        playback: ClipPlayback,
        decisions: ClipDecisions,
    ) -> None:
        super().__init__(view)
        self._session, self._view, self._decisions = session, view, decisions
        self._playback, self._current_clip = playback, view.current
        self._edge = "start"
        self._edge_timer = QTimer(self, singleShot=True, interval=EDGE_DELAY_MS)
        self._edge_timer.timeout.connect(self._play_edge)
        self._current_clip.edge_moved.connect(self._move_edge)
        self._current_clip.corrected.connect(self._correct)
        self._current_clip.category_asked.connect(self.give_category)
        self._current_clip.fix_asked.connect(self._fix)

    def stop(self) -> None:
        """Cancel the delayed playback of a moved edge."""
        self._edge_timer.stop()

    # Playback

    def play_or_stop(self) -> None:
        """Play the selected part, else the clip from the cursor; stop if it plays."""
        cursor, part = self._current_clip.cursor_sample, self._current_clip.selection
        if not self._playback.playing and part is not None:
            self._playback.play_span(part)
        elif not self._playback.playing and cursor is not None:
            self._playback.play_from(cursor)
        else:
            self._playback.play_or_stop()

    def seek_word(self, step: int) -> None:
        """Move the cursor to the previous (-1) or next (1) word; what plays goes on from there."""
        at = self._current_clip.seek_word(step)
        if at is not None and self._playback.playing:
            self._playback.play_from(at)

    def zoom(self, how: str) -> None:
        """Zoom the waveform; see `CurrentClip.zoom`."""
        self._current_clip.zoom(how)

    def compare_with_voice(self) -> None:
        """Play the reference clip of the voice; a second time, the current clip."""
        voice = self._session.project.decisions.voice()
        if not voice:
            self._session.messages.inform(
                self.tr("No reference voice set."),
                self.tr("Select a clip of the voice and press V."),
            )
            return
        self._playback.play_other(voice[0])

    def toggle_spectrogram(self) -> None:
        """Show or hide the spectrogram."""
        self._current_clip.toggle_spectrogram()

    # Navigation

    def next_clip(self) -> None:
        """Go to the next clip in the list."""
        self._go_to_row(self._view.current_row + 1)

    def previous_clip(self) -> None:
        """Go to the previous clip in the list."""
        self._go_to_row(self._view.current_row - 1)

    def next_finding(self) -> None:
        """Go to the next clip with a finding."""
        self._go_to_next("finding", self.tr("No other clip in the list has findings."))

    def next_undecided(self) -> None:
        """Go to the next undecided clip."""
        self._go_to_next("undecided", self.tr("No other clip in the list is undecided."))

    def type_query(self) -> None:
        """Move the focus to the filter."""
        self._view.type_query()

    # Decisions

    def keep_and_next(self) -> None:
        """Keep the selected clips and go to the next one."""
        self._decide_and_go(self._decisions.keep)

    def drop_and_next(self) -> None:
        """Drop the selected clips and go to the next one."""
        self._decide_and_go(self._decisions.drop)

    def undecide(self) -> None:
        """Reset the selected clips to undecided."""
        self._decisions.undecide(self._view.selected_clips())

    def repeat_last(self) -> None:
        """Repeat the last decision for the selected clips and go to the next one."""
        self._decide_and_go(self._decisions.repeat)

    @Slot(str)
    def give_category(self, digit: str) -> None:
        """Put the selected clips into the category of a digit; toggles if the clip is in it."""
        categories = self._session.project.settings.emotions.emotions
        category = next((each.key for each in categories if each.digit == digit), None)
        if category is None:
            text = self.tr("No category uses key %1.").replace("%1", digit)
            self._session.messages.inform(text)
            return
        clip = self._current_clip.clip
        again = clip is not None and clip.emotion == category
        self._decisions.give_category(self._view.selected_clips(), None if again else category)
        self._current_clip.show_category()

    def choose_voice(self) -> None:
        """Set the selected clips as the reference of the voice."""
        self._decisions.choose_voice(self._view.selected_clips())

    # Text

    def edit_text(self) -> None:
        """Move the focus to the transcript."""
        self._current_clip.edit_text()

    def leave_text(self) -> None:
        """Discard what was typed or selected, and move the focus back to the list."""
        if self._current_clip.cancel_text():
            self._session.messages.inform(self.tr("Discarded the changes of the text."))
        else:
            self._current_clip.select(None)
        self._view.focus_list()

    def transcribe_again(self) -> None:
        """Transcribe the selected clips again."""
        self._decisions.transcribe_again(self._view.selected_clips())
        self._session.messages.inform(self.tr("Transcribing again…"), topic="transcribe")

    # Edges

    def start_to_cursor(self) -> None:
        """Move the start of the clip to the cursor or the playhead."""
        self._edge_to_cursor("start")

    def stop_to_cursor(self) -> None:
        """Move the end of the clip to the cursor or the playhead."""
        self._edge_to_cursor("stop")

    def nudge_start(self, ms: int) -> None:
        """Move the start by milliseconds."""
        self._nudge("start", ms)

    def nudge_stop(self, ms: int) -> None:
        """Move the end by milliseconds."""
        self._nudge("stop", ms)

    def trim_to_pause(self) -> None:
        """Move the edges that cut a word to the nearest pause."""
        if not self._decisions.trim_to_pause(self._current()):
            self._session.messages.inform(self.tr("No pause near the edges of the clip."))

    def trim_to_selection(self) -> None:
        """Move the edges of the clip to those of the selection."""
        clip, part = self._current(), self._current_clip.selection
        if part is None:
            raise CuratorError(
                self.tr("Nothing is selected."), self.tr("Drag in the waveform to select a part.")
            )
        if self._decisions.trim_to(clip, part):
            self._current_clip.select(None)

    def split_at_cursor(self) -> None:
        """Split the clip in two at the cursor or the playhead."""
        clip, sample = self._current(), self._cursor()
        if sample is None:
            raise CuratorError(
                self.tr("No split position set."),
                self.tr("Click in the waveform, or press the key while the clip plays."),
            )
        self._decisions.split(clip, sample)

    def merge_with_next(self) -> None:
        """Merge the clip with the next one of its recording."""
        clip = self._current()
        _, after = clip_counts.beside(self._view.columns, clip.id)
        if after is None:
            raise CuratorError(self.tr("No clip follows this one in its recording."))
        self._decisions.merge(clip, self._session.project.clips.get(after))

    def clean(self) -> None:
        """Open the cleaning dialog for the selected clips or their recording."""
        self._session.action_asked.emit("window.show_cleaning")

    # Helpers

    def _current(self) -> Clip:
        if self._current_clip.clip is None:
            raise CuratorError(self.tr("No clip selected."))
        self._current_clip.commit_text()
        return self._current_clip.clip

    def _cursor(self) -> int | None:
        """Sample of the playhead, else of the cursor, else None."""
        playhead = self._playback.playhead()
        return playhead if playhead is not None else self._current_clip.cursor_sample

    def _go_to_row(self, row: int) -> None:
        if not self._view.go_to_row(row) and row >= 0:
            self._session.messages.inform(self.tr("This is the last clip in the list."))

    def _go_on_from(self, row: int, changes: Changes | None) -> None:
        """Go to the next row; at the end, say so beside what was decided and its undo."""
        messages = self._session.messages
        if self._view.go_to_row(row + 1):
            return
        shown = messages.shown
        if changes is None or changes is LATER or shown is None or not shown.action:
            self._go_to_row(row + 1)
            return
        left = clip_counts.undecided(self._view.columns)
        end = self.tr("This is the last clip in the list.") if left else self.tr("All decided.")
        messages.confirm(f"{shown.sentence} {end}", shown.action)

    def _go_to_next(self, wanted: str, otherwise: str) -> None:
        ids, row = self._view.model.ids, self._view.current_row
        row_after = clip_counts.next_row(self._view.columns, ids, row, wanted)
        if row_after is None:
            self._session.messages.inform(otherwise)
        else:
            self._view.go_to_row(row_after)

    def _decide_and_go(self, decide: Callable[[list[int]], Changes | None]) -> None:
        self._current_clip.commit_text(leave=True)
        clips = self._view.selected_clips()
        changes = decide(clips)
        self._go_on_from(self._view.model.last_row_of(clips), changes)

    def _edge_to_cursor(self, edge: str) -> None:
        clip, sample = self._current(), self._cursor()
        if sample is not None:
            self._decisions.move_edge(clip, edge, sample)

    def _nudge(self, edge: str, ms: int) -> None:
        clip = self._current()
        start = clip.span.start if edge == "start" else clip.span.stop
        self._move_edge(edge, start + round(ms * clip.rate / 1000), nudge=True)

    @Slot(str, int)
    def _move_edge(self, edge: str, sample: int, *, nudge: bool = False) -> None:
        if self._decisions.move_edge(self._current(), edge, sample, nudge=nudge):
            self._edge = edge
            self._edge_timer.start()

    @Slot()
    def _play_edge(self) -> None:
        if self._session.settings.is_on("autoplay"):
            (self._playback.play_start if self._edge == "start" else self._playback.play_end)()

    @Slot(int, str)
    def _correct(self, number: int, text: str) -> None:
        self._decisions.correct(self._session.project.clips.get(number), text)

    @Slot(str)
    def _fix(self, action: str) -> None:
        """Run the action of a fix that was clicked in the findings."""
        run = {
            "audit.to_pause": self.trim_to_pause,
            "audit.transcribe": self.transcribe_again,
            "audit.edit_text": self.edit_text,
            "audit.split": self.split_at_cursor,
            "audit.merge": self.merge_with_next,
            "audit.drop": self.drop_and_next,
            "window.show_cleaning": self.clean,
        }[action]
        try:
            run()
        except CuratorError as error:
            self._session.messages.fail(error)
