"""Expression scalars: rank within the speaker, moved towards the category median."""

import math

import numpy as np
import pytest

from tests.trainer.bundles import voice
from trainer.backends.chatterbox.delivery import (
    CALM,
    LIVELY,
    NEUTRAL,
    Delivery,
    fit_expression,
    measure,
    scalar,
)

RATE = 16_000


def fitted(spreads, categories=None, speakers=None):
    by_clip = {f"c{at}": (float(spread), float(spread)) for at, spread in enumerate(spreads)}
    kinds = categories or [None] * len(spreads)
    voices = speakers or ["ada"] * len(spreads)
    return fit_expression(
        by_clip,
        dict(zip(by_clip, voices, strict=True)),
        dict(zip(by_clip, kinds, strict=True)),
    )


def test_scalars_follow_the_rank_of_the_clip():
    scalars = fitted([1, 5, 3]).of_clip
    assert [scalars["c0"], scalars["c2"], scalars["c1"]] == [CALM, NEUTRAL, LIVELY]
    assert [scalar(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)] == pytest.approx(
        [CALM, (CALM + NEUTRAL) / 2, NEUTRAL, (NEUTRAL + LIVELY) / 2, LIVELY], abs=1e-4
    )


def test_scalars_move_halfway_to_the_category_median():
    alone = fitted([1, 2, 3, 4, 5]).of_clip
    expression = fitted([1, 2, 3, 4, 5], ["regret", "regret", "praise", "praise", "praise"])
    assert set(expression.of_category) == {"regret", "praise"}
    assert expression.of_category["regret"] == pytest.approx(np.median([alone["c0"], alone["c1"]]))
    assert expression.of_category["praise"] == pytest.approx(alone["c3"])
    for clip, kind in (("c0", "regret"), ("c2", "praise"), ("c4", "praise")):
        middle = (alone[clip] + expression.of_category[kind]) / 2
        assert expression.of_clip[clip] == pytest.approx(middle)


def test_ranks_are_by_speaker_and_unmeasurable_clips_are_neutral():
    scalars = fitted([1, 2, 3, 11, 12, 13], speakers=["ada"] * 3 + ["bob"] * 3).of_clip
    assert [scalars[f"c{at}"] for at in (0, 3)] == [CALM, CALM]
    assert [scalars[f"c{at}"] for at in (2, 5)] == [LIVELY, LIVELY]
    assert fitted([1, math.nan, 3, 5]).of_clip["c1"] == NEUTRAL
    assert set(fitted([1, 9]).of_clip.values()) == {NEUTRAL}  # too few for ranks


def test_other_audio_is_mapped_by_the_percentiles_of_the_clips():
    expression = fitted(np.linspace(1, 9, 21))
    lively = [expression.of([Delivery(spread, spread)]) for spread in (0.0, 3.0, 5.0, 7.0, 20.0)]
    assert lively == sorted(lively)
    assert (lively[0], lively[2], lively[-1]) == (CALM, pytest.approx(NEUTRAL, abs=0.01), LIVELY)
    assert expression.of([Delivery(math.nan, math.nan)]) == NEUTRAL
    assert fitted([1, 2]).of([Delivery(3.0, 3.0)]) == NEUTRAL


def test_pitch_spread_is_measured_and_nan_for_silence():
    assert measure(voice(2.0, 3, rate=RATE), RATE).pitch_spread > 0.5
    steady = np.sin(2 * np.pi * 150 * np.arange(2 * RATE) / RATE).astype(np.float32)
    assert measure(steady, RATE).pitch_spread < 0.2
    for short in (np.zeros(10, np.float32), np.zeros(RATE, np.float32)):
        assert math.isnan(measure(short, RATE).pitch_spread)
