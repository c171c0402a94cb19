"""Compact grid of category buttons, each with its badge and digit."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from curator.domain.emotion import EmotionSet
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE, category_badge

IN_A_ROW = 4


class CategoryKeys(QWidget):
    """Buttons that set a category."""

    wanted = Signal(str)  # the digit of a category

    def __init__(self, emotions: EmotionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Set category"))
        self.buttons: dict[str, QToolButton] = {}
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID // 2)
        self.show_categories(emotions)

    def show_categories(self, emotions: EmotionSet) -> None:
        """Show these categories instead."""
        for old in self.buttons.values():
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = {}
        for place, emotion in enumerate(emotions.emotions):
            made = QToolButton()
            made.setText(emotion.digit)
            made.setIcon(category_badge(emotion.sign, emotion.colour))
            made.setIconSize(QSize(SIZE, SIZE))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            made.setProperty("role", "category")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            name = self.tr("Set category %1 (key %2)").replace("%1", emotion.name)
            name = name.replace("%2", emotion.digit)
            made.setAccessibleName(name)
            made.setToolTip(tool_tip(name))
            made.clicked.connect(lambda _checked, digit=emotion.digit: self.wanted.emit(digit))
            self._rows.addWidget(made, place // IN_A_ROW, place % IN_A_ROW)
            self.buttons[emotion.key] = made
