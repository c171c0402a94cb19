import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from curator.domain.span import Span
from curator.ui.sound.level import FLOOR_DB, SoundLevel, level_at
from curator.ui.sound.playable import PlayableClip
from curator.ui.widgets.level_meter import LevelMeter

RATE = 48_000


def a_tone(amplitude: float, speed: float = 1.0) -> PlayableClip:
    """Half a second of silence, then half a second of 1 kHz; from second 10 of 16 kHz."""
    clip = PlayableClip(1, 1, Span(160_000, 176_000), 16_000, RATE)
    time = np.arange(RATE) / RATE
    wave = np.where(time < 0.5, 0.0, amplitude * np.sin(2000 * np.pi * time))
    clip.append(wave.astype(np.float32))
    clip.speed = speed
    return clip


def test_peak_and_rms_are_those_of_the_samples_before_the_playhead():
    level = level_at(a_tone(0.5), 160_000 + 12_000)
    assert level.peak_db == pytest.approx(-6.02, abs=0.02)
    assert level.rms_db == pytest.approx(-9.03, abs=0.05)
    assert level_at(a_tone(0.5), 160_000 + 6_000) == SoundLevel()


def test_the_level_follows_the_speed_of_playback():
    slow = a_tone(0.5, speed=0.5)
    assert level_at(slow, 160_000 + 5_000).peak_db == pytest.approx(-6.02, abs=0.02)


def test_nothing_decoded_is_silent():
    clip = PlayableClip(1, 1, Span(0, 16_000), 16_000, RATE)
    assert level_at(clip, 8_000) == SoundLevel(FLOOR_DB, FLOOR_DB)


def test_the_meter_keeps_the_highest_peak_and_forgets_it_when_playback_ends(qtbot: QtBot):
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.resize(400, 16)
    meter.show_level(SoundLevel(-3.0, -12.0))
    meter.show_level(SoundLevel(-20.0, -30.0))
    assert meter.highest_db == -3.0
    assert not meter.grab().isNull()
    meter.show_level(None)
    assert meter.highest_db == FLOOR_DB


def test_the_scale_is_labelled_where_there_is_room(qtbot: QtBot):
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.resize(500, meter.sizeHint().height())
    assert [text for _, text in meter.labels()] == ["-48", "-36", "-24", "-12", "-6", "0"]
    ends = [left + meter.fontMetrics().horizontalAdvance(text) for left, text in meter.labels()]
    assert all(end < left for end, (left, _) in zip(ends, meter.labels()[1:], strict=False))
    assert ends[-1] < 500
    meter.resize(meter.minimumSizeHint())
    assert [text for _, text in meter.labels()][-1] == "0"
    assert len(meter.labels()) < 6
