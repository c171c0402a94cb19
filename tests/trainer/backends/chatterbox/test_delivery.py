"""How lively a clip is told to be: its place among its speaker's clips, towards its category."""

import math

import numpy as np
import pytest

from tests.trainer.bundles import voice
from trainer.backends.chatterbox.delivery import (
    CALM,
    LIVELY,
    USUAL,
    Delivery,
    expression,
    measured,
    scalar,
)

RATE = 16_000


def told(spreads, categories=None, speakers=None):
    found = {f"c{at}": (float(spread), float(spread)) for at, spread in enumerate(spreads)}
    kinds = categories or [None] * len(spreads)
    voices = speakers or ["ada"] * len(spreads)
    return expression(
        found,
        dict(zip(found, voices, strict=True)),
        dict(zip(found, kinds, strict=True)),
    )


def test_the_calmest_clip_is_calm_the_liveliest_lively_and_the_middle_usual():
    found = told([1, 5, 3]).of_clip
    assert [found["c0"], found["c2"], found["c1"]] == [CALM, USUAL, LIVELY]
    assert [scalar(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)] == pytest.approx(
        [CALM, (CALM + USUAL) / 2, USUAL, (USUAL + LIVELY) / 2, LIVELY], abs=1e-4
    )


def test_a_clip_goes_half_the_way_to_the_middle_of_its_category():
    alone = told([1, 2, 3, 4, 5]).of_clip
    found = told([1, 2, 3, 4, 5], ["regret", "regret", "praise", "praise", "praise"])
    assert set(found.of_category) == {"regret", "praise"}
    assert found.of_category["regret"] == pytest.approx(np.median([alone["c0"], alone["c1"]]))
    assert found.of_category["praise"] == pytest.approx(alone["c3"])
    for clip, kind in (("c0", "regret"), ("c2", "praise"), ("c4", "praise")):
        middle = (alone[clip] + found.of_category[kind]) / 2
        assert found.of_clip[clip] == pytest.approx(middle)


def test_speakers_are_measured_by_themselves_and_the_unmeasurable_is_usual():
    found = told([1, 2, 3, 11, 12, 13], speakers=["ada"] * 3 + ["bob"] * 3).of_clip
    assert [found[f"c{at}"] for at in (0, 3)] == [CALM, CALM]
    assert [found[f"c{at}"] for at in (2, 5)] == [LIVELY, LIVELY]
    assert told([1, math.nan, 3, 5]).of_clip["c1"] == USUAL
    assert set(told([1, 9]).of_clip.values()) == {USUAL}  # two are no scale


def test_other_sounds_are_placed_on_the_scale_of_the_clips():
    found = told(np.linspace(1, 9, 21))
    lively = [found.of([Delivery(spread, spread)]) for spread in (0.0, 3.0, 5.0, 7.0, 20.0)]
    assert lively == sorted(lively)
    assert (lively[0], lively[2], lively[-1]) == (CALM, pytest.approx(USUAL, abs=0.01), LIVELY)
    assert found.of([Delivery(math.nan, math.nan)]) == USUAL
    assert told([1, 2]).of([Delivery(3.0, 3.0)]) == USUAL


def test_a_wandering_pitch_is_measured_and_silence_is_not():
    assert measured(voice(2.0, 3, rate=RATE), RATE).pitch_spread > 0.5
    steady = np.sin(2 * np.pi * 150 * np.arange(2 * RATE) / RATE).astype(np.float32)
    assert measured(steady, RATE).pitch_spread < 0.2
    for short in (np.zeros(10, np.float32), np.zeros(RATE, np.float32)):
        assert math.isnan(measured(short, RATE).pitch_spread)
