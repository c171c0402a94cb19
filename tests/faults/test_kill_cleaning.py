"""Cleaning that is killed goes on: what was made stays, what was half made is made again."""

import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
import soundfile

from curator.audio.derived import begun_derived, derived_recording
from curator.audio.intake import sweep
from curator.domain.recipe import hash_of
from curator.jobs.derive import AGAIN_S, derive
from curator.stages.cleaning.clean import cleaned, sound_of
from curator.stages.cleaning.cleaners import deepfilternet3
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces
from tests.helpers.cleaning import CPU, a_step, taken_in
from tests.helpers.sounds import speech_like, write_sound

RATE = 22_050
STEPS = [a_step("high_pass"), a_step("deepfilternet3")]

WORKER = """
import sys
from pathlib import Path
from curator.audio import resumable_file
from curator.jobs.derive import derive
from tests.helpers.cleaning import CPU, a_step, taken_in
resumable_file.NOTED_EVERY_S = 0.1
folder = Path(sys.argv[1])
for name in ("one.wav", "two.wav"):
    recording = taken_in(folder / name, folder / "cache")
    derive(recording, folder / "cache", [a_step("high_pass"), a_step("deepfilternet3")], CPU)
"""


@pytest.mark.model
@pytest.mark.slow
def test_what_was_made_before_a_kill_is_not_made_again(tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    for name, seconds in (("one.wav", 1.0), ("two.wav", 40.0)):
        write_sound(tmp_path / name, np.resize(speech_like(10.0, RATE), int(seconds * RATE)), RATE)
    one, two = (taken_in(tmp_path / name, cache) for name in ("one.wav", "two.wav"))
    key = hash_of(STEPS)
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)])
    deadline = time.monotonic() + 120
    while not far_enough(two, cache, key) and worker.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    first, half = derived_recording(one, cache, key), begun_derived(two, cache, key)
    assert first is not None
    assert half is not None
    assert derived_recording(two, cache, key) is None
    sweep(cache)
    assert derive(one, cache, STEPS, CPU) == first

    heard = []
    real = deepfilternet3._DeepFilter.processed
    monkeypatch.setattr(
        deepfilternet3._DeepFilter,
        "processed",
        lambda self, samples: heard.append(samples.size) or real(self, samples),
    )
    made = derive(two, cache, STEPS, CPU)
    assert made.samples == two.samples
    again_s = 40.0 - half.written / RATE + AGAIN_S + deepfilternet3.FINDS_ITS_FEET_S
    assert sum(heard) / deepfilternet3.RATE < again_s + 1.5
    assert not list(cache.glob("*.begun*"))

    whole = cleaned(lambda: sound_of(two), STEPS, CPU).all()
    joined, _ = soundfile.read(made.path, dtype="float32")
    assert np.abs(joined - whole).max() < 1e-3 * np.abs(whole).max()


def far_enough(recording, cache, key):
    """Whether half of it is noted, of which the network has to hear something again."""
    half = begun_derived(recording, cache, key)
    return half is not None and half.written > 20 * RATE


@pytest.mark.slow
def test_a_long_recording_is_never_in_memory_as_a_whole():
    rate = 16_000
    block = speech_like(10.0, rate)
    steps = [a_step(key) for key in ("high_pass", "hum", "clicks", "loudness")]

    def peak_of(minutes):
        count = 6 * minutes

        def hear():
            return Sound((block for _ in range(count)), rate, block.size * count)

        tracemalloc.start()
        sound = cleaned(hear, steps, CPU)
        pieces = Pieces(10 * rate, 2 * rate, rate // 2)
        heard = sum(part.size for part in in_pieces(sound, pieces, lambda piece: piece))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert heard == block.size * count
        return peak

    peak_of(1)  # what is imported on the way is counted, too
    assert peak_of(4) < peak_of(2) + 2e6  # two minutes are 8 MB; the buffers are full after two
