"""Every way of ending badly is caught, and endings that are natural are left alone."""

import numpy as np
import pytest

from tests.trainer.speech.scripted import (
    STOP,
    misses_its_end,
    natural,
    never_stops,
    repeats,
    spoken,
    stops_early,
    stutters,
)
from trainer.speech.endings import Ending
from trainer.speech.prior import WITHOUT_CLIPS, Band, LengthPrior, fit_prior
from trainer.speech.synthesis import token_band

TOKENS_S = 21.5


def clips(count, seed=0):
    """Letters and seconds of a speaker: 14 letters a second, 0.3 s to begin, 12 % up and down."""
    draw = np.random.default_rng(seed)
    letters = draw.integers(4, 110, count)
    return letters, (0.3 + letters / 14.0) * np.exp(draw.normal(0, 0.12, count))


@pytest.fixture(scope="module")
def prior():
    return fit_prior(*clips(200), (0.15, 1 / 13))


def ending(prior, letters):
    return Ending(token_band(prior, "a" * letters, TOKENS_S), STOP)


LENGTHS = (3, 8, 20, 60, 120)


def test_natural_endings_are_left_alone(prior):
    letters, seconds = clips(100, seed=1)
    same = 0
    for seed, (count, length) in enumerate(zip(letters, seconds, strict=True)):
        script = natural(max(1, round(length * TOKENS_S)), seed)
        alone = spoken(script, None, seed)
        same += spoken(script, ending(prior, int(count)), seed) == alone
    assert same >= 98, same


@pytest.mark.parametrize("letters", LENGTHS)
def test_a_network_that_stops_too_early_goes_on_to_the_least_length(prior, letters):
    for seed in range(5):
        rules = ending(prior, letters)
        said = spoken(stops_early(min(2, rules.least - 1), seed), rules, seed)
        assert len(said) >= rules.least
        assert "early" in rules.applied


@pytest.mark.parametrize("letters", LENGTHS)
def test_a_network_that_never_stops_is_stopped(prior, letters):
    for seed in range(5):
        rules = ending(prior, letters)
        assert len(spoken(never_stops(seed), rules, seed)) <= rules.most
        assert "longest" in rules.applied


@pytest.mark.parametrize("size", [4, 9, 21, 40])
def test_a_network_that_repeats_itself_is_stopped_or_led_out(prior, size):
    for seed in range(5):
        rules = ending(prior, 120)
        said = spoken(repeats(size, seed), rules, seed)
        assert "loop" in rules.applied
        assert len(said) <= rules.least + 3 * max(size, 8)


@pytest.mark.parametrize("at", [0, 5, 30])
def test_a_stutter_is_broken(prior, at):
    for seed in range(5):
        rules = ending(prior, 60)
        said = spoken(stutters(at, seed), rules, seed)
        assert "loop" in rules.applied
        longest = max(len(list(run)) for run in runs(said))
        assert longest <= rules.rules.stutter


def runs(said):
    """Stretches of one token."""
    found = [[said[0]]]
    for token in said[1:]:
        found[-1].append(token) if token == found[-1][0] else found.append([token])
    return found


def test_help_near_the_expected_end_catches_ends_that_the_draw_misses(prior):
    off, on = [], []
    for seed in range(30):
        rules = ending(prior, 60)
        script = misses_its_end(round(1.05 * rules.expected), seed)
        off.append(len(spoken(script, None, seed)))
        on.append(len(spoken(script, rules, seed)) / rules.expected)
    assert np.median(off) > 500  # without rules most run on for long
    assert max(on) <= prior.high + 0.4
    assert np.mean(np.array(on) < 1.15) > 0.5  # at their own end


def test_texts_of_one_word_may_be_drawn_out_and_have_a_minimum(prior):
    short, long = (prior.band(count) for count in (3, 100))
    assert short.most / short.expected > long.most / long.expected
    assert ending(prior, 3).least >= 1


def test_rules_keep_the_logits_they_were_given(prior):
    logits = np.zeros(STOP + 1)
    ending(prior, 60).shape(logits, [])
    assert (logits == 0).all()


def test_a_vowel_that_alternates_for_a_while_is_no_loop():
    rules = Ending(Band(2, 50, 100), STOP)
    said = [1, 2] * 7
    assert rules.shape(np.zeros(STOP + 1), said)[1] == 0
    assert rules.shape(np.zeros(STOP + 1), [1, 2] * 8)[1] == -np.inf


def test_one_text_leaves_nothing_behind_for_the_next(prior):
    first, second = ending(prior, 60), ending(prior, 60)
    spoken(never_stops(0), first, 0)
    assert second.applied == []


def test_too_few_clips_give_a_wide_band_that_says_so():
    few = fit_prior([10, 20], [1.0, 2.0], (0.15, 1 / 13))
    assert few.clips == 2
    assert (few.low, few.high) == WITHOUT_CLIPS
    assert few.band(60).expected == pytest.approx(0.15 + 60 / 13)


def test_the_prior_finds_the_pace_through_wrong_clips():
    letters, seconds = clips(100)
    seconds[:8] *= 6  # texts that do not belong to their clips
    found = fit_prior(letters, seconds, (0.15, 1 / 13))
    assert found.expected(60) == pytest.approx(0.3 + 60 / 14, rel=0.05)


def test_clips_of_one_length_give_a_proportional_prior():
    found = fit_prior([40] * 10, [3.0] * 10, (0.15, 1 / 13))
    assert found.expected(40) == pytest.approx(3.0)
    assert found.expected(20) == pytest.approx(1.5)
    assert isinstance(found, LengthPrior)
