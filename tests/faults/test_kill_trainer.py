"""kill -9 of the trainer's commands at ten moments each: the next start finishes the work."""

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY, digest, history
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import is_temporary

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

MOMENTS = 10
STEPS = 12
SETTINGS = (*TOY, f"sched.total_steps={STEPS}", "run.threads=1")


def words(name: str, *arguments: object) -> list[str]:
    settings = [part for change in SETTINGS for part in ("--set", change)]
    more = ["--preset", "tiny-cpu", *settings] if name in ("train", "pack") else []
    return [sys.executable, "-m", "trainer", name, *map(str, arguments), *more]


def done(name: str, *arguments: object) -> float:
    """Seconds that a command needed, which must succeed."""
    began = time.monotonic()
    result = subprocess.run(
        words(name, *arguments), capture_output=True, text=True, timeout=900, check=False
    )
    assert result.returncode == 0, result.stderr
    return time.monotonic() - began


def killed(after_s: float, name: str, *arguments: object) -> bool:
    process = subprocess.Popen(
        words(name, *arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(after_s)
    running = process.poll() is None
    process.kill()
    process.wait()
    return running


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if is_temporary(path.name)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("killed") / "show", 8, least_s=0.7, most_s=1.2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, bundle) -> tuple[Path, float]:
    """A finished run, and the seconds it took."""
    run = tmp_path_factory.mktemp("whole") / "run"
    return run, done("train", bundle, run)


def moments(seed: int, needed: float):
    draw = random.Random(seed)
    return [draw.uniform(0.05, 1.0) * needed for _ in range(MOMENTS)]


def test_training_killed_from_its_first_second_on_is_finished_by_the_next_start(
    bundle, trained, tmp_path
):
    whole, needed = trained
    for number, moment in enumerate(moments(1, needed)):
        run = tmp_path / f"{number}" / "run"
        run.parent.mkdir()
        killed(moment, "train", bundle, run)
        started = run.exists() and json.loads((run / "run.json").read_text())
        done(*(("resume", run) if started else ("train", bundle, run)))
        assert digest(run, STEPS) == digest(whole, STEPS)
        assert history(run) == history(whole), f"kill after {moment:.2f} s"
        assert len(of_kind(read_events(run), "started")) == 1
        assert not leftovers(run.parent)
        assert not (run / "lock").exists()
        shutil.rmtree(run.parent)


@pytest.mark.parametrize("command", ["pack", "export", "speak"])
def test_a_command_killed_at_any_moment_leaves_nothing_behind(bundle, trained, tmp_path, command):
    run = tmp_path / "run"
    shutil.copytree(trained[0], run)
    events = (run / "events.jsonl").read_bytes()
    out = tmp_path / "out" / ("pack.zip" if command == "pack" else "speech.wav")
    arguments = {
        "pack": (bundle, out),
        "export": (run, out),
        "speak": (run, "--text", "Good evening.", "--out", out),
    }[command]
    needed = done(command, *arguments)
    for moment in moments(2, needed):
        shutil.rmtree(out.parent, ignore_errors=True)
        (run / "events.jsonl").write_bytes(events)
        out.parent.mkdir()
        killed(moment, command, *arguments)
        if command != "speak" and out.exists():  # it was finished already
            shutil.rmtree(out) if out.is_dir() else out.unlink()
        done(command, *arguments)
        assert [path.name for path in out.parent.iterdir()] == [out.name]
        assert not leftovers(tmp_path)
        assert not list(run.glob("speak-*"))
        names = [event["event"] for event in read_events(run)]
        assert names.count("finished") == 1
