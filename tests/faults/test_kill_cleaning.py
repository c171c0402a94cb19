"""Cleaning that is killed goes on: what was made stays, what was half made is made again."""

import subprocess
import sys
import time
import tracemalloc

import pytest

from curator.audio.derived import derived_recording
from curator.audio.intake import sweep
from curator.domain.recipe import hash_of
from curator.jobs.derive import derive
from curator.stages.clean import cleaned
from curator.stages.clean_stream import Pieces, Sound, in_pieces
from tests.helpers.cleaning import CPU, a_step, taken_in
from tests.helpers.sounds import speech_like, write_sound

RATE = 22_050
STEPS = [a_step("high_pass"), a_step("deepfilternet3")]

WORKER = """
import sys
from pathlib import Path
from curator.jobs.derive import derive
from tests.helpers.cleaning import CPU, a_step, taken_in
folder = Path(sys.argv[1])
for name in ("one.wav", "two.wav"):
    recording = taken_in(folder / name, folder / "cache")
    derive(recording, folder / "cache", [a_step("high_pass"), a_step("deepfilternet3")], CPU)
"""


@pytest.mark.model
@pytest.mark.slow
def test_what_was_made_before_a_kill_is_not_made_again(tmp_path):
    cache = tmp_path / "cache"
    for name, seconds in (("one.wav", 1.0), ("two.wav", 15.0)):
        write_sound(tmp_path / name, speech_like(seconds, RATE), RATE)
    one, two = (taken_in(tmp_path / name, cache) for name in ("one.wav", "two.wav"))
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)])
    deadline = time.monotonic() + 120
    while derived_recording(one, cache, hash_of(STEPS)) is None and worker.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    while not half_made(cache) and worker.poll() is None:
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    first = derived_recording(one, cache, hash_of(STEPS))
    assert first is not None
    assert derived_recording(two, cache, hash_of(STEPS)) is None
    assert sweep(cache) >= 1
    assert not list(cache.glob(".*.partial"))
    assert derive(one, cache, STEPS, CPU) == first
    made = derive(two, cache, STEPS, CPU)
    assert made.samples == two.samples


def half_made(cache):
    """Whether cleaned sound is being written, which no name tells but its first bytes."""
    return any(path.read_bytes()[:4] == b"riff" for path in cache.glob(".*.partial"))


def test_a_long_recording_is_never_in_memory_as_a_whole():
    rate = 16_000
    block = speech_like(10.0, rate)
    steps = [a_step("high_pass"), a_step("loudness")]

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
    assert peak_of(5) < peak_of(1) + 4e6  # four minutes are 15 MB
