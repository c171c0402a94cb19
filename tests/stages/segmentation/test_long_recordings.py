"""Memory of segmentation: at most 300 MB more for ten hours than for two minutes.

The networks hear their input in batches of fixed size; here they are stood in for, and three hours
have their share of the limit. LONG_SOUND=1 takes ten hours and the real ones, which takes minutes.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

REAL = os.environ.get("LONG_SOUND", "0")
HOURS = 10 if REAL == "1" else 3
MOST_MB = 30 * HOURS

SEGMENT = """
import json, sys
from pathlib import Path
from types import SimpleNamespace
import numpy as np
from curator.audio.peaks import mapped
from curator.domain.target import read_target
from curator.stages import RecordingSound
from curator.stages.segmentation import pauses
from curator.stages.segmentation.segment import Segment
from curator.stages.segmentation.vad import FRAME
from curator.stages.speaker.embed import speaker_vectors
from tests.helpers.sounds import speech_like

path, hours, real = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "1"

def heard_by_level(samples16):
    levels = pauses.levels_db(samples16)
    frames = -(-len(samples16) // FRAME)
    at = np.minimum(np.arange(frames) * FRAME // pauses.HOP, len(levels) - 1)
    return (levels[at] > -45).astype(np.float32)

def one_voice(waves):
    for wave in waves:  # each is made and let go
        assert wave.size
    return np.full((len(waves), 256), 1 / 16, np.float32)

if not real:
    pauses.speech_probabilities = heard_by_level
segment = Segment(read_target("xtts_v2"), speaker_vectors if real else one_voice)

def peak_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024

def clips_of(samples16):
    recording = SimpleNamespace(id=1, name="show", rate=16_000, samples=len(samples16))
    (cut,) = segment.run([RecordingSound(recording, samples16, "en", None)])
    return len(cut.clips)

speech = (np.resize(speech_like(20.0, 16_000), 320_000) * 32767).astype("<i2")
clips_of(np.tile(speech, 6))  # two minutes: what the program itself needs
before = peak_mb()
samples = int(hours * 3600 * 16_000)
with path.open("wb") as file:
    for _ in range(samples // len(speech)):
        file.write(speech.tobytes())
long = mapped(path, "<i2", 0, (path.stat().st_size // 2,))
print(json.dumps({"clips": clips_of(long), "more_mb": peak_mb() - before}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_long_recording_is_segmented_within_30_mb_an_hour(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SEGMENT, str(tmp_path / "long.pcm"), str(HOURS), REAL],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (tmp_path / "long.pcm").unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["clips"] > HOURS * 100
    assert outcome["more_mb"] < MOST_MB, outcome
