"""Controls of the cleaning dialog and their arrangement."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from curator.ui.cleaning.scope import Scope
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.wording import translated

NOTHING_CHANGES = QT_TRANSLATE_NOOP(
    "Cleaning",
    "Trying measures and changes nothing. What harms the voice or the words is refused.",
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Controls and labels of the dialog."""

    scope: QComboBox
    recipe: QComboBox
    file: QPushButton
    use: QLabel
    said: QLabel
    try_it: QPushButton
    stop: QPushButton
    compare: QPushButton
    apply: QPushButton
    take_back: QPushButton
    close: QPushButton


def lay_out(
    dialog: QDialog, tabs: QTabWidget, listening: QWidget, scopes: Sequence[tuple[str, Scope]]
) -> Parts:
    """Create the controls of the dialog and arrange them around its tabs and player."""
    parts = Parts(
        QComboBox(),
        QComboBox(),
        button(_words(QT_TRANSLATE_NOOP("Cleaning", "From a file…"))),
        label(role="quiet", wrap=True),
        label(wrap=True),
        button(_words(QT_TRANSLATE_NOOP("Cleaning", "Try it")), "first"),
        button(_words(QT_TRANSLATE_NOOP("Cleaning", "Stop"))),
        button(_words(QT_TRANSLATE_NOOP("Cleaning", "Compare all recipes"))),
        button(_words(QT_TRANSLATE_NOOP("Cleaning", "Use it for what is accepted"))),
        button(_words(QT_TRANSLATE_NOOP("Cleaning", "As recorded"))),
        button(_words(QT_TRANSLATE_NOOP("Cleaning", "Close"))),
    )
    parts.scope.setAccessibleName(_words(QT_TRANSLATE_NOOP("Cleaning", "Which clips")))
    parts.recipe.setAccessibleName(_words(QT_TRANSLATE_NOOP("Cleaning", "Recipe")))
    parts.recipe.setMinimumWidth(16 * GRID)
    for text, scope in scopes:
        parts.scope.addItem(text, scope)
    tabs.setAccessibleName(_words(QT_TRANSLATE_NOOP("Cleaning", "Results")))
    tabs.setDocumentMode(True)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(GRID)
    column.addWidget(label(_words(NOTHING_CHANGES), "quiet", wrap=True))
    column.addLayout(
        _line(_named(_words(QT_TRANSLATE_NOOP("Cleaning", "Clean")), parts.scope), parts.scope,
              _named(_words(QT_TRANSLATE_NOOP("Cleaning", "by")), parts.recipe), parts.recipe,
              parts.file, parts.try_it, parts.stop, None, parts.compare)
    )  # fmt: skip
    column.addWidget(parts.use)
    column.addWidget(parts.said)
    column.addWidget(tabs, 3)
    column.addWidget(listening, 2)
    column.addLayout(_line(None, parts.apply, parts.take_back, parts.close))
    dialog.resize(128 * GRID, 88 * GRID)
    return parts


def _words(text: str) -> str:
    return translated("Cleaning", text)


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
