"""The dialog of a category shows the badge that the category will have."""

import pytest
from PySide6.QtWidgets import QWidget

from curator.domain.emotion import Emotion
from curator.ui.balance import category_dialog
from curator.ui.balance.category_dialog import CategoryDialog
from curator.ui.widgets.badges import category_badge

NAMES = ["Greeting", "Tension", "Transition"]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Letters of the badges that the dialog has drawn."""
    letters: list[str] = []

    def noted(text: str, colour: str):
        letters.append(text)
        return category_badge(text, colour)

    monkeypatch.setattr(category_dialog, "category_badge", noted)
    return letters


@pytest.fixture
def parent(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def opened(parent: QWidget, name: str, names: list[str]) -> tuple[CategoryDialog, list[Emotion]]:
    """The dialog of a category among others, and what it is submitted as."""
    submitted: list[Emotion] = []
    emotion = Emotion(name.lower() or "new", name, "#336699", "", 15, 1.0)
    return CategoryDialog(emotion, names, "Save", submitted.append, parent), submitted


def test_its_letters_tell_it_from_the_others(parent: QWidget, shown: list[str]):
    dialog, submitted = opened(parent, "Transition", NAMES)
    assert shown[-1] == "Tr"
    dialog.name.setText("Bridge")
    assert shown[-1] == "B"
    dialog.name.setText("Tension 2")
    assert shown[-1] == "Tn"
    dialog.submit.click()
    assert [each.name for each in submitted] == ["Tension 2"]


def test_a_new_category_has_none_before_its_name(qtbot, parent: QWidget, shown: list[str]):
    dialog, _ = opened(parent, "", [*NAMES, ""])
    assert shown[-1] == "?"
    qtbot.keyClicks(dialog.name, "Tease")
    assert shown[-1] == "Ta"
