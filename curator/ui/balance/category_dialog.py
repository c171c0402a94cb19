"""The dialogs in which categories are made, changed and merged."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from curator.domain.category_edits import DIGITS, MOST_CLIPS, MOST_MINUTES, checked
from curator.domain.emotion import Emotion
from curator.domain.errors import CuratorError
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.widgets.badges import category_badge


class _Asking(QDialog):
    """A form with a button that does it. What cannot be is said below the form."""

    def __init__(self, title: str, does: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setVerticalSpacing(GRID)
        self.said = label(role="error", wrap=True)
        self.do = button(does, "first")
        self.do.setDefault(True)
        cancel = button(self.tr("Cancel"))
        cancel.clicked.connect(self.close)
        last = QHBoxLayout()
        last.addWidget(self.said, 1)
        last.addWidget(cancel)
        last.addWidget(self.do)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self.form)
        column.addLayout(last)
        self.setMinimumWidth(56 * GRID)

    def attempt(self, act: Callable[[], None]) -> None:
        """Do it and close, or say why not."""
        try:
            act()
        except CuratorError as error:
            self.said.setText(f"{error.sentence} {error.hint}".strip())
        else:
            self.close()

    def _add(self, text: str, control: QWidget) -> None:
        control.setAccessibleName(text)
        self.form.addRow(text, control)


class CategoryDialog(_Asking):
    """Everything about one category."""

    def __init__(
        self, emotion: Emotion, does: str, carry_out: Callable[[Emotion], None], parent: QWidget
    ) -> None:
        super().__init__(emotion.name or does, does, parent)
        self._emotion = emotion
        self.name = QLineEdit(emotion.name)
        self.key = QLineEdit(emotion.key)
        self.colour = button(emotion.colour)
        self.digit = QComboBox()
        for digit in ("", *DIGITS):
            self.digit.addItem(digit or self.tr("none"), digit)
        self.digit.setCurrentIndex(max(0, self.digit.findData(emotion.digit)))
        self.clips = QSpinBox(minimum=0, maximum=MOST_CLIPS)
        self.clips.setValue(emotion.target_clips)
        self.minutes = QDoubleSpinBox(minimum=0.0, maximum=MOST_MINUTES, decimals=1)
        self.minutes.setSingleStep(0.5)
        self.minutes.setValue(emotion.target_minutes)
        self._add(self.tr("Name"), self.name)
        self._add(self.tr("Word in queries and manifests"), self.key)
        self._add(self.tr("Colour"), self.colour)
        self._add(self.tr("Key"), self.digit)
        self._add(self.tr("Target clips"), self.clips)
        self._add(self.tr("Target minutes"), self.minutes)
        self._show_colour()
        self.colour.clicked.connect(self._choose_colour)
        self.do.clicked.connect(lambda: self.attempt(lambda: carry_out(self.wanted())))

    def wanted(self) -> Emotion:
        """The category as it stands in the form; CuratorError when it cannot be."""
        return checked(
            replace(
                self._emotion,
                name=" ".join(self.name.text().split()),
                key=self.key.text().strip().lower(),
                colour=self.colour.text(),
                digit=self.digit.currentData(),
                target_clips=self.clips.value(),
                target_minutes=round(self.minutes.value(), 1),
            )
        )

    def _choose_colour(self) -> None:
        dialog = QColorDialog(QColor(self.colour.text()), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._take_colour)
        dialog.open()

    def _take_colour(self, colour: QColor) -> None:
        self.colour.setText(colour.name())
        self._show_colour()

    def _show_colour(self) -> None:
        letter = self.name.text()[:1].upper() or "?"
        self.colour.setIcon(category_badge(letter, self.colour.text()))


class MergeCategoryDialog(_Asking):
    """Into which other category all clips of one go."""

    def __init__(
        self,
        emotion: Emotion,
        others: Sequence[Emotion],
        carry_out: Callable[[str], None],
        parent: QWidget,
    ) -> None:
        title = self.tr("Merge %1").replace("%1", emotion.name)
        super().__init__(title, self.tr("Merge"), parent)
        self.into = QComboBox()
        for other in others:
            sign = category_badge(other.name[:1].upper(), other.colour)
            self.into.addItem(sign, other.name, other.key)
        self._add(self.tr("Into"), self.into)
        self.do.setEnabled(bool(others))
        self.do.clicked.connect(
            lambda: self.attempt(lambda: carry_out(str(self.into.currentData())))
        )
