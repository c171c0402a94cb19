"""Button with a menu of the axes of a plot: what curves are plotted over, and the log scale."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from curator.ui.plain_text import tool_tip
from curator.ui.training.x_axis import NAMES, XAxis
from curator.ui.wording import translated


class AxesMenuButton(QToolButton):
    """Chooses the horizontal axis, and whether the vertical one is logarithmic."""

    axis_chosen = Signal(object)  # an XAxis

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "menu")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setText(self.tr("Axes"))
        self.setToolTip(tool_tip(self.tr("Horizontal axis and log scale")))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self._group = QActionGroup(menu)
        self._axes = {axis: self._group.addAction(translated("Training", NAMES[axis]))
                      for axis in XAxis}  # fmt: skip
        for action in self._axes.values():
            action.setCheckable(True)
            menu.addAction(action)
        menu.addSeparator()
        self.logarithmic = QAction(self.tr("Log scale"), menu)
        self.logarithmic.setCheckable(True)
        menu.addAction(self.logarithmic)
        self.setMenu(menu)
        self._group.triggered.connect(self._choose)

    def show_axes(self, axes: Sequence[XAxis], current: XAxis) -> None:
        """Offer these horizontal axes. current: the one that is used."""
        for axis, action in self._axes.items():
            action.setVisible(axis in axes)
        self._axes[current].setChecked(True)

    @property
    def offered(self) -> list[str]:
        """Texts of the horizontal axes that can be chosen."""
        return [action.text() for action in self._axes.values() if action.isVisible()]

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.axis_chosen.emit(next(axis for axis, each in self._axes.items() if each is action))
