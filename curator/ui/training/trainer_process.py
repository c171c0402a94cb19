"""What ``trainer`` answers to a question: asked in a process of its own, beside the window."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.jobs.context import Work
from curator.run_trainer import trainer_command, trainer_environment

WITHOUT_GPU = "tiny-cpu"
LOOK_S = 0.2
GIGABYTES = re.compile(r"(\d+) GB")


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """What was found out before a training. gpu_gb: None without one. text: for the person."""

    gpu_gb: float | None
    preset: str
    text: str


def presets() -> dict[str, str]:
    """The presets there are, and what each is for."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("#").strip()
        for path in sorted((resources() / "presets").glob("*.toml"))
    }


def answer(work: Work, *arguments: str) -> tuple[int, str]:
    """The exit code of a command and what it said; CuratorError where it was used wrongly."""
    process = subprocess.Popen(
        trainer_command(*arguments),
        env=trainer_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        while True:
            try:
                out, complaint = process.communicate(timeout=LOOK_S)
                break
            except subprocess.TimeoutExpired:
                work.look_up()
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode and not out.strip():
        said = complaint.strip().splitlines()
        raise CuratorError(said[-1].removeprefix("trainer: ") if said else "The trainer failed.")
    return process.returncode, out


def look(bundle: Path, base: str, price: str) -> Callable[[Work], BundleCheck]:
    """Whether a bundle can be trained on, with which preset, and what it will take."""

    def task(work: Work) -> BundleCheck:
        _, checked = answer(work, "check", str(bundle))
        _, told = answer(work, "doctor", "--json")
        gpu = _gpu(told)
        more = ["--price", price] if price else []
        if gpu is None:
            preset = WITHOUT_GPU
            shown = "No GPU was found here. What rented ones would take:\n\n"
            _, planned = answer(work, "plan", str(bundle), *more)
        else:
            memory = ["--gpu", f"{gpu:g}"]
            _, line = answer(work, "plan", str(bundle), *memory, "--json")
            preset = str(json.loads(line.splitlines()[0])["preset"])
            shown = ""
            _, planned = answer(work, "plan", str(bundle), *memory, *more)
        note = "" if base else f"\n\nWithout a base model only {WITHOUT_GPU} can run: it babbles."
        return BundleCheck(
            gpu, preset if base else WITHOUT_GPU, f"{checked}\n{shown}{planned}{note}"
        )

    return task


def _gpu(told: str) -> float | None:
    """Gigabytes of the largest GPU that `trainer doctor` found."""
    for line in told.splitlines():
        found = json.loads(line)
        if found["what"] == "GPU" and found["good"]:
            return max((float(size) for size in GIGABYTES.findall(found["says"])), default=None)
    return None


def report(run: Path) -> Callable[[Work], Path]:
    """The report of a run, written into it."""

    def task(work: Work) -> Path:
        out = run / "report.html"
        answer(work, "report", str(run), "--out", str(out))
        return out

    return task


def compare(runs: list[Path], out: Path) -> Callable[[Work], Path]:
    """Runs against the first of them, as a page."""

    def task(work: Work) -> Path:
        answer(work, "compare", *map(str, runs), "--html", str(out))
        return out

    return task
