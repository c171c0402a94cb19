"""What a person can decide on the audit page: a method for each intention."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from curator.domain.clip import Clip
from curator.domain.decision import Changes
from curator.domain.errors import CuratorError
from curator.ui.actions import KeyScope
from curator.ui.audit.hearing import HearingPage
from curator.ui.clip_data import clip_counts
from curator.ui.session import Session
from curator.ui.sound.player import Player

EDGE_HEARD_MS = 200
"""So long after the last nudge the moved edge is heard."""


class AuditPage(HearingPage):
    """Hear, judge and mend clips. The table of actions names these methods."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session, player)
        self._edge = "start"
        self._edge_heard = QTimer(self, singleShot=True, interval=EDGE_HEARD_MS)
        self._edge_heard.timeout.connect(self._hear_edge)
        self.editor.edge_moved.connect(self._drag_edge)
        self.editor.corrected.connect(self._correct)
        self.emotions.wanted.connect(self.give_category)
        self.findings.wanted.connect(self._mend)

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return {KeyScope.LIST: (self.table,), KeyScope.TEXT: (self.editor.text,)}.get(place, ())

    def shown(self) -> None:
        """See Page."""
        self.table.setFocus()

    def close_page(self) -> None:
        """See Page."""
        self.editor.text.commit()
        self._edge_heard.stop()
        self._unpainted.stop()
        self.judging.stop()
        self.listening.close()

    # ClipDecisions

    def keep_and_next(self) -> None:
        """Keep what is chosen, and go on."""
        self._decide_and_go(self.judging.keep)

    def drop_and_next(self) -> None:
        """Drop what is chosen, and go on."""
        self._decide_and_go(self.judging.drop)

    def undecide(self) -> None:
        """Take back whether the chosen clips are kept."""
        self.judging.undecide(self._chosen())

    def repeat_last(self) -> None:
        """Decide about the chosen clips as about the ones before, and go on."""
        self._decide_and_go(self.judging.repeat)

    @Slot(str)
    def give_category(self, digit: str) -> None:
        """Put the chosen clips into the category of a digit; if they are in it, out of it."""
        found = [e for e in self.session.project.settings.emotions.emotions if e.digit == digit]
        if not found:
            text = self.tr("No category has the key %1.").replace("%1", digit)
            self.session.messages.inform(text)
            return
        again = self.clip is not None and self.clip.emotion == found[0].key
        emotion = None if again else found[0].key
        self.judging.give_emotion(self._chosen(), emotion)
        self.emotions.show_emotion(self.clip.emotion if self.clip else None)

    def choose_voice(self) -> None:
        """The chosen clips are of the voice that the set is about."""
        self.judging.choose_voice(self._chosen())

    # The text

    def edit_text(self) -> None:
        """Let the person type."""
        self.editor.text.begin()

    def leave_text(self) -> None:
        """Done typing: the keys are about the list again."""
        self.table.setFocus()

    def transcribe_again(self) -> None:
        """Have the machine listen to the chosen clips once more."""
        self.judging.transcribe_again(self._chosen())
        self.session.messages.inform(self.tr("The clip is being transcribed again."))

    # The edges

    def start_to_cursor(self) -> None:
        """The clip starts where the cursor, or what is heard, is."""
        self._edge_to_cursor("start")

    def stop_to_cursor(self) -> None:
        """The clip ends there."""
        self._edge_to_cursor("stop")

    def nudge_start(self, ms: int) -> None:
        """Move the start by so many milliseconds."""
        self._nudge("start", ms)

    def nudge_stop(self, ms: int) -> None:
        """Move the end by so many milliseconds."""
        self._nudge("stop", ms)

    def recut_to_pause(self) -> None:
        """Move the edges that cut a word to the nearest pause."""
        clip = self._current()
        if not self.judging.recut_to_pause(clip):
            self.session.messages.inform(self.tr("No better pause is near."))

    def split_at_cursor(self) -> None:
        """Make two clips, which meet at the cursor."""
        clip, at = self._current(), self._cursor()
        if at is None:
            raise CuratorError(
                self.tr("Nobody has said where to split."),
                self.tr("Click into the waveform, or press the key while the clip plays."),
            )
        self.judging.split(clip, at)

    def merge_with_next(self) -> None:
        """Make one clip of this and the next of its recording."""
        clip = self._current()
        _, after = clip_counts.beside(self.columns, clip.id)
        if after is None:
            raise CuratorError(self.tr("No clip comes after this one in its recording."))
        later = self.session.project.clips.get(after)
        self.judging.merge(clip, later)

    # How it is done

    def _current(self) -> Clip:
        if self.clip is None:
            raise CuratorError(self.tr("No clip is chosen."))
        self.editor.text.commit()
        return self.clip

    def _chosen(self) -> list[int]:
        chosen = self.table.chosen_clips()
        if self.clip is not None and (len(chosen) < 2 or self.clip.id not in chosen):
            return [self.clip.id]
        return chosen

    def _cursor(self) -> int | None:
        """Where the person points: what is heard, else where they clicked."""
        heard = self.listening.heard_sample()
        return heard if heard is not None else self.editor.waveform.cursor_sample

    def _decide_and_go(self, decide: Callable[[list[int]], Changes | None]) -> None:
        self.editor.text.commit()
        if self.editor.text.hasFocus():
            self.table.setFocus()  # the next clip is heard first, and then perhaps mended
        clips = self._chosen()
        decide(clips)
        self._go_to_row(self.model.last_row_of(clips) + 1)

    def _edge_to_cursor(self, edge: str) -> None:
        clip, at = self._current(), self._cursor()
        if at is not None:
            self.judging.move_edge(clip, edge, at)

    def _nudge(self, edge: str, ms: int) -> None:
        clip = self._current()
        where = clip.span.start if edge == "start" else clip.span.stop
        at = where + round(ms * clip.rate / 1000)
        if self.judging.move_edge(clip, edge, at, little=True):
            self._edge = edge
            self._edge_heard.start()

    @Slot(str, int)
    def _drag_edge(self, edge: str, sample: int) -> None:
        clip = self._current()
        if self.judging.move_edge(clip, edge, sample):
            self._edge = edge
            self._edge_heard.start()

    @Slot()
    def _hear_edge(self) -> None:
        if self.session.settings.is_on("autoplay"):
            (self.hear_start if self._edge == "start" else self.hear_end)()

    @Slot(int, str)
    def _correct(self, number: int, text: str) -> None:
        clip = self.session.project.clips.get(number)
        self.judging.correct(clip, text)

    @Slot(str)
    def clean(self) -> None:
        """Open the cleaning dialog for the selected clips or their recording."""
        self.session.action_asked.emit("window.show_cleaning")

    def selected_clips(self) -> list[int]:
        """See Page."""
        return self.table.chosen_clips()

    def _mend(self, action: str) -> None:
        """A mend was clicked; its action is one of these methods."""
        run = {
            "audit.to_pause": self.recut_to_pause,
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
            self.session.messages.fail(error)
