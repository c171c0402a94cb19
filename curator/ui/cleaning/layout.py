"""How the dialog of cleaning is laid out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from curator.ui.cleaning.scope import Scope
from curator.ui.page import button, label
from curator.ui.theme import GRID

if TYPE_CHECKING:
    from curator.ui.cleaning.dialog import CleaningDialog


@dataclass(frozen=True, slots=True)
class Parts:
    """What a person chooses from, presses, and is told by."""

    scope: QComboBox
    recipe: QComboBox
    use: QLabel
    said: QLabel
    try_it: QPushButton
    compare: QPushButton
    apply: QPushButton
    take_back: QPushButton
    close: QPushButton


def lay_out(dialog: "CleaningDialog", scopes: Sequence[tuple[str, Scope]]) -> Parts:
    """Put everything in its place."""
    parts = Parts(
        QComboBox(),
        QComboBox(),
        label(role="quiet", wrap=True),
        label(wrap=True),
        button(dialog.tr("Try it"), "first"),
        button(dialog.tr("Compare all recipes")),
        button(dialog.tr("Use it for what is accepted")),
        button(dialog.tr("As recorded")),
        button(dialog.tr("Close")),
    )
    parts.scope.setAccessibleName(dialog.tr("Which clips"))
    parts.recipe.setAccessibleName(dialog.tr("Recipe"))
    parts.recipe.setMinimumWidth(16 * GRID)
    for text, scope in scopes:
        parts.scope.addItem(text, scope)
    dialog.tabs.setAccessibleName(dialog.tr("Results"))
    dialog.tabs.addTab(dialog.list, dialog.tr("Clips"))
    dialog.tabs.addTab(dialog.compared, dialog.tr("Recipes by recording"))
    dialog.tabs.setDocumentMode(True)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(GRID)
    words = dialog.tr(
        "Trying measures and changes nothing. What harms the voice or the words is refused."
    )
    column.addWidget(label(words, "quiet", wrap=True))
    column.addLayout(
        _line(_named(dialog.tr("Clean"), parts.scope), parts.scope,
              _named(dialog.tr("by"), parts.recipe), parts.recipe,
              parts.try_it, None, parts.compare)
    )  # fmt: skip
    column.addWidget(parts.use)
    column.addWidget(parts.said)
    column.addWidget(dialog.tabs, 3)
    column.addWidget(dialog.listening, 2)
    column.addLayout(_line(None, parts.apply, parts.take_back, parts.close))
    dialog.resize(128 * GRID, 88 * GRID)
    return parts


def _named(text: str, of: QWidget) -> QLabel:
    made = label(text)
    made.setBuddy(of)
    return made


def _line(*widgets: QWidget | None) -> QHBoxLayout:
    """Side by side; None is where the room is."""
    line = QHBoxLayout()
    line.setSpacing(GRID)
    for widget in widgets:
        if widget is None:
            line.addStretch(1)
        else:
            line.addWidget(widget)
    return line
