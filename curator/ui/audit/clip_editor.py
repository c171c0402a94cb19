"""The clip itself: its sound with the words under it, its text, and what is said around it."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from curator.audio.cache import cached_peaks
from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.fact import Transcript, Word
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.store.project import Project
from curator.ui.audit.transcript_edit import TranscriptEdit
from curator.ui.elided_label import ElidedLabel
from curator.ui.page import hairline, label
from curator.ui.sound.playable import PlayableClip
from curator.ui.theme import GRID
from curator.ui.widgets.spectrogram_view import SpectrogramView
from curator.ui.widgets.timeline import clock
from curator.ui.widgets.waveform_view import WaveformView


class Neighbour(QPushButton):
    """What is said before or after, in one line; a click goes there."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.clip: int | None = None
        self.setProperty("weight", "neighbour")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._said = ""

    def show_clip(self, clip: int | None, text: str) -> None:
        """Show this clip; None: there is none."""
        self.clip, self._said = clip, text or self.tr("no text")
        self.setEnabled(clip is not None)
        self.setToolTip(text)
        self.setAccessibleName(f"{self._name}: {self._said}")
        self._fit()

    def sizeHint(self) -> QSize:
        """A line that never widens its window."""
        return QSize(0, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        text = f"{self._name}:  {self._said}" if self.clip is not None else ""
        room = self.width() - 2 * GRID
        self.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, room)))


class ClipEditor(QWidget):
    """Shows one clip. It decides nothing: it tells what the person did."""

    edge_moved = Signal(str, int)
    word_clicked = Signal(int)  # the sample where a word starts
    corrected = Signal(int, str)
    clip_asked = Signal(int)  # a neighbour was clicked

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._clip: Clip | None = None
        self._recording: Recording | None = None
        self._sound: PlayableClip | None = None
        self._whole: tuple[int, Transcript | None] = (0, None)
        self._words: tuple[Word, ...] = ()
        self._title, self._style = ElidedLabel(), label(role="quiet")
        self.waveform = WaveformView()
        self.spectrogram = SpectrogramView()
        self.spectrogram.hide()
        self.text = TranscriptEdit()
        self._hint = label(role="quiet", wrap=True)
        self._hint.hide()
        self.before, self.after = Neighbour(self.tr("before")), Neighbour(self.tr("after"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        line = QHBoxLayout()
        line.addWidget(self._title, 1)
        line.addWidget(self._style)
        column.addLayout(line)
        column.addWidget(self.waveform, 3)
        column.addWidget(self.spectrogram, 2)
        column.addWidget(hairline())
        column.addWidget(self.text)
        column.addWidget(self._hint)
        around = QVBoxLayout()
        around.setSpacing(0)
        around.addWidget(self.before)
        around.addWidget(self.after)
        column.addLayout(around)
        self._title.setAccessibleName(self.tr("The clip that is shown"))
        self._style.setAccessibleName(self.tr("How it is played"))

    def _connect(self) -> None:
        self.waveform.edge_moved.connect(self.edge_moved)
        self.waveform.word_clicked.connect(self._click_word)
        self.waveform.viewed.connect(self.spectrogram.set_timeline)
        self.text.corrected.connect(self.corrected)
        for neighbour in (self.before, self.after):
            neighbour.clicked.connect(
                lambda _checked, which=neighbour: self.clip_asked.emit(which.clip)
            )

    def show_clip(self, clip: Clip | None, neighbours: Sequence[Span], editable: bool) -> None:
        """Show a clip, or the same clip as it is now. neighbours: other clips around it."""
        same = clip is not None and self._clip is not None and clip.id == self._clip.id
        self._clip = clip
        self.waveform.setEnabled(clip is not None)
        self.waveform.editable = editable
        if clip is None:
            self._title.setText("")
            self.text.show_text(None, "")
            self._hint.hide()
            return
        heard = clip.transcript or self._expected(clip)
        self._words = heard.words if heard else ()
        self._show_recording(clip)
        if same:
            self.waveform.update_clip(clip.span, self._words, neighbours)
        else:
            self.waveform.show_clip(clip.span, self._words, neighbours)
        sure = bool(clip.text_decided or clip.transcript)
        self.text.show_text(clip.id, clip.text if sure or not heard else heard.text, sure=sure)
        self.text.setReadOnly(not editable)
        self._say_title(clip)
        waits = not clip.transcript and heard is not None and not clip.text_decided
        self._hint.setText(self.tr("Its edges are new; the text is what was heard there before."))
        self._hint.setVisible(waits)

    def show_neighbours(
        self, before: tuple[int, str] | None, after: tuple[int, str] | None
    ) -> None:
        """Say what is said around the clip. before, after: a clip and its text."""
        self.before.show_clip(*(before or (None, "")))
        self.after.show_clip(*(after or (None, "")))

    def show_style(self, words: str) -> None:
        """Say how it is played."""
        self._style.setText(words)

    def set_sound(self, sound: PlayableClip | None) -> None:
        """The samples of the clip, as more of them are there."""
        self._sound = sound
        self.waveform.set_sound(sound)
        if self.spectrogram.isVisible():
            self.spectrogram.set_sound(sound)

    def toggle_spectrogram(self) -> None:
        """Show it, or hide it."""
        self.spectrogram.setVisible(self.spectrogram.isHidden())
        if not self.spectrogram.isHidden():
            self.spectrogram.set_timeline(self.waveform.timeline)
            self.spectrogram.set_sound(self._sound)

    def stop_of_word(self, sample: int) -> int | None:
        """Where the word that starts at a sample stops."""
        return next((word.stop for word in self._words if word.start == sample), None)

    def forget_recordings(self) -> None:
        """Recordings may have come, gone or been found again."""
        self._recording, self._whole = None, (0, None)

    def _expected(self, clip: Clip) -> Transcript | None:
        """The words that the whole recording has where the clip is now."""
        from curator.stages.transcription.transcribe import words_of_clip

        if self._whole[0] != clip.recording_id:
            whole = self._project.facts.recording_transcript(clip.recording_id)
            self._whole = (clip.recording_id, whole)
        found = self._whole[1]
        return words_of_clip(found, clip.span) if found else None

    def _show_recording(self, clip: Clip) -> None:
        if self._recording is not None and self._recording.id == clip.recording_id:
            return
        recording = self._project.recordings.get(clip.recording_id)
        try:
            peaks = cached_peaks(self._project.cache, recording.content_hash)
        except (OSError, ValueError):
            peaks = None  # made again by the next analysis; the clip's own samples are drawn
        self._recording = recording
        self.waveform.show_recording(peaks, recording.samples, recording.rate)

    def _say_title(self, clip: Clip) -> None:
        states = {
            State.KEPT: self.tr("kept"),
            State.DROPPED: self.tr("dropped"),
            State.UNDECIDED: self.tr("undecided"),
        }
        text = self.tr("Clip %1, %6    %2 to %3    %4 s    %5")
        times = clock(clip.span.start_s(clip.rate)), clock(clip.span.stop_s(clip.rate))
        values = (clip.id, *times, f"{clip.seconds:.2f}", clip.recording, states[clip.state])
        for place, value in enumerate(values, 1):
            text = text.replace(f"%{place}", str(value), 1)
        self._title.setText(text)

    @Slot(int)
    def _click_word(self, place: int) -> None:
        if 0 <= place < len(self._words):
            word = self._words[place]
            self.waveform.set_cursor(word.start)
            self.word_clicked.emit(word.start)
