import numpy as np

from curator.audio.waveform import CACHE_RATE
from curator.stages.segmentation.pauses import HOP, Hearing, between
from tests.helpers.recordings import as_int16
from tests.helpers.sounds import noise, silence

SECOND = CACHE_RATE


def heard(*parts, floor=1e-4):
    """Bursts of noise stand for speech: parts are (seconds, level, probability of speech)."""
    sound, speech = [], []
    for seconds, level, probability in parts:
        sound.append(noise(seconds, CACHE_RATE, level) if level else silence(seconds, CACHE_RATE))
        speech += [probability] * round(seconds * CACHE_RATE)
    samples = np.concatenate(sound) + noise(sum(p[0] for p in parts), CACHE_RATE, floor, seed=9)
    frames = np.asarray(speech, np.float32)[256::512]
    return Hearing.of(as_int16(samples), frames)


def test_a_pause_is_found_to_the_hundredth_of_a_second():
    hearing = heard((1, 0.1, 0.9), (0.5, 0, 0.1), (1, 0.1, 0.9))
    (pause,) = hearing.pauses()
    assert abs(pause.start - SECOND) <= 2 * HOP
    assert abs(pause.stop - 1.5 * SECOND) <= 2 * HOP
    assert pause.start < pause.quietest < pause.stop


def test_a_closure_of_40_ms_is_no_pause():
    assert heard((1, 0.1, 0.9), (0.04, 0, 0.9), (1, 0.1, 0.9)).pauses() == []


def test_a_breath_between_two_phrases_belongs_to_the_pause():
    hearing = heard((1, 0.1, 0.9), (0.3, 0, 0.1), (0.2, 0.01, 0.1), (0.3, 0, 0.1), (1, 0.1, 0.9))
    (pause,) = hearing.pauses()
    assert 0.75 < pause.seconds < 0.85


def test_applause_is_a_pause_however_loud_it_is():
    (pause,) = heard((1, 0.1, 0.9), (2, 0.2, 0.02), (1, 0.1, 0.9)).pauses()
    assert 1.9 < pause.seconds < 2.1


def test_a_weak_sound_that_silero_hears_shortens_the_pause():
    hearing = heard((1, 0.1, 0.9), (0.3, 0.00005, 0.9), (0.7, 0, 0.05), (1, 0.1, 0.9))
    (pause,) = hearing.pauses()
    assert pause.start >= 1.15 * SECOND


def test_noise_without_speech_is_all_pause():
    hearing = heard((3, 0.1, 0.05))
    assert between(hearing.pauses(), hearing.samples) == []


def test_levels_do_not_depend_on_where_blocks_meet(monkeypatch):
    from curator.stages.segmentation import pauses

    sound = as_int16(noise(1.0, CACHE_RATE))
    whole = pauses.levels_db(sound)
    monkeypatch.setattr(pauses, "_BLOCK_HOPS", 7)
    np.testing.assert_allclose(pauses.levels_db(sound), whole, atol=1e-3)
