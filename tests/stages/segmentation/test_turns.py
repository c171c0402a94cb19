import numpy as np

from curator.domain.span import Span
from curator.stages.segmentation.turns import same_voices

SECOND = 16_000


def two_people(first_of_second: int):
    """Vectors that depend on where in the recording a wave comes from: its values are its place."""

    def vectors(waves):
        found = np.zeros((len(waves), 256), np.float32)
        for row, wave in enumerate(waves):
            found[row, int(wave[0] * 32768 >= first_of_second)] = 1.0
        return found

    return vectors


def sound_of(seconds):
    return np.repeat(np.arange(seconds, dtype=np.int16), SECOND)


def test_another_voice_after_a_pause_is_another_voice():
    stretches = [Span(0, 2 * SECOND), Span(int(2.3 * SECOND), 4 * SECOND)]
    assert same_voices(stretches, sound_of(5), two_people(2)) == [False]
    assert same_voices(stretches, sound_of(5), two_people(9)) == [True]


def test_nobody_is_asked_after_very_short_and_very_long_pauses():
    def never(waves):
        raise AssertionError("nobody should ask")

    stretches = [Span(0, SECOND), Span(int(1.1 * SECOND), 2 * SECOND), Span(3 * SECOND, 4 * SECOND)]
    assert same_voices(stretches, sound_of(5), never) == [True, None]


def test_a_phrase_that_is_too_short_tells_nothing():
    stretches = [Span(0, 2 * SECOND), Span(int(2.3 * SECOND), int(2.4 * SECOND))]
    assert same_voices(stretches, sound_of(5), two_people(2)) == [None]


def test_without_vectors_nobody_can_tell():
    stretches = [Span(0, 2 * SECOND), Span(int(2.3 * SECOND), 4 * SECOND)]
    assert same_voices(stretches, sound_of(5), None) == [None]
