import numpy as np
import pytest

from curator.stages.delivery.pitch import pitch
from tests.helpers.sounds import noise, one_sample, silence, speech_like, tone

RATE = 16_000


def sung(hertz, seconds=1.0):
    """A buzz of that pitch, with the harmonics of a voice. hertz: a number, or one a sample."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hertz, round(seconds * RATE))) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, 12)).astype(np.float32) / 4


@pytest.mark.parametrize("hertz", [70, 100, 150, 220, 330, 480])
def test_the_pitch_of_a_steady_voice_is_found(hertz):
    heard = pitch(sung(hertz))
    assert heard.voiced.mean() > 0.95
    cents = 1200 * np.log2(heard.hertz[heard.voiced] / hertz)
    assert np.abs(cents).max() < 20


def test_a_gliding_voice_is_followed():
    hertz = np.geomspace(120, 240, RATE)
    heard = pitch(sung(hertz))
    frames = np.arange(heard.hertz.size) * 160 + 360
    cents = 1200 * np.log2(heard.hertz[heard.voiced] / hertz[frames][heard.voiced])
    assert np.quantile(np.abs(cents), 0.9) < 40


def test_noise_and_silence_have_no_pitch():
    assert pitch(noise(1.0, RATE)).voiced.mean() < 0.1
    assert not pitch(silence(1.0, RATE)).voiced.any()


@pytest.mark.parametrize("sound", [one_sample(), np.zeros(0, np.float32), tone(0.03, 200.0, RATE)])
def test_next_to_no_sound_has_no_frames(sound):
    assert pitch(sound).hertz.size == 0


def test_loudness_and_an_offset_change_nothing():
    sound = speech_like(2.0, RATE)
    usual = pitch(sound).hertz
    np.testing.assert_allclose(pitch(sound * np.float32(0.05)).hertz, usual, rtol=1e-3)
    np.testing.assert_allclose(np.median(pitch(sound + np.float32(0.1)).hertz), np.median(usual))


def test_a_higher_voice_is_higher():
    low, high = (pitch(speech_like(4.0, RATE, pitch=hertz)) for hertz in (110.0, 220.0))
    octaves = np.log2(np.median(high.hertz[high.voiced]) / np.median(low.hertz[low.voiced]))
    assert octaves == pytest.approx(1.0, abs=0.1)


@pytest.mark.real_speech
def test_a_real_voice_played_faster_is_higher_by_as_much(real_speech):
    import soundfile
    import soxr

    for path in sorted((real_speech / "librispeech-test-other").glob("*/*.flac"))[::25]:
        sound = soundfile.read(path, dtype="float32")[0][: 5 * RATE]
        higher = soxr.resample(sound, 5, 4).astype(np.float32)
        usual, faster = pitch(sound), pitch(higher)
        ratio = np.median(faster.hertz[faster.voiced]) / np.median(usual.hertz[usual.voiced])
        assert 12 * np.log2(ratio) == pytest.approx(12 * np.log2(5 / 4), abs=0.5)
