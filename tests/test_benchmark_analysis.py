"""The recordings of S24 are as long as asked, and none is another's copy."""

import numpy as np
import soundfile

from tests.benchmarks.analysis import RECORDINGS, recordings


def test_speech_that_is_repeated_is_varied(tmp_path):
    minutes = 16.0  # more than there is of real or made-up speech
    paths = recordings(tmp_path, minutes)
    sounds = [soundfile.read(path, dtype="int16")[0] for path in paths]
    assert len(sounds) == RECORDINGS
    assert sum(map(len, sounds)) == round(minutes * 60 * 16_000)
    starts = [sound[16_000:48_000].tobytes() for sound in sounds]
    assert len(set(starts)) == RECORDINGS
    whole = np.concatenate(sounds)
    first, again = whole[16_000:17_600], whole[48_000:]
    assert first.std() > 0
    assert first.tobytes() not in again.tobytes()
