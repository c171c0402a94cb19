"""The current clip on the audit page: editor, findings, category and playback."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget

from curator.domain.clip import Clip
from curator.domain.span import Span
from curator.ui.audit.clip_editor import ClipEditor
from curator.ui.audit.clip_table import ClipTable
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.findings_panel import FindingsPanel
from curator.ui.audit.query_bar import QueryBar
from curator.ui.audit.side_panel import SidePanel
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.clip_data import clip_counts
from curator.ui.clip_data.column_feed import ColumnFeed
from curator.ui.session import Session
from curator.ui.widgets.category_bar import CategoryBar

ZOOM = 1.5
"""Factor of one step of zoom by keyboard."""

LEVEL_ZOOM = 2.0
"""Factor of one step of vertical zoom, 6 dB."""

PRELOAD_AHEAD, PRELOAD_BEHIND = 5, 3
"""Clips of the list that are decoded in advance."""


class AuditWidgets(Protocol):
    """Widgets that the view fills; AuditLayout implements it."""

    query: QueryBar
    table: ClipTable
    editor: ClipEditor
    side: SidePanel
    findings: FindingsPanel
    categories: CategoryBar
    stack: QStackedWidget
    empty_message: QLabel
    empty_button: QPushButton


class CurrentClip(QObject):
    """Shows the current clip and emits signals for what the person did in its widgets.

    clip: as it is in the project, None without clips. loads: whether clips are decoded; from the
    first painting on.
    """

    edge_moved = Signal(str, int)  # "start" or "stop", sample
    corrected = Signal(int, str)  # clip id, text
    category_asked = Signal(str)  # digit
    fix_asked = Signal(str)  # key of an action

    def __init__(
        self,
        session: Session,
        model: ClipTableModel,
        ui: AuditWidgets,
        playback: ClipPlayback,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._model, self._ui, self._playback = session, model, ui, playback
        self.clip: Clip | None = None
        self.loads = False
        ui.table.may_skip = self._may_skip
        ui.editor.word_clicked.connect(playback.play_from)
        ui.editor.clip_asked.connect(session.choose)
        ui.editor.edge_moved.connect(self.edge_moved)
        ui.editor.corrected.connect(self.corrected)
        ui.categories.wanted.connect(self.category_asked)
        ui.findings.wanted.connect(self.fix_asked)
        playback.moved.connect(ui.editor.set_playhead)
        playback.sound_loaded.connect(ui.editor.set_sound)
        playback.settings_changed.connect(self._show_playback_settings)
        playback.refused.connect(session.messages.warn)
        self._show_playback_settings()

    @property
    def cursor_sample(self) -> int | None:
        """Sample of the cursor in the waveform, None without one."""
        return self._ui.editor.waveform.cursor_sample

    @property
    def selection(self) -> Span | None:
        """Selected part of the recording, None without one."""
        part = self._ui.editor.waveform.selection
        return part if part is not None and part.samples else None

    def select(self, span: Span | None) -> None:
        """Select a part of the recording, None for none."""
        self._ui.editor.set_selection(span)

    def zoom(self, how: str) -> None:
        """Zoom the waveform.

        how: "in", "out", "clip", "selection", or vertically "taller", "lower", "level".
        """
        waveform = self._ui.editor.waveform
        ways: dict[str, Callable[[], None]] = {
            "in": lambda: waveform.zoom(ZOOM),
            "out": lambda: waveform.zoom(1 / ZOOM),
            "clip": waveform.zoom_to_clip,
            "selection": waveform.zoom_to_selection,
            "taller": lambda: waveform.zoom_level(LEVEL_ZOOM),
            "lower": lambda: waveform.zoom_level(1 / LEVEL_ZOOM),
            "level": lambda: waveform.zoom_level(0),
        }
        ways[how]()

    def seek_word(self, step: int) -> int | None:
        """Move the cursor to the start of the previous (-1) or next (1) word, and return it."""
        playhead = self._playback.playhead()
        at = self._ui.editor.word_beside(self.cursor_sample if playhead is None else playhead, step)
        if at is not None:
            self._ui.editor.waveform.set_cursor(at)
            self._ui.editor.waveform.reveal(at)
        return at

    def show(self, number: int, *, play: bool) -> None:
        """Make a clip the current one and decode it; play: also play it."""
        self._ui.editor.text.give_up_focus()
        self.clip = self._session.project.clips.get(number)
        self.draw()
        if play or self.loads:
            self.preload(play=play)

    def preload(self, *, play: bool = False) -> None:
        """Decode the current clip and its neighbours in the list."""
        if self.clip is None:
            return
        row, ids = self._ui.table.currentIndex().row(), self._model.ids
        ahead = ids[row + 1 : row + 1 + PRELOAD_AHEAD].tolist()
        behind = ids[max(0, row - PRELOAD_BEHIND) : max(0, row)][::-1].tolist()
        self._playback.go_to(self.clip, ahead + behind, play=play)

    def update(self) -> None:
        """Read the clip from the project again and show it."""
        if self.clip is None:
            return
        before, self.clip = self.clip, self._session.project.clips.get(self.clip.id)
        self.draw()
        if before.span != self.clip.span:
            self._playback.go_to(self.clip, (), play=False)

    def draw(self) -> None:
        """Fill the widgets with the clip."""
        clip, ui, clips = self.clip, self._ui, self._session.project.clips
        columns = ColumnFeed.of(self._session).columns
        before, after = clip_counts.beside(columns, clip.id) if clip else (None, None)
        neighbours = [number for number in (before, after) if number is not None]
        spans = [span for _, _, span in clips.spans(neighbours)]
        ui.editor.show_clip(clip, spans, editable=not self._session.read_only)
        texts: dict[int, str] = dict(clips.rows("shown", neighbours))
        ui.editor.show_neighbours(
            None if before is None else (before, texts.get(before, "")),
            None if after is None else (after, texts.get(after, "")),
        )
        ui.side.show_clip(clip)
        self.show_category()

    def _may_skip(self) -> bool:
        """Whether a held arrow key may leave the clip: it was played, or skipping is allowed."""
        played = self.clip is None or self.clip.id in self._playback.played
        return played or self._session.settings.is_on("skip_unheard")

    def commit_text(self, *, leave: bool = False) -> None:
        """Apply the edited transcript. leave: also move the focus from it to the list."""
        self._ui.editor.text.commit()
        if leave and self._ui.editor.text.hasFocus():
            self._ui.table.setFocus()

    def edit_text(self) -> None:
        """Move the focus to the transcript."""
        self._ui.editor.text.begin()

    def cancel_text(self) -> bool:
        """Discard the changes of the transcript; returns whether there were any."""
        return self._ui.editor.text.cancel()

    def toggle_spectrogram(self) -> None:
        """Show or hide the spectrogram."""
        self._ui.editor.toggle_spectrogram()

    def show_category(self) -> None:
        """Mark the category of the current clip."""
        self._ui.categories.show_category(self.clip.emotion if self.clip else None)

    @Slot()
    def _show_playback_settings(self) -> None:
        parts = [self.tr("speed %1×").replace("%1", f"{self._playback.speed:g}")]
        if self._playback.loop:
            parts.append(self.tr("loop"))
        if self._playback.matched:
            parts.append(self.tr("loudness-matched"))
        self._ui.editor.show_playback_settings(", ".join(parts))
