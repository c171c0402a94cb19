"""Planted places must be exact, or nothing measured against them means anything."""

import numpy as np
import pytest

from curator.demo.acoustics import background, in_room, room, speech_rms, stretches
from curator.domain.span import Span

RATE = 16_000


def a_voice(*parts: tuple[float, float]) -> np.ndarray:
    """A tone of the levels given (0 is silence), each for so many seconds."""
    levels = np.concatenate([np.full(round(s * RATE), level) for level, s in parts])
    return (levels * np.sin(2 * np.pi * 200 * np.arange(levels.size) / RATE)).astype(np.float32)


def test_speech_is_found_to_the_frame():
    assert stretches(a_voice((0, 0.2), (0.5, 0.3), (0, 0.2)), RATE) == (Span(3200, 8000),)


def test_a_closure_inside_a_word_is_not_a_pause():
    assert len(stretches(a_voice((0.5, 0.3), (0, 0.09), (0.5, 0.3)), RATE)) == 1


def test_a_pause_separates_two_stretches():
    voice = a_voice((0.5, 0.3), (0, 0.15), (0.5, 0.3))
    assert stretches(voice, RATE) == (Span(0, 4800), Span(7200, 12000))


def test_what_is_forty_decibels_below_the_loudest_is_not_speech():
    assert stretches(a_voice((0.5, 0.3), (0.004, 0.3)), RATE) == (Span(0, 4800),)


@pytest.mark.parametrize("samples", [0, 1, 79, 16_000])
def test_silence_holds_no_speech(samples):
    assert stretches(np.zeros(samples, dtype=np.float32), RATE) == ()


def test_the_level_is_measured_on_speech_alone():
    voice = a_voice((0.5, 0.3), (0, 3.0))
    assert speech_rms(voice, stretches(voice, RATE)) == pytest.approx(0.5 / np.sqrt(2), rel=1e-3)


def test_the_background_has_a_root_mean_square_of_one():
    noise = background(RATE, RATE, seed=1)
    assert noise.shape == (RATE, 2)
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(1.0, rel=0.02)


def test_the_same_seed_gives_the_same_background():
    assert np.array_equal(background(1000, RATE, seed=5), background(1000, RATE, seed=5))
    assert not np.array_equal(background(1000, RATE, seed=5), background(1000, RATE, seed=6))


def test_a_room_keeps_the_voice_in_its_place():
    voice = a_voice((0.5, 0.1))
    heard = in_room(voice, room(RATE, 0.2, 40.0, seed=1))
    assert np.abs(heard[: voice.size, 0] - voice).max() < 0.05
    assert np.abs(heard[voice.size :]).max() < 0.05
