"""Runs ``trainer`` commands as background jobs."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.jobs.context import JobContext
from curator.run_trainer import trainer_command, trainer_environment

WITHOUT_GPU = "tiny-cpu"
LOOK_S = 0.2
GIGABYTES = re.compile(r"(\d+) GB")


class Estimate(msgspec.Struct, frozen=True):
    """Plan of a training on a GPU, as ``trainer plan --json`` prints it."""

    card: str
    steps: int
    epochs: float
    memory_gb: float
    fits: bool
    hours: float
    disk_gb: float
    preset: str
    money: float | None = None


class Usable(msgspec.Struct, frozen=True):
    """Summary of ``trainer check --json``. reasons: rejected clips by reason."""

    clips: int
    usable: int
    seconds: float
    reasons: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """Result of checking a bundle. gpu_gb: None without a GPU. text: the trainer's output.

    here: plan for this machine, None without a GPU. rented: plans for other GPUs.
    """

    gpu_gb: float | None
    preset: str
    text: str
    usable: Usable | None = None
    here: Estimate | None = None
    rented: tuple[Estimate, ...] = ()


_estimate = msgspec.json.Decoder(Estimate)
_summary = msgspec.json.Decoder(Usable)


def presets() -> dict[str, str]:
    """Return the presets with their descriptions."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("#").strip()
        for path in sorted((resources() / "presets").glob("*.toml"))
    }


def answer(work: JobContext, *arguments: str) -> tuple[int, str]:
    """Run a command; return exit code and output. Raises CuratorError on failure."""
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
        lines = complaint.strip().splitlines()
        raise CuratorError(lines[-1].removeprefix("trainer: ") if lines else "The trainer failed.")
    return process.returncode, out


def look(bundle: Path, base: str, price: str) -> Callable[[JobContext], BundleCheck]:
    """Return a job that checks a bundle, selects a preset and estimates the training."""

    def task(work: JobContext) -> BundleCheck:
        _, checked = answer(work, "check", str(bundle))
        _, counted = answer(work, "check", str(bundle), "--json")
        _, machine = answer(work, "doctor", "--json")
        gpu = _gpu(machine)
        more = ["--price", price] if price else []
        _, rented = answer(work, "plan", str(bundle), *more, "--json")
        here = None
        if gpu is not None:
            _, own = answer(work, "plan", str(bundle), "--gpu", f"{gpu:g}", *more, "--json")
            here = next(iter(_estimates(own)), None)
        preset = here.preset if here is not None and base else WITHOUT_GPU
        return BundleCheck(gpu, preset, checked, _usable(counted), here, tuple(_estimates(rented)))

    return task


def _estimates(output: str) -> list[Estimate]:
    return [_estimate.decode(line) for line in output.splitlines() if '"kind": "estimate"' in line]


def _usable(output: str) -> Usable | None:
    lines = [line for line in output.splitlines() if '"summary": true' in line]
    return _summary.decode(lines[-1]) if lines else None


def _gpu(report: str) -> float | None:
    """Memory of the largest GPU in GB, from `trainer doctor --json`; None without one."""
    for line in report.splitlines():
        check = json.loads(line)
        if check["what"] == "GPU" and check["good"]:
            return max((float(size) for size in GIGABYTES.findall(check["says"])), default=None)
    return None


def report(run: Path) -> Callable[[JobContext], Path]:
    """Return a job that writes the report of a run into its folder."""

    def task(work: JobContext) -> Path:
        out = run / "report.html"
        answer(work, "report", str(run), "--out", str(out))
        return out

    return task


def compare(runs: list[Path]) -> Callable[[JobContext], dict[str, Any]]:
    """Return a job that compares runs with the first one."""

    def task(work: JobContext) -> dict[str, Any]:
        _, output = answer(work, "compare", *map(str, runs), "--json")
        comparison: dict[str, Any] = json.loads(output)
        return comparison

    return task


def write_comparison(runs: list[Path], out: Path) -> Callable[[JobContext], Path]:
    """Return a job that writes a comparison as an HTML page."""

    def task(work: JobContext) -> Path:
        answer(work, "compare", *map(str, runs), "--html", str(out))
        return out

    return task
