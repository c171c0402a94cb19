"""Levels and drawing of the spectrogram."""

import numpy as np
import pytest
from PySide6.QtCore import QThreadPool

from curator.domain.span import Span
from curator.ui.sound.playable import PlayableClip
from curator.ui.theme import LIGHT, palette_of
from curator.ui.widgets.spectrogram import HIGHEST_HZ, MAX_FRAMES, levels
from curator.ui.widgets.spectrogram_view import SpectrogramView
from curator.ui.widgets.timeline import Timeline
from tests.helpers.sounds import noise, silence, tone

RATE = 48_000


@pytest.mark.parametrize("hz", [500, 2500, 8000])
@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_a_tone_is_strongest_at_its_pitch(hz: int, rate: int):
    if hz * 2 >= rate:
        hz = rate // 3
    image = levels(tone(1.0, hz, rate), rate)
    top = min(HIGHEST_HZ, rate / 2)
    strongest = np.argmax(image[:, 20:-20].mean(axis=1)) / (len(image) - 1) * top
    assert strongest == pytest.approx(hz, abs=150)


def test_a_sound_after_silence_is_drawn_after_it():
    image = levels(np.concatenate([silence(1.0, RATE), noise(1.0, RATE)]), RATE)
    half = image.shape[1] // 2
    assert image[:, : half - 8].max() == 0
    assert np.median(image[:, half + 8 :]) > 150


@pytest.mark.parametrize("samples", [1, 7, 400, RATE * 60])
def test_every_length_has_a_picture_of_bounded_size(samples: int):
    image = levels(np.zeros(samples, np.float32) + 0.1, RATE)
    assert image.size
    assert image.shape[1] <= MAX_FRAMES


def test_the_picture_lies_under_the_clip_in_the_waveform(qtbot):
    view = SpectrogramView()
    qtbot.addWidget(view)
    view.setPalette(palette_of(LIGHT))
    view.resize(600, 120)
    sound = PlayableClip(1, 1, Span(RATE, 2 * RATE), RATE, RATE)
    sound.append(noise(1.0, RATE))
    view.set_timeline(Timeline.whole(3 * RATE, RATE, 600))
    view.set_sound(sound)
    image = view.grab().toImage()
    drawn = [image.pixelColor(x, 80).name() != LIGHT.surface for x in (120, 300, 480)]
    assert drawn == [False, True, False]


def test_a_long_clip_is_computed_beside_the_window_and_only_the_last_one_shown(qtbot):
    view = SpectrogramView()
    qtbot.addWidget(view)
    first, last = (PlayableClip.of(tone(12.0, hz, RATE), RATE) for hz in (1000, 5000))
    view.set_sound(first)
    assert not view.ready
    view.set_sound(last)
    assert QThreadPool.globalInstance().waitForDone()
    qtbot.waitUntil(lambda: view.ready)
    row = int(np.argmax(view._levels[:, 100:-100].mean(axis=1)))
    assert row / len(view._levels) * HIGHEST_HZ == pytest.approx(5000, abs=200)


def test_nothing_is_drawn_of_a_clip_that_still_fills(qtbot):
    view = SpectrogramView()
    qtbot.addWidget(view)
    view.set_sound(PlayableClip(1, 1, Span(0, RATE), RATE, RATE))
    assert not view.ready
    view.set_sound(None)
    assert not view.grab().isNull()
