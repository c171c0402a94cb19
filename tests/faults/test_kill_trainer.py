"""kill -9 of the trainer's commands: the next start finishes the work.

Moments are in processor time, which hardly depends on what else runs. There are four for short
commands and one for long ones; KILL_MOMENTS=10 sets them for all.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY, digest, history
from trainer.bundle.manifest import read_bundle
from trainer.config import resolve
from trainer.evaluate.results import RESULTS
from trainer.families import open_backend
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import is_temporary

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

FEW, ONE = 4, 1
SENTENCES = """
language = "en"
seeds = [0]
[[sentence]]
id = "short"
text = "Yes!"
[[sentence]]
id = "plain"
text = "Good day."
"""
STEPS = 12
SETTINGS = (*TOY, f"sched.total_steps={STEPS}", "run.threads=1")


def words(name: str, *arguments: object) -> list[str]:
    settings = [part for change in SETTINGS for part in ("--set", change)]
    more = ["--preset", "tiny-cpu", *settings] if name in ("train", "pack") else []
    return [sys.executable, "-m", "trainer", name, *map(str, arguments), *more]


def children_s() -> float:
    """Processor seconds of all ended child processes."""
    used = psutil.Process().cpu_times()
    return used.children_user + used.children_system


def done(name: str, *arguments: object) -> float:
    """Processor seconds that a command needed, which must succeed."""
    before = children_s()
    result = call(name, *arguments)
    assert result.returncode == 0, result.stderr
    return children_s() - before


def call(name: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        words(name, *arguments), capture_output=True, text=True, timeout=900, check=False
    )


def killed(after_s: float, name: str, *arguments: object) -> bool:
    """Kill -9 a command that has used so many processor seconds; False if it ended before."""
    process = subprocess.Popen(
        words(name, *arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        used = watched.cpu_times()
        if used.user + used.system >= after_s:
            process.kill()
            process.wait()
            return True
        time.sleep(0.005)
    return False


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


def moments(seed: int, needed: float, usual: int) -> list[float]:
    """Processor seconds up to what a command needs. usual: their number without KILL_MOMENTS."""
    draw = random.Random(seed)
    count = int(os.environ.get("KILL_MOMENTS", usual))
    return [draw.uniform(0.05, 1.0) * needed for _ in range(count)]


def test_training_killed_from_its_first_second_on_is_finished_by_the_next_start(
    bundle, trained, tmp_path
):
    whole, needed = trained
    kills = 0
    for number, moment in enumerate(moments(1, needed, FEW)):
        run = tmp_path / f"{number}" / "run"
        run.parent.mkdir()
        kills += killed(moment, "train", bundle, run)
        started = run.exists() and json.loads((run / "run.json").read_text())
        done(*(("resume", run) if started else ("train", bundle, run)))
        assert digest(run, STEPS) == digest(whole, STEPS)
        assert history(run) == history(whole), f"kill after {moment:.2f} s"
        assert len(of_kind(read_events(run), "started")) == 1
        assert not leftovers(run.parent)
        assert not (run / "lock").exists()
        shutil.rmtree(run.parent)
    assert kills > 0


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
    needed, kills = done(command, *arguments), 0
    for moment in moments(2, needed, FEW):
        shutil.rmtree(out.parent, ignore_errors=True)
        (run / "events.jsonl").write_bytes(events)
        out.parent.mkdir()
        kills += killed(moment, command, *arguments)
        if command != "speak" and out.exists():  # it was finished already
            shutil.rmtree(out) if out.is_dir() else out.unlink()
        done(command, *arguments)
        assert [path.name for path in out.parent.iterdir()] == [out.name]
        assert not leftovers(tmp_path)
        assert not list(run.glob("speak-*"))
        names = [event["event"] for event in read_events(run)]
        assert names.count("finished") == 1
    assert kills > 0


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_evaluate_killed_at_any_moment_is_finished_without_a_sample_twice(
    trained, bundle, tmp_path
):
    sentences = tmp_path / "mine.toml"
    sentences.write_text(SENTENCES)

    def evaluated(run: Path) -> tuple[list[str], list[str]]:
        samples = [row["sample"] for row in rows_of(run / RESULTS) if "sample" in row]
        assert len(samples) == len(set(samples))
        wavs = sorted(path.name for path in (run / "evaluation" / "wavs").iterdir())
        return sorted(samples), wavs

    whole = tmp_path / "whole"
    shutil.copytree(trained[0], whole)
    needed, kills = done("evaluate", whole, "--sentences", sentences), 0
    for number, moment in enumerate(moments(3, needed, ONE)):
        run = tmp_path / f"run{number}"
        shutil.copytree(trained[0], run)
        kills += killed(moment, "evaluate", run, "--sentences", sentences)
        done("evaluate", run, "--sentences", sentences)
        assert evaluated(run) == evaluated(whole)
        assert not leftovers(run)
        shutil.rmtree(run)
    assert kills > 0


def test_a_script_killed_at_any_moment_is_finished_by_the_next_call(trained, tmp_path):
    run, script = tmp_path / "run", tmp_path / "script.txt"
    shutil.copytree(trained[0], run)
    script.write_text("".join(f"This is line {at}.\n" for at in range(12)))
    arguments = (run, "--script", script, "--no-measure", "--out")

    def spoken(out: Path) -> dict[str, bytes]:
        files = {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".wav"}
        assert len(rows_of(out / "lines.jsonl")) == len(files) == 12
        return files

    needed, kills = done("speak", *arguments, tmp_path / "whole"), 0
    for number, moment in enumerate(moments(4, needed, ONE)):
        out = tmp_path / f"out{number}"
        kills += killed(moment, "speak", *arguments, out)
        done("speak", *arguments, out)
        assert spoken(out) == spoken(tmp_path / "whole")
        assert not leftovers(tmp_path)
    assert kills > 0


def test_training_killed_in_the_second_after_its_folder_appears(bundle, trained, tmp_path):
    for number, moment in enumerate(moments(5, 1.0, ONE)):
        run = tmp_path / f"{number}" / "run"
        run.parent.mkdir()
        process = subprocess.Popen(
            words("train", bundle, run), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and not list(run.parent.iterdir()):
            time.sleep(0.002)
        time.sleep(moment)
        process.kill()
        process.wait()
        done(*(("resume", run) if run.exists() else ("train", bundle, run)))
        assert digest(run, STEPS) == digest(trained[0], STEPS)
        assert history(run) == history(trained[0])
        assert not leftovers(run.parent)
        assert not (run / "lock").exists()


MAKING = {
    "codebook": (
        *("model.layers=2", "model.width=64", "model.dvae_width=64"),
        *("codebook.steps=30", "codebook.every_steps=10"),
    ),
    "decoder": (
        *("model.layers=1", "model.width=32", "model.heads=2", "model.vocoder_width=16"),
        *("decoder.clips=2", "decoder.segment_s=0.12", "decoder.discriminator_width=1"),
        *("decoder.steps=12", "decoder.every_steps=4", "decoder.speak_sentences=0"),
    ),
}
WEIGHTS = {"codebook": "dvae.pth", "decoder": "model.pth"}


@pytest.fixture(scope="module")
def random_base(bundle) -> Path:
    return open_backend(
        resolve("tiny-cpu", None, MAKING["decoder"]), read_bundle(bundle)
    ).base.folder


@pytest.mark.model
@pytest.mark.parametrize("command", list(MAKING))
def test_a_fine_tuning_of_one_network_killed_at_any_moment_is_finished_by_the_same_command(
    bundle, random_base, tmp_path, command
):
    settings = [part for change in MAKING[command] for part in ("--set", change)]
    source = [random_base] if command == "decoder" else []

    def arguments(folder: Path) -> tuple[object, ...]:
        return (bundle, *source, folder, "--preset", "tiny-cpu", *settings)

    whole = tmp_path / "whole"
    needed, kills = done(command, *arguments(whole)), 0
    for number, moment in enumerate(moments(7, needed, ONE)):
        folder = tmp_path / f"{number}" / "better"
        folder.parent.mkdir()
        kills += killed(moment, command, *arguments(folder))
        making = folder.with_name("better.making")
        if making.exists() or not folder.exists():  # else it ended just before it was killed
            done(command, *arguments(folder))
        one, two = (json.loads((path / f"{command}.json").read_text()) for path in (whole, folder))
        assert one["files"][WEIGHTS[command]] == two["files"][WEIGHTS[command]]
        assert one["series"] == two["series"]
        if leftovers(folder.parent):  # killed while it removed its working folder
            call(command, *arguments(folder))
        assert [path.name for path in folder.parent.iterdir()] == ["better"]
        assert len(of_kind(read_events(folder), "finished")) == len(
            of_kind(read_events(whole), "finished")
        )
    assert kills > 0
