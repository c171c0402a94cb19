"""Page 3: all clips as points on a map."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from curator.ui.actions import KeyScope
from curator.ui.map.commands import MapCommands
from curator.ui.map.highlight import Highlight
from curator.ui.map.layout import MapLayout
from curator.ui.map.map_clips import MapType
from curator.ui.map.model import MapModel
from curator.ui.map.pointing import Pointing
from curator.ui.map.view import MapView
from curator.ui.named_filters import NamedFilters
from curator.ui.page import Page
from curator.ui.query_history import QueryHistory
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.wording import counted


class MapPage(Page):
    """Widgets (`ui`), data (`model`) and the controllers that connect them."""

    def __init__(
        self, session: Session, player: Player | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        ui = self.ui = MapLayout(session.project, self)
        model = self.model = MapModel(session, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(ui)
        self.view = MapView(session, model, ui.bar, ui.scatter, ui.legend, self)
        self.highlight = Highlight(
            session, model, ui.bar, ui.scatter, ui.threshold, ui.histograms, self
        )
        self.pointing = Pointing(session, model, ui, player, self)
        self.commands = MapCommands(session, model, ui, self.pointing, self)
        ui.bar.query.history = QueryHistory(session.settings)
        ui.bar.query.use_named_filters(NamedFilters(session, self))
        self._connect()
        model.clips.has(ui.threshold.measure.column)
        model.clips.read_all()

    def _connect(self) -> None:
        self.view.refreshed.connect(self.highlight.show_values)
        self.view.filtered.connect(self.highlight.show)
        self.view.filtered.connect(self.ui.order_tabs)
        # Queued: it changes the layout, and the canvas emits it while it paints.
        self.ui.scatter.shaded.connect(
            self.ui.legend.shading.setVisible, Qt.ConnectionType.QueuedConnection
        )
        self.view.filtered.connect(self._name_selection)
        self.view.placed.connect(self._show_placed)
        self.model.selection.changed.connect(self._name_selection)
        self.model.clips.categories_changed.connect(self._follow_categories)
        self.ui.empty.button.clicked.connect(lambda: self.session.page_asked.emit("intake"))

    @property
    def is_ready(self) -> bool:
        """See Page."""
        return self.model.in_step

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return (self.ui.scatter,) if place == KeyScope.LIST else ()

    def shown(self) -> None:
        """See Page."""
        self.ui.scatter.setFocus()

    def close_page(self) -> None:
        """See Page."""
        self.view.pause()
        self.commands.decisions.stop()
        self.pointing.close()
        self.model.clips.close()

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget."""
        super().showEvent(event)
        self.view.resume()

    def hideEvent(self, event: QHideEvent) -> None:
        """See QWidget."""
        super().hideEvent(event)
        self.view.pause()
        self.pointing.leave(stop_playback=not event.spontaneous())

    @Slot()
    def _show_placed(self) -> None:
        grid, count = self.ui.scatter.grid, self.model.points.ids.size
        by_scores = self.ui.bar.map_type is MapType.SCORES
        self.ui.stack.setCurrentWidget(self.ui.scatter if len(grid) else self.ui.empty)
        self.ui.side.setVisible(count > 0)
        self.ui.empty.show_reason(count, by_scores=by_scores)

    @Slot()
    def _name_selection(self) -> None:
        selection = self.model.shown_of(self.model.selection.ids, self.ui.scatter.shown)
        count, text = selection.size, self.tr("Set category")
        if count:
            clips = counted(count, self.tr("%n clip"), self.tr("%n clips"))
            text = self.tr("Set category of %1").replace("%1", clips)
        self.ui.category_heading.setText(text)

    @Slot()
    def _follow_categories(self) -> None:
        emotions = self.session.project.settings.emotions
        self.ui.category_keys.show_categories(emotions)
        self.ui.threshold.show_categories(emotions)
        if self.model.clips.is_read:
            self.view.follow_decision()
