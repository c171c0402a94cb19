"""What the list says without suggestions."""

import pytest

from curator.domain.suggesting import SuggestionVerdict
from curator.ui.balance.empty_text import (
    EmptyAction,
    EmptyText,
    missing_labels,
    without_suggested,
    without_suggestions,
)

LEARNED = "Suggestions are learned from labels. "


def verdict_of(labels: int, chance: float, *, good: bool) -> SuggestionVerdict:
    sentence = "Cross-validated accuracy." if chance else "Label at least two clips."
    return SuggestionVerdict("", labels, chance, chance, good, (), sentence)


@pytest.mark.parametrize(
    ("labelled", "missing"),
    [
        ({}, "Label 2 clips in each of 2 categories."),
        ({"Greeting": 0}, "Label 2 clips in each of 2 categories."),
        ({"Greeting": 5}, "Label 2 clips of another category."),
        ({"Greeting": 1}, "Label 1 more Greeting and 2 clips of another category."),
        ({"Tension": 1, "Greeting": 5}, "Label 1 more Tension."),
        ({"Tension": 1, "Greeting": 1}, "Label 1 more Tension and 1 more Greeting."),
        ({"Tension": 1, "Greeting": 1, "Question": 3}, "Label 1 more Tension."),
    ],
)
def test_the_missing_labels_are_named(labelled: dict[str, int], missing: str):
    assert missing_labels(labelled) == LEARNED + missing
    text = without_suggestions(verdict_of(9, 0.5, good=True), labelled, 20, is_current=True)
    assert text is not None
    assert (text.text, text.action) == (LEARNED + missing, EmptyAction.LABEL)


@pytest.mark.parametrize(
    ("verdict", "is_current", "text", "action"),
    [
        (None, False, "Suggestions are being computed.", EmptyAction.NONE),
        (verdict_of(0, 0.0, good=False), False, "Suggestions are being computed.",
         EmptyAction.NONE),
        (verdict_of(1, 0.0, good=False), True, "1 of 4 labelled clips are analysed: too few.",
         EmptyAction.ANALYSE),
        (verdict_of(4, 0.5, good=False), True, "Cross-validated accuracy.", EmptyAction.LABEL),
    ],
)  # fmt: skip
def test_with_enough_labels_it_says_what_else_is_missing(
    verdict: SuggestionVerdict | None, is_current: bool, text: str, action: EmptyAction
):
    enough = {"Greeting": 2, "Tension": 2}
    assert missing_labels(enough) == ""
    shown = without_suggestions(verdict, enough, 20, is_current=is_current)
    assert shown is not None
    assert (shown.text, shown.action) == (text, action)


def test_a_category_without_suggested_clips_says_why():
    verdict, labelled = verdict_of(8, 0.5, good=True), {"Greeting": 1, "Tension": 4, "Question": 4}
    assert without_suggestions(verdict, labelled, 20, is_current=True) is None

    def text_of(category: str, unlabelled: int = 20, *, is_current: bool = True) -> EmptyText:
        return without_suggested(verdict, category, labelled, unlabelled, is_current=is_current)

    assert text_of("Greeting").title == "No suggested clips: Greeting"
    assert text_of("Greeting").text == "Label 1 more Greeting to get suggestions for it."
    assert text_of("Tension").text.startswith("No unlabelled clip is like the labelled ones.")
    assert text_of("Tension", is_current=False).text == "Suggestions are being computed."
    assert text_of("Greeting", 0) == EmptyText(
        "No suggested clips: Greeting", "All clips have a category."
    )
    assert text_of("").title == "No suggested clips"


@pytest.mark.parametrize(
    ("labelled", "text"), [({}, "No clips yet."), ({"Greeting": 3}, "No clip is left to label.")]
)
def test_without_clips_to_label_recordings_are_missing(labelled: dict[str, int], text: str):
    shown = without_suggestions(None, labelled, 0, is_current=False)
    assert shown == EmptyText("No suggestions yet", text, EmptyAction.ADD)
