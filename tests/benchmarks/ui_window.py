"""How soon the window is there, and how much memory it takes.

The window runs in a process of its own each time, as people start it.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from curator.audio.cache import length16, peaks_path, sound_path
from curator.audio.peaks import PeaksWriter
from curator.domain.fact import ClipFact, Score
from curator.store.project import Project
from tests.benchmarks.rows import Row
from tests.helpers.factories import (
    SCORE,
    TRANSCRIBE,
    a_cut,
    a_recording,
    a_transcript,
    an_empty_project,
)
from tests.helpers.sounds import speech_like

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITH, REMEMBERED_WITH = 100_000, 40_000
STARTS = 5
HOURS, RATE = 10, 22_050
CLIP_S = 2.0
VISITED = 40
"""Clips gone to and played while memory is watched."""
WHOLE_LIMIT_S = 2.5
"""Twice the first paint: until then the first clips can be heard and judged."""
PAINT_LIMIT_S, PAINT_TIMES, MEMORY_LIMIT_MB = 1.2, 5.0, 600.0
PAUSE_LIMIT_MS = 100.0
BANNED = ("torch", "sklearn", "umap", "pandas", "librosa")
WORDS = ("Árvíztűrő", "tükörfúrógép", "welcome", "back", "to", "the", "show", "tonight")
PEER = "import torch, sklearn.cluster, PySide6.QtWidgets"

WHOLE = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from curator.ui.app import dress
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings, settings_file

application = QApplication([])
dress(application)
window = MainWindow(WindowSettings(settings_file()), Messages())
assert window.open_path(Path(sys.argv[1]))
window.show()
page, longest = window._pages["audit"], 0.0
while not page.view.columns.whole:
    began = time.thread_time()
    application.processEvents()
    longest = max(longest, time.thread_time() - began)
    time.sleep(0.001)
rows = page.model.rowCount()
window.close()
print(rows, longest)
"""

VISIT = f"""
import json, random, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from curator.ui.app import dress
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings, settings_file

application = QApplication([])
dress(application)
window = MainWindow(WindowSettings(settings_file()), Messages())
assert window.open_path(Path(sys.argv[1]))
window.show()

def wait(seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        application.processEvents()
        time.sleep(0.005)

wait(1.0)
session, chance = window.session, random.Random(1)
ids = session.project.clips.ids()
for clip in chance.sample(ids, {VISITED}):
    session.choose(clip)
    wait(0.1)
current = session.current
lines = Path("/proc/self/status").read_text().splitlines()
memory = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
modules = sorted(set({BANNED!r}) & set(sys.modules))
window.close()
print(json.dumps([memory[0], modules, len(ids), current == clip]))
"""


