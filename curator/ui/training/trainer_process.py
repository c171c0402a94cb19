"""Runs ``trainer`` commands as background jobs."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.jobs.context import JobContext
from curator.run_trainer import trainer_command, trainer_environment

WITHOUT_GPU = "tiny-cpu"
LOOK_S = 0.2
GIGABYTES = re.compile(r"(\d+) GB")


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """Result of checking a bundle. gpu_gb: None without a GPU. text: shown to the user."""

    gpu_gb: float | None
    preset: str
    text: str


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
        _, machine = answer(work, "doctor", "--json")
        gpu = _gpu(machine)
        more = ["--price", price] if price else []
        if gpu is None:
            preset = WITHOUT_GPU
            shown = "No GPU on this machine. Estimates for rented GPUs:\n\n"
            _, planned = answer(work, "plan", str(bundle), *more)
        else:
            memory = ["--gpu", f"{gpu:g}"]
            _, line = answer(work, "plan", str(bundle), *memory, "--json")
            preset = str(json.loads(line.splitlines()[0])["preset"])
            shown = ""
            _, planned = answer(work, "plan", str(bundle), *memory, *more)
        note = "" if base else f"\n\nWithout a base model only {WITHOUT_GPU} can run."
        return BundleCheck(
            gpu, preset if base else WITHOUT_GPU, f"{checked}\n{shown}{planned}{note}"
        )

    return task


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


def compare(runs: list[Path], out: Path) -> Callable[[JobContext], Path]:
    """Return a job that compares runs with the first one and writes an HTML page."""

    def task(work: JobContext) -> Path:
        answer(work, "compare", *map(str, runs), "--html", str(out))
        return out

    return task
