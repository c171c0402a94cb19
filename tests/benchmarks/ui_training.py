"""How soon the training page knows forty runs, and what following one costs the window."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[2]
RUNS, STEPS = 40, 10_000
OPEN_LIMIT_S, PAUSE_LIMIT_MS = 1.0, 50.0

OPEN = """
import json, sys, time
from pathlib import Path
import curator.ui
from PySide6.QtWidgets import QApplication
from curator.ui.app import dress
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.training.page import TrainingPage
from curator.ui.training.run_record import RunRecord
from tests.helpers.factories import a_project
from tests.helpers.stalls import watched

application = QApplication([])
dress(application)
folder = Path(sys.argv[1])
session = Session(a_project(folder), WindowSettings(), Messages())
TrainingPage(session).close_page()  # its modules are loaded from here on

def settle(page):
    while page.runs.busy:
        application.processEvents()

def open_page():
    wall, cpu = time.perf_counter(), time.process_time()
    page = TrainingPage(session)
    page.resize(1200, 720)
    page.show_folder(folder / "runs")
    page.show()
    page.shown()
    settle(page)
    application.processEvents()
    return page, time.perf_counter() - wall, time.process_time() - cpu

tries = [open_page() for _ in range(3)]
for page, _, _ in tries[:-1]:
    page.close_page()
    page.hide()
page = tries[-1][0]
opened = min(each[1] for each in tries), min(each[2] for each in tries)
with watched() as watch:
    known = sum(row.state != "" for row in page.runs.runs.rows)
    path = page.runs.record.folder / "events.jsonl"
    for step in range(200):  # it grows while it is watched
        with path.open("a") as file:
            file.write(json.dumps({"event": "step", "step": 20_000 + step, "mel_ce": 4.0}) + "\\n")
        page.runs.update()
        settle(page)
        page.ui.view.curves.repaint()
        application.processEvents()
    last = page.runs.record.step
    page.runs._following.stop()
page.close_page()
session.close()
steps = len(page.runs.record.training["mel_ce"].steps)
print(json.dumps([*opened, watch.longest, known, last, steps]))
"""

PEER = """
import json, sys, time
from pathlib import Path
began = time.process_time()
count = 0
for path in sorted(Path(sys.argv[1]).glob("runs/*/events.jsonl")):
    events = [json.loads(line) for line in path.open()]
    count += sum(event["event"] == "step" for event in events)
print(json.dumps([time.process_time() - began, count]))
"""


def rows() -> Iterator[Row]:
    """Opening, and the longest pause of the window while a run is followed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_runs(folder / "runs")
        peer, count = _run(PEER, folder)
        wall, cpu, pause, known, last, steps = _run(OPEN, folder)
    equal = known == RUNS and last == 20_199 and steps == STEPS + 200 and count == RUNS * STEPS
    what = f"{RUNS} runs of {STEPS:,} steps"
    yield Row(
        "training-open", f"training page opens on {what}, wall", "", None, wall, "s",
        OPEN_LIMIT_S, equal, "the quietest of 3; every run has its state, one has its curves",
        is_limit=True,
    )  # fmt: skip
    yield Row(
        "training-cpu", "the same, CPU", "json, every line of every run", peer, cpu, "s", 1.0,
        equal, f"{what} read whole by the peer",
    )  # fmt: skip
    yield Row(
        "training-follow", "longest pause of the window while a run grows, CPU", "", None,
        pause * 1000, "ms", PAUSE_LIMIT_MS, equal, "200 updates read and painted", is_limit=True,
    )  # fmt: skip


def _write_runs(folder: Path) -> None:
    """Events as a training writes them; all runs have the same."""
    draw = random.Random(1)
    lines = [json.dumps({"event": "started", "total_steps": STEPS, "choices": {"mel_ce": 1026}})]
    for step in range(1, STEPS + 1):
        value = 5 - step / STEPS + draw.gauss(0, 0.1)
        lines.append(
            json.dumps(
                {
                    "event": "step", "time": "2026-01-01T00:00:00.000+00:00", "step": step,
                    "epoch": step // 100, "text_ce": 3.0, "mel_ce": value, "eos_ce": 1.0,
                    "loss": value, "lr": 1e-5, "grad_norm": 1.0, "clips": 16, "tokens": 4000,
                    "padding": 0.05, "seconds": 0.9, "memory_mb": 9000,
                }
            )
        )  # fmt: skip
        if step % 500 == 0:
            lines.append(json.dumps({"event": "eval", "step": step, "mel_ce": value}))
            lines.append(json.dumps({"event": "guard", "step": step, "state": "improves",
                                     "sentence": "It improves."}))  # fmt: skip
    data = "\n".join(lines) + "\n"
    for at in range(RUNS):
        (folder / f"run-{at:02d}").mkdir(parents=True)
        (folder / f"run-{at:02d}" / "events.jsonl").write_text(data)


def _run(program: str, folder: Path) -> list[float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    found: list[float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