def rows() -> Iterator[Row]:
    """S15 and S23."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _starting(_project(Path(folder), STARTED_WITH))
    with tempfile.TemporaryDirectory() as folder:
        yield _memory(_project(Path(folder), REMEMBERED_WITH))


def _project(folder: Path, clips: int) -> Path:
    """A project with clips of ten-hour recordings, of which the first has its cache."""
    chance = random.Random(1)
    project = an_empty_project(folder)
    each = min(clips, round(HOURS * 3600 / CLIP_S))
    left, facts = clips, []
    while left > 0:
        count = min(each, left)
        recording = a_recording(project, "/speech/long.wav", rate=RATE, seconds=HOURS * 3600.0)
        spans = [(i * CLIP_S, i * CLIP_S + chance.uniform(1.0, CLIP_S)) for i in range(count)]
        project.clips.replace_cut(a_cut(recording, spans))
        if left == clips:
            _cache(project, recording.content_hash)
        left -= count
    for clip, _, span in project.clips.spans():
        text = " ".join(chance.sample(WORDS, 4))
        facts.append(ClipFact(clip, span, TRANSCRIBE, a_transcript(text, span)))
        facts.append(ClipFact(clip, span, SCORE, Score("snr", chance.uniform(0, 40))))
    project.facts.add(facts)
    path = project.path
    project.close()
    return path


def _cache(project: Project, content_hash: str) -> None:
    """Peaks of ten hours; the copy is a file with a hole, which costs no disk."""
    project.cache.mkdir(exist_ok=True)
    minute = speech_like(60.0, RATE)
    with peaks_path(project.cache, content_hash).open("w+b") as file:
        writer = PeaksWriter(file, RATE)
        for _ in range(HOURS * 60):
            writer.write(minute)
        writer.finish()
    with sound_path(project.cache, content_hash).open("wb") as file:
        file.truncate(2 * length16(HOURS * 3600 * RATE, RATE))


def _starting(path: Path) -> Iterator[Row]:
    """From the command to the first paint and the end of the process."""
    command = [sys.executable, "-m", "curator", str(path), "--quit-after-paint"]
    _run(command, path)  # the files are in the system's memory from here on
    wall, cpu = zip(*(_run(command, path)[:2] for _ in range(STARTS)), strict=True)
    peer = min(_run([sys.executable, "-c", PEER], path)[1] for _ in range(2))
    _, _, said = _run([sys.executable, "-c", VISIT, str(path)], path)
    _, modules, clips, _ = json.loads(said)
    equal = not modules and clips == STARTED_WITH
    note = f"{clips:,} clips; the quietest of {STARTS} starts, ending included; "
    note += f"loaded of {', '.join(BANNED)}: {', '.join(modules) or 'none'}"
    yield Row(
        "S15", "cold start to first paint, wall", "", None, min(wall), "s", PAINT_LIMIT_S, equal,
        note, is_limit=True,
    )  # fmt: skip
    whole, counted, longest = min(_whole(path) for _ in range(2))
    yield Row(
        "S15 whole", "the same until all clips are in the list, wall", "", None, whole, "s",
        WHOLE_LIMIT_S, counted == STARTED_WITH, "read beside the window", is_limit=True,
    )  # fmt: skip
    yield Row(
        "S15 pause", "the longest pause of the window until then", "", None, 1000 * longest,
        "CPU ms", PAUSE_LIMIT_MS, counted == STARTED_WITH, "the first painting included",
        is_limit=True,
    )  # fmt: skip
    yield Row(
        "S15 CPU", "the same, CPU", "importing torch, sklearn, Qt", peer, min(cpu), "s",
        PAINT_TIMES, equal, "the peer has no window yet",
    )  # fmt: skip


def _whole(path: Path) -> tuple[float, int, float]:
    """Wall seconds until every clip is there, how many there are, and the longest pause, s."""
    wall, _, said = _run([sys.executable, "-c", WHOLE, str(path)], path)
    rows, longest = said.split()
    return wall, int(rows), float(longest)


def _memory(path: Path) -> Row:
    """The most memory the process had while clips were visited."""
    _, _, said = _run([sys.executable, "-c", VISIT, str(path)], path)
    memory, modules, clips, there = json.loads(said)
    return Row(
        "S23", "memory of the window, 40,000 clips of a 10-h recording", "", None, memory, "MB",
        MEMORY_LIMIT_MB, there and clips == REMEMBERED_WITH and not modules,
        f"most resident; {VISITED} clips visited and loaded ahead", is_limit=True,
    )  # fmt: skip


def _run(command: Sequence[str], path: Path) -> tuple[float, float, str]:
    """Wall and CPU seconds of a process, and what it printed."""
    home = str(path.parent)
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": home, "XDG_CONFIG_HOME": home,
        "PULSE_SERVER": "unix:/nonexistent", "PYTHONPYCACHEPREFIX": f"{home}/compiled",
    }  # fmt: skip
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs are compiled once
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    wall, after = time.perf_counter() - began, os.times()
    cpu = after.children_user - before.children_user
    cpu += after.children_system - before.children_system
    return wall, cpu, done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
