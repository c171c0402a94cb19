"""Editor of one clip: waveform with words, transcript and neighbouring clips."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from curator.audio.cache import cached_peaks
from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.fact import Word
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.domain.word_alignment import is_estimated, realigned
from curator.store.project import Project
from curator.ui.audit.text_check import TextChecker
from curator.ui.audit.transcript_edit import TranscriptEdit
from curator.ui.clip_data.expected_words import ExpectedWords
from curator.ui.elided_label import ElidedLabel
from curator.ui.page import label, restyle
from curator.ui.plain_text import tool_tip
from curator.ui.sound.level import level_at
from curator.ui.sound.playable import PlayableClip
from curator.ui.theme import GRID
from curator.ui.widgets.level_meter import LevelMeter
from curator.ui.widgets.spectrogram_view import SpectrogramView
from curator.ui.widgets.timeline import clock
from curator.ui.widgets.waveform_view import WaveformView

BACK_S = 0.15
"""Seconds after the start of a word in which "previous word" means the word before it."""


class NeighbourButton(QPushButton):
    """Transcript of the previous or next clip in one line; a click goes to the clip."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.clip: int | None = None
        self.setProperty("weight", "neighbour")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._text = ""

    def show_clip(self, clip: int | None, text: str) -> None:
        """Show a clip, None for none."""
        self.clip, self._text = clip, text or self.tr("no text")
        self.setEnabled(clip is not None)
        self.setToolTip(tool_tip(text))
        self.setAccessibleName(f"{self._name}: {self._text}")
        self._fit()

    def sizeHint(self) -> QSize:
        """Height of one line; no minimum width."""
        return QSize(0, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        text = f"{self._name}:  {self._text}" if self.clip is not None else ""
        width, right = max(0, self.width() - 2 * GRID), Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(text, right, width))


