"""Dialogs to add, edit and merge categories."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from curator.domain.category_edits import DIGITS, MAX_CLIPS, MAX_MINUTES, checked
from curator.domain.emotion import Emotion, distinct_letters
from curator.domain.errors import CuratorError
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.widgets.badges import category_badge
from curator.ui.widgets.combo_box import ComboBox


class _CategoryForm(QDialog):
    """Form with a submit button and an error line."""

    def __init__(self, title: str, submit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setVerticalSpacing(GRID)
        self.error = label(role="error", wrap=True)
        self.submit = button(submit, "first")
        self.submit.setDefault(True)
        cancel = button(self.tr("Cancel"))
        cancel.clicked.connect(self.close)
        bottom = QHBoxLayout()
        bottom.addWidget(self.error, 1)
        bottom.addWidget(cancel)
        bottom.addWidget(self.submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self.form)
        column.addLayout(bottom)
        self.setMinimumWidth(56 * GRID)

    def attempt(self, act: Callable[[], None]) -> None:
        """Run an act and close, or show its error."""
        try:
            act()
        except CuratorError as error:
            self.error.setText(f"{error.sentence} {error.hint}".strip())
        else:
            self.close()

    def _add(self, text: str, control: QWidget) -> None:
        control.setAccessibleName(text)
        self.form.addRow(text, control)


class CategoryDialog(_CategoryForm):
    """Fields of one category."""

    def __init__(
        self,
        emotion: Emotion,
        names: Sequence[str],
        submit: str,
        apply: Callable[[Emotion], None],
        parent: QWidget,
    ) -> None:
        """names: of all categories in their order, among them this one's; a new one is the last."""
        super().__init__(emotion.name or submit, submit, parent)
        self._emotion, self._names = emotion, names
        self.name = QLineEdit(emotion.name)
        self.key = QLineEdit(emotion.key)
        self.colour = button(emotion.colour)
        self.digit = ComboBox()
        for digit in ("", *DIGITS):
            self.digit.addItem(digit or self.tr("none"), digit)
        self.digit.setCurrentIndex(max(0, self.digit.findData(emotion.digit)))
        self.clips = QSpinBox(minimum=0, maximum=MAX_CLIPS)
        self.clips.setValue(emotion.target_clips)
        self.minutes = QDoubleSpinBox(minimum=0.0, maximum=MAX_MINUTES, decimals=1)
        self.minutes.setSingleStep(0.5)
        self.minutes.setValue(emotion.target_minutes)
        self._add(self.tr("Name"), self.name)
        self._add(self.tr("Key in queries and manifests"), self.key)
        self._add(self.tr("Colour"), self.colour)
        self._add(self.tr("Shortcut digit"), self.digit)
        self._add(self.tr("Target clips"), self.clips)
        self._add(self.tr("Target minutes"), self.minutes)
        self._show_colour()
        self.colour.clicked.connect(self._pick_colour)
        self.name.textChanged.connect(self._show_colour)
        self.submit.clicked.connect(lambda: self.attempt(lambda: apply(self.edited())))

    def edited(self) -> Emotion:
        """Return the category of the form. Raises CuratorError for an invalid one."""
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

    def _pick_colour(self) -> None:
        dialog = QColorDialog(QColor(self.colour.text()), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._set_colour)
        dialog.open()

    def _set_colour(self, colour: QColor) -> None:
        self.colour.setText(colour.name())
        self._show_colour()

    @Slot()
    def _show_colour(self) -> None:
        """Show the badge with the letters that it will have among the others."""
        name = " ".join(self.name.text().split())
        old = self._emotion.name
        names = [name if each == old else each for each in self._names]
        letters = distinct_letters(names)[self._names.index(old)] if name else "?"
        self.colour.setIcon(category_badge(letters, self.colour.text()))


class MergeCategoryDialog(_CategoryForm):
    """Choice of the category that takes over all clips of another."""

    def __init__(
        self,
        emotion: Emotion,
        others: Sequence[Emotion],
        apply: Callable[[str], None],
        parent: QWidget,
    ) -> None:
        title = self.tr("Merge %1").replace("%1", emotion.name)
        super().__init__(title, self.tr("Merge"), parent)
        self.into = ComboBox()
        for other in others:
            badge = category_badge(other.sign, other.colour)
            self.into.addItem(badge, other.name, other.key)
        self._add(self.tr("Into"), self.into)
        self.submit.setEnabled(bool(others))
        self.submit.clicked.connect(
            lambda: self.attempt(lambda: apply(str(self.into.currentData())))
        )
