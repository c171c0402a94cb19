"""The audit page: listen to clips, decide about them and correct them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from curator.ui.actions import KeyScope
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.commands import AuditCommands
from curator.ui.audit.layout import AuditLayout
from curator.ui.audit.view import AuditView
from curator.ui.clip_commands.decisions import ClipDecisions
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.clip_data.column_feed import ColumnFeed
from curator.ui.clip_data.review_order import stored_order
from curator.ui.named_filters import NamedFilters
from curator.ui.page import Page
from curator.ui.query_history import QueryHistory
from curator.ui.session import Session
from curator.ui.sound.player import Player

UNPAINTED_MS = 2000
"""A page not painted within this time is hidden; loading then starts without waiting for it."""


class AuditPage(Page):
    """Owns the model, the widgets (ui), the view that fills them, and the controllers.

    The table of actions names methods of `commands` and `playback`.
    """

    def __init__(
        self, session: Session, player: Player | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self.model = ClipTableModel(session.project, ColumnFeed.of(session).columns, self)
        settings = session.settings
        self.ui = AuditLayout(
            self, session.project, self.model, lambda action: settings.keys.get(action, ())
        )
        self.decisions = ClipDecisions(session, self)
        self.playback = ClipPlayback(session, player, self)
        self.view = AuditView(session, self.model, self.ui, self.playback, self)
        self.commands = AuditCommands(session, self.view, self.playback, self.decisions)
        session.changed.connect(self.decisions.follow)
        self.ui.table.columns.arrange(settings.text("audit_columns"))
        self.ui.table.columns.arranged.connect(lambda text: settings.set("audit_columns", text))
        self.ui.query.history = QueryHistory(settings)
        self.ui.query.use_named_filters(NamedFilters(session, self))
        self.ui.choose_side_panel(settings.text("side_panel"))
        self.ui.side_panel_set.connect(lambda choice: settings.set("side_panel", choice))
        self._first_paint = QTimer(self, singleShot=True, interval=UNPAINTED_MS)
        self._first_paint.timeout.connect(self.view.load)
        self._first_paint.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        super().paintEvent(event)
        if self._first_paint.isActive():
            self._first_paint.start(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the side panel where there is little room."""
        super().resizeEvent(event)
        self.ui.fit(self.width())

    def menu_widgets(self) -> Sequence[QWidget]:
        """See Page."""
        return self.ui.table, self.ui.editor.waveform, self.ui.editor.spectrogram

    def left(self) -> None:
        """Stop playback."""
        self.playback.stop()

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        widgets = {KeyScope.LIST: (self.ui.table,), KeyScope.TEXT: (self.ui.editor.text,)}
        return widgets.get(place, ())

    def selected_clips(self) -> list[int]:
        """See Page."""
        return self.ui.table.selected_clips()

    def shown(self) -> None:
        """See Page."""
        self.ui.table.setFocus()

    def remembered(self) -> Mapping[str, object]:
        """Sort order, whether the spectrogram is shown, and the vertical zoom."""
        return {
            "order": asdict(self.ui.query.order),
            "spectrogram": not self.ui.editor.spectrogram.isHidden(),
            "level_zoom": self.ui.editor.waveform.level_zoom,
        }

    def recall(self, state: Mapping[str, object]) -> None:
        """See Page."""
        order = state.get("order")
        if isinstance(order, dict) and (stored := stored_order(order)) is not None:
            self.ui.query.set_order(stored)
        if state.get("spectrogram") is True and self.ui.editor.spectrogram.isHidden():
            self.ui.editor.toggle_spectrogram()
        level_zoom = state.get("level_zoom")
        if isinstance(level_zoom, float) and isfinite(level_zoom):
            self.ui.editor.waveform.zoom_level(level_zoom)

    def close_page(self) -> None:
        """See Page."""
        self.ui.editor.text.commit()
        self.commands.stop()
        self._first_paint.stop()
        self.decisions.stop()
        self.playback.close()
