"""Blocks rendered by the mixer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.audio.waveform import Samples
from curator.domain.span import Span
from curator.ui.sound.mixer import FADE_S, Mixer, Voice
from curator.ui.sound.playable import PlayableClip
from tests.helpers.sounds import tone

RATE = 48_000
FADE = round(FADE_S * RATE)
STEEPEST = 0.3 * 2 * np.pi * 440 / RATE  # of a tone of level 0.3
FADED = 0.6 * np.pi / 2 / FADE  # what fading two such tones adds at most


def taken(mixer: Mixer, samples: int, block: int = 256) -> Samples:
    """Samples rendered in blocks of ``block`` samples."""
    got = np.empty(samples, np.float32)
    for first in range(0, samples, block):
        mixer.fill(got[first : first + block])
    return got


def a_clip(seconds: float = 0.5, hz: float = 440.0) -> PlayableClip:
    return PlayableClip.of(tone(seconds, hz, RATE), RATE)


def test_a_clip_comes_out_as_it_is_but_for_its_faded_ends():
    clip, mixer = a_clip(), Mixer(RATE)
    mixer.play(Voice(clip, 0, clip.samples.size))
    got = taken(mixer, clip.samples.size)
    middle = slice(FADE, -FADE)
    assert np.array_equal(got[middle], clip.samples[middle])
    assert abs(got[0]) < 1e-3
    assert abs(got[-1]) < 1e-3


@settings(max_examples=40)
@given(
    block=st.integers(1, 700),
    at=st.integers(0, 9000),
    again=st.integers(0, 300),
    start=st.integers(0, 9000),
)
def test_no_switch_nor_stop_makes_a_step(block: int, at: int, again: int, start: int):
    mixer = Mixer(RATE)
    one, other = a_clip(hz=440), a_clip(hz=430)
    mixer.play(Voice(one, start, one.samples.size))
    got = [taken(mixer, at, block)]
    mixer.play(Voice(other, 5000, other.samples.size))
    got.append(taken(mixer, again, block))
    mixer.play(None)
    got.append(taken(mixer, 2000, block))
    steps = np.abs(np.diff(np.concatenate([[0.0], *got])))
    assert steps.max() <= 2 * STEEPEST + FADED
    assert not got[-1][FADE + block + again :][FADE:].any()


def test_a_loop_starts_over_without_a_step():
    clip, mixer = a_clip(0.1), Mixer(RATE)
    voice = Voice(clip, 100, 4000, loop=True)
    mixer.play(voice)
    got = taken(mixer, 20_000)
    assert np.abs(np.diff(got)).max() <= STEEPEST + FADED
    assert got[-3900:].any()
    assert not voice.ended


def test_sound_not_decoded_yet_is_waited_for():
    full = tone(0.5, 440, RATE)
    clip, mixer = PlayableClip(1, 1, Span(0, full.size), RATE, RATE), Mixer(RATE)
    voice = Voice(clip, 0, full.size)
    mixer.play(voice)
    assert not taken(mixer, 1024).any()
    clip.append(full[:4800])
    got = taken(mixer, 6 * 1024)
    clip.append(full[4800:])
    later = taken(mixer, full.size)
    assert voice.ended
    assert voice.starved > 0
    assert np.array_equal(got[FADE:4800], full[FADE:4800])
    assert np.array_equal(later[FADE : full.size - 4800 - FADE], full[4800 + FADE : -FADE])


def test_too_loud_a_gain_never_leaves_full_scale():
    clip, mixer = a_clip(), Mixer(RATE)
    mixer.play(Voice(clip, 0, clip.samples.size, gain=50.0))
    assert np.abs(taken(mixer, 4096)).max() <= 1.0


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (100, 50), (10**6, 2 * 10**6)])
def test_nothing_to_play_ends_at_once_even_in_a_loop(start: int, stop: int):
    clip, mixer = a_clip(), Mixer(RATE)
    voice = Voice(clip, start, stop, loop=True)
    mixer.play(voice)
    assert not taken(mixer, 512).any()
    assert voice.ended


def test_blocks_longer_than_the_mixers_own_are_filled():
    clip, mixer = a_clip(1.0), Mixer(RATE)
    mixer.play(Voice(clip, 0, clip.samples.size))
    got = taken(mixer, 40_000, block=40_000)
    assert np.array_equal(got[FADE:], clip.samples[FADE:40_000])
