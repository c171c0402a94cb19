"""Buttons of the categories of the project."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from curator.domain.emotion import Emotion, EmotionSet
from curator.ui.page import label
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE, category_badge
from curator.ui.wording import number


class CategoryBar(QWidget):
    """One button per category with digit, badge, name and number of kept clips."""

    wanted = Signal(str)  # digit of a category

    def __init__(self, emotions: EmotionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Categories"))
        self._buttons: dict[str, QToolButton] = {}
        self._counts: dict[str, QLabel] = {}
        self._lines: list[QHBoxLayout] = []
        self._is_compact = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID // 2)
        self.show_categories(emotions)

    def show_categories(self, emotions: EmotionSet) -> None:
        """Set the categories."""
        self._categories = emotions
        for old in (*self._buttons.values(), *self._counts.values()):
            old.deleteLater()
        for line in self._lines:
            self._column.removeItem(line)
            line.deleteLater()
        self._buttons, self._counts, self._lines = {}, {}, []
        for emotion in emotions.emotions:
            self._lines.append(self._line(emotion))
            self._column.addLayout(self._lines[-1])
        self.show_counts({})

    def _line(self, emotion: Emotion) -> QHBoxLayout:
        button = QToolButton()
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(category_badge(emotion.sign, emotion.colour))
        button.setIconSize(QSize(SIZE, SIZE))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("role", "category")
        button.clicked.connect(lambda _checked, digit=emotion.digit: self.wanted.emit(digit))
        self._buttons[emotion.key] = button
        self._counts[emotion.key] = label(role="quiet")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(button, 1)
        line.addWidget(self._counts[emotion.key])
        return line

    def set_compact(self, *, compact: bool) -> None:
        """Show only badge and digit of each category; names and counts are in the tool tips."""
        self._is_compact = compact
        for emotion in self._categories.emotions:
            self._counts[emotion.key].setVisible(not compact)
            self._buttons[emotion.key].setText(self._text(emotion))

    def _text(self, emotion: Emotion) -> str:
        return emotion.digit if self._is_compact else f"{emotion.digit}  {emotion.name}"

    def show_category(self, key: str | None) -> None:
        """Check the button of a category, None for no category."""
        for category, button in self._buttons.items():
            button.setChecked(category == key)

    def show_counts(self, kept: Mapping[str, int]) -> None:
        """Show the number of kept clips and the target of each category."""
        for emotion in self._categories.emotions:
            button, count = self._buttons[emotion.key], kept.get(emotion.key, 0)
            button.setText(self._text(emotion))
            self._counts[emotion.key].setVisible(not self._is_compact)
            of = self.tr("%1 of %2").replace("%1", number(count))
            self._counts[emotion.key].setText(of.replace("%2", number(emotion.target_clips)))
            name = self.tr("Category %1, key %2, %3 of %4 clips kept")
            words = (emotion.name, emotion.digit, number(count), number(emotion.target_clips))
            for index, word in enumerate(words, 1):
                name = name.replace(f"%{index}", word)
            button.setAccessibleName(name)
            button.setToolTip(tool_tip(name))
