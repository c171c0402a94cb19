"""Widgets of the cleaning dialog and their arrangement."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from curator.ui.cleaning.before_after_player import BeforeAfterPlayer
from curator.ui.cleaning.scope import Scope
from curator.ui.history.simple_table import TextTable, table_view
from curator.ui.page import button, label
from curator.ui.setup.missing_part import MissingPart
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox


class CleaningLayout(QWidget):
    """Scope and recipe above the tables, the player of the current clip below them."""

    setup_wanted = Signal()

    def __init__(self, scopes: Sequence[tuple[str, Scope]], player: BeforeAfterPlayer) -> None:
        super().__init__()
        self.player = player
        self.scope, self.recipe = ComboBox(), ComboBox()
        self.use = label(role="quiet", wrap=True)
        text = self.tr("Recipes with neural networks need packages that are not installed yet.")
        self.missing = MissingPart(("cleaning",), text, self.setup_wanted.emit)
        self.status = label(wrap=True)
        self.file = button(self.tr("Load recipe…"))
        self.try_recipe = button(self.tr("Try"), "first")
        self.stop = button(self.tr("Stop"))
        self.compare = button(self.tr("Compare all recipes"))
        self.apply = button(self.tr("Apply to accepted clips"))
        self.restore = button(self.tr("Restore original audio"))
        self.close_dialog = button(self.tr("Close"))
        self.tabs = self._tables()
        self.scope.setAccessibleName(self.tr("Clips to clean"))
        self.recipe.setAccessibleName(self.tr("Recipe"))
        self.recipe.setMinimumWidth(16 * GRID)
        for title, scope in scopes:
            self.scope.addItem(title, scope)
        hint = self.tr(
            "Try measures the effect without changing anything. "
            "Clips with a damaged voice or words are refused."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(label(hint, "quiet", wrap=True))
        column.addLayout(
            _row(_title(self.tr("Clean"), self.scope), self.scope,
                 _title(self.tr("with"), self.recipe), self.recipe,
                 self.file, self.try_recipe, self.stop, None, self.compare)
        )  # fmt: skip
        column.addWidget(self.use)
        column.addWidget(self.missing)
        column.addWidget(self.status)
        column.addWidget(self.tabs, 3)
        column.addWidget(player, 2)
        column.addLayout(_row(None, self.apply, self.restore, self.close_dialog))

    def _tables(self) -> QTabWidget:
        recording, clips = self.tr("Recording"), self.tr("Clips")
        titles = (self.tr("Clip"), recording, self.tr("Effect"), self.tr("Guard"))
        self.clips = TextTable((*titles, self.tr("Current recipe")), (0,))
        measures = (self.tr("Refused"), self.tr("Quality"), self.tr("Voice"), self.tr("Best"))
        self.comparison = TextTable((recording, self.tr("Recipe"), clips, *measures), (2, 3))
        self.clip_table = table_view(QTableView(), self.clips, clips, wide=3)
        by_recording = self.tr("Recipes by recording")
        self.comparison_table = table_view(QTableView(), self.comparison, by_recording)
        tabs = QTabWidget()
        tabs.setAccessibleName(self.tr("Results"))
        tabs.setDocumentMode(True)
        tabs.addTab(self.clip_table, clips)
        tabs.addTab(self.comparison_table, by_recording)
        return tabs


def _title(text: str, control: QWidget) -> QLabel:
    title = label(text)
    title.setBuddy(control)
    return title


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Arrange widgets side by side; None is a stretch."""
    row = QHBoxLayout()
    row.setSpacing(GRID)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row