class ClipEditor(QWidget):
    """Shows one clip and emits signals for what the person does in it."""

    edge_moved = Signal(str, int)  # "start" or "stop", sample
    word_clicked = Signal(int)  # sample where the word starts
    corrected = Signal(int, str)  # clip id, text
    clip_asked = Signal(int)  # id of the neighbour that was clicked

    def __init__(
        self, project: Project, expected: ExpectedWords, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._project, self._expected = project, expected
        self._clip: Clip | None = None
        self._recording: Recording | None = None
        self._sound: PlayableClip | None = None
        self._words: tuple[Word, ...] = ()
        self._peaks_outdated = self._checks_text = False
        self._checker = TextChecker(project)
        self._title, self._playback_settings = ElidedLabel(), label(role="quiet")
        self.waveform = WaveformView()
        self.spectrogram = SpectrogramView()
        self.spectrogram.hide()
        self.level = LevelMeter()
        self.text = TranscriptEdit()
        self._measures, self._keys_hint = label(role="quiet"), ElidedLabel()
        self._keys_hint.setProperty("role", "quiet")
        self._keys_hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._problem = label(role="warning", wrap=True)
        self._problem.hide()
        self._words_hint = label(role="quiet", wrap=True)
        self._words_hint.hide()
        self.before = NeighbourButton(self.tr("Previous"))
        self.after = NeighbourButton(self.tr("Next"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self._title)
        column.addWidget(self.waveform, 3)
        column.addWidget(self.spectrogram, 2)
        playing = QHBoxLayout()
        playing.setSpacing(2 * GRID)
        playing.addWidget(self.level, 1)
        playing.addWidget(self._playback_settings, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(playing)
        column.addWidget(self.text)
        below = QHBoxLayout()
        below.addWidget(self._measures)
        below.addWidget(self._keys_hint, 1)
        column.addLayout(below)
        column.addWidget(self._problem)
        column.addWidget(self._words_hint)
        around = QVBoxLayout()
        around.setSpacing(0)
        around.addWidget(self.before)
        around.addWidget(self.after)
        column.addLayout(around)
        self._title.setAccessibleName(self.tr("Current clip"))
        self._playback_settings.setAccessibleName(self.tr("Playback settings"))

    def _connect(self) -> None:
        self.waveform.edge_moved.connect(self.edge_moved)
        self.waveform.word_clicked.connect(self._click_word)
        self.waveform.viewed.connect(self.spectrogram.set_timeline)
        self.waveform.cursor_set.connect(self.spectrogram.set_cursor)
        self.waveform.selected.connect(self.spectrogram.set_selection)
        self.spectrogram.clicked.connect(self.waveform.set_cursor)
        self.spectrogram.selected.connect(self.set_selection)
        self.text.corrected.connect(self.corrected)
        self.text.edited.connect(self._check_text)
        for neighbour in (self.before, self.after):
            neighbour.clicked.connect(
                lambda _checked, which=neighbour: self.clip_asked.emit(which.clip)
            )

    def show_clip(self, clip: Clip | None, neighbours: Sequence[Span], editable: bool) -> None:
        """Show a clip, or update the one shown. neighbours: spans of the clips around it."""
        same = clip is not None and self._clip is not None and clip.id == self._clip.id
        self._clip = clip
        self.waveform.setEnabled(clip is not None)
        self.waveform.editable = editable
        if clip is None:
            self._title.setText("")
            self.text.show_text(None, "")
            self._words_hint.hide()
            self._measures.setText("")
            self._problem.hide()
            return
        transcript = clip.transcript or self._expected.of(clip.recording_id, clip.span)
        spoken = transcript.words if transcript else ()
        self._words = realigned(spoken, clip.text) if clip.text_decided and spoken else spoken
        kept_view = self._show_recording(clip)
        if same and kept_view:
            self.waveform.update_clip(clip.span, self._words, neighbours)
        else:
            self.waveform.show_clip(clip.span, self._words, neighbours)
            self.spectrogram.set_selection(None)
        certain = bool(clip.text_decided or clip.transcript)
        text = clip.text if certain or not transcript else transcript.text
        self.text.show_text(clip.id, text, certain=certain)
        self.text.setReadOnly(not editable)
        self._show_title(clip)
        self._show_words_hint(clip, spoken, expected=transcript is not None and not certain)
        self._check_text()

    def show_neighbours(
        self, before: tuple[int, str] | None, after: tuple[int, str] | None
    ) -> None:
        """Show the clips around. before, after: id and transcript, None for none."""
        self.before.show_clip(*(before or (None, "")))
        self.after.show_clip(*(after or (None, "")))

    def show_playback_settings(self, text: str) -> None:
        """Show speed, loop and loudness matching."""
        self._playback_settings.setText(text)

    def set_sound(self, sound: PlayableClip | None) -> None:
        """Set the decoded samples of the clip; called again as decoding goes on."""
        self._sound = sound
        self.waveform.set_sound(sound)
        if self.spectrogram.isVisible():
            self.spectrogram.set_sound(sound)

    def toggle_spectrogram(self) -> None:
        """Show or hide the spectrogram."""
        self.spectrogram.setVisible(self.spectrogram.isHidden())
        if not self.spectrogram.isHidden():
            self.spectrogram.set_timeline(self.waveform.timeline)
            self.spectrogram.set_sound(self._sound)

    def set_playhead(self, sample: int | None) -> None:
        """Show what plays, None for nothing."""
        sound = self._sound
        level = None if sample is None or sound is None else level_at(sound, sample)
        self.level.show_level(level)
        self.waveform.set_playhead(sample)
        self.spectrogram.set_playhead(sample)

    @Slot(object)
    def set_selection(self, span: Span | None) -> None:
        """Select a part of the recording, None for none."""
        self.waveform.set_selection(span)
        self.spectrogram.set_selection(span)

    def word_beside(self, sample: int | None, step: int) -> int | None:
        """Start of the word before (-1) or after (1) a sample, None without one.

        sample: None for the start of the clip.
        """
        if self._clip is None:
            return None
        at = self._clip.span.start if sample is None else sample
        starts = [word.start for word in self._words]
        if step > 0:
            return next((start for start in starts if start > at), None)
        before = at - round(BACK_S * self._clip.rate)
        return next((start for start in reversed(starts) if start < before), None)

    def stop_of_word(self, sample: int) -> int | None:
        """Where the word that starts at a sample stops."""
        return next((word.stop for word in self._words if word.start == sample), None)

    def forget_recordings(self) -> None:
        """Discard cached data of recordings and of the set after they changed."""
        self._peaks_outdated = True
        self._expected.forget()
        self._checker.forget()

    def _show_recording(self, clip: Clip) -> bool:
        """Show the recording of a clip; returns whether the visible part stayed the same."""
        before = self._recording
        same = before is not None and before.id == clip.recording_id
        if same and not self._peaks_outdated:
            return True
        recording = self._project.recordings.get(clip.recording_id)
        try:
            peaks = cached_peaks(self._project.cache, recording.cache_key)
        except (OSError, ValueError):
            peaks = None  # the next analysis computes them; until then the clip's samples are drawn
        self._recording, self._peaks_outdated = recording, False
        if same and before is not None and before.samples == recording.samples:
            self.waveform.set_peaks(peaks)
            return True
        self.waveform.show_recording(peaks, recording.samples, recording.rate)
        return False

    def _show_words_hint(self, clip: Clip, spoken: Sequence[Word], *, expected: bool) -> None:
        text = ""
        if expected:
            text = self.tr("Edges changed: text from the transcript of the recording")
        elif clip.text_decided and spoken and is_estimated(spoken, clip.text):
            text = self.tr("Typed text: times of changed words are estimated")
        self._words_hint.setText(text)
        self._words_hint.setVisible(bool(text))

    def start_checks(self) -> None:
        """Check texts from now on; called once the window is painted."""
        self._checks_text = True
        self._check_text()

    @Slot()
    def _check_text(self) -> None:
        """Show length and pace of the text as it is typed, and what is wrong with it."""
        if self._clip is None or not self._checks_text:
            return
        check = self._checker.check(self._clip, self.text.toPlainText())
        self._measures.setText(check.measures)
        is_typing = self.text.hasFocus() and not self.text.isReadOnly()
        hint = self.tr("Esc: cancel. Ctrl+Enter: keep and next.")
        self._keys_hint.setText(hint if is_typing else "")
        self._problem.setText(check.problem)
        self._problem.setVisible(bool(check.problem))
        role = "error" if check.is_error else "warning"
        if self._problem.property("role") != role:
            self._problem.setProperty("role", role)
            restyle(self._problem)

    def _show_title(self, clip: Clip) -> None:
        states = {
            State.KEPT: self.tr("kept"),
            State.DROPPED: self.tr("dropped"),
            State.UNDECIDED: self.tr("undecided"),
        }
        text = self.tr("Clip %1, %6    %2 – %3    %4 s    %5")
        times = clock(clip.span.start_s(clip.rate)), clock(clip.span.stop_s(clip.rate))
        values = (clip.id, *times, f"{clip.seconds:.2f}", clip.recording, states[clip.state])
        for index, value in enumerate(values, 1):
            text = text.replace(f"%{index}", str(value), 1)
        self._title.setText(text)

    @Slot(int)
    def _click_word(self, index: int) -> None:
        if 0 <= index < len(self._words):
            word = self._words[index]
            self.waveform.set_cursor(word.start)
            self.word_clicked.emit(word.start)
