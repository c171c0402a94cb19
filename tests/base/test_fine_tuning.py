"""The pure parts of the measurements of fine-tuning: deliveries, comparisons, choice."""

import pytest

from tests.base.deliveries import DELIVERIES
from tests.base.fine_tuning import (
    CATEGORIES,
    category_of,
    compare_losses,
    compare_spoken,
    score_of,
)


def row(wer, similarity):
    return {"wer": wer, "similarity": similarity, "pace_error": 0.1}


def test_deliveries_are_distinct_and_the_last_is_thin():
    assert len(set(CATEGORIES)) == len(DELIVERIES)
    assert len({delivery.voice.stretch for delivery in DELIVERIES}) == len(DELIVERIES)
    clips = [delivery.clips for delivery in DELIVERIES]
    assert clips[-1] * 5 <= clips[0]
    assert [category_of(at) for at in range(4)] == [*CATEGORIES, CATEGORIES[0]]


def test_losses_count_codes_and_not_clips():
    before = {f"clip-{at}": (2.0, 10) for at in range(6)} | {"long": (3.0, 60)}
    after = {f"clip-{at}": (1.0, 10) for at in range(6)} | {"long": (3.0, 60)}
    compared = compare_losses(before, after)
    assert (compared["before"], compared["after"]) == (2.5, 2.0)
    assert compared["difference"] == -0.5
    low, high = compared["interval"]
    assert -1.0 <= low < high <= 0.0


def test_speech_is_compared_in_pairs_that_both_have_values():
    before = [row(0.5, 0.8), row(0.0, None), row(1.0, 0.6)]
    after = [row(0.25, 0.9), row(0.0, 0.9), row(0.5, 0.6)]
    compared = compare_spoken(before, after)
    assert compared["wer"]["difference"] == pytest.approx(-0.25)
    assert compared["similarity"]["pairs"] == 2
    assert compared["similarity"]["difference"] == pytest.approx(0.05)
    assert compared["wer"]["interval"] is None  # of three pairs


def test_the_best_speech_is_alike_and_understood():
    understood, alike = [row(0.1, 0.7)] * 3, [row(0.6, 0.9)] * 3
    assert score_of(understood) == pytest.approx(0.6)
    assert score_of(alike) < score_of(understood)
