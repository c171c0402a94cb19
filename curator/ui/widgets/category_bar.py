"""The project's categories with their digits, and which one the clip has."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from curator.domain.emotion import Emotion, EmotionSet
from curator.ui.page import label
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE, category_sign
from curator.ui.wording import number


class CategoryBar(QWidget):
    """One button a category: its digit, its letter on its colour, its name, its kept clips."""

    wanted = Signal(str)  # the digit of a category

    def __init__(self, emotions: EmotionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Categories"))
        self._buttons: dict[str, QToolButton] = {}
        self._counts: dict[str, QLabel] = {}
        self._lines: list[QHBoxLayout] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID // 2)
        self.show_categories(emotions)

    def show_categories(self, emotions: EmotionSet) -> None:
        """Offer these categories from now on."""
        self._emotions = emotions
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
        made = QToolButton()
        made.setCheckable(True)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIcon(category_sign(emotion.name[:1].upper(), emotion.colour))
        made.setIconSize(QSize(SIZE, SIZE))
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setProperty("role", "category")
        made.clicked.connect(lambda _checked, digit=emotion.digit: self.wanted.emit(digit))
        self._buttons[emotion.key] = made
        self._counts[emotion.key] = label(role="quiet")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(made, 1)
        line.addWidget(self._counts[emotion.key])
        return line

    def show_emotion(self, key: str | None) -> None:
        """Mark the category that the clip has."""
        for each, made in self._buttons.items():
            made.setChecked(each == key)

    def show_counts(self, kept: Mapping[str, int]) -> None:
        """Say how many kept clips each category has, of how many it should."""
        for emotion in self._emotions.emotions:
            made, count = self._buttons[emotion.key], kept.get(emotion.key, 0)
            made.setText(f"{emotion.digit}  {emotion.name}")
            of = self.tr("%1 of %2").replace("%1", number(count))
            self._counts[emotion.key].setText(of.replace("%2", number(emotion.target_clips)))
            name = self.tr("Category %1, key %2, %3 of %4 clips kept")
            words = (emotion.name, emotion.digit, number(count), number(emotion.target_clips))
            for place, word in enumerate(words, 1):
                name = name.replace(f"%{place}", word)
            made.setAccessibleName(name)
            made.setToolTip(name)
