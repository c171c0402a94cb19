"""bench.json: the rows with machine, versions and load, written as they are measured.

The file of a run that was stopped is complete up to then, and the next run goes on with it.
"""

import json
import os
import platform
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tests.benchmarks.table import Line, Outcome, all_lines, combined

FORMAT = 2
PACKAGES = ("numpy", "torch", "onnxruntime", "ctranslate2", "faster-whisper", "PySide6-Essentials")
BUSY_CORES = 0.25  # of other programs' processor time, from which a row counts as under load
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a module. others: cores that other programs kept busy meanwhile."""

    module: str
    lines: tuple[Line, ...]
    failure: str
    seconds: float
    load: tuple[float, float]
    others: float

    @property
    def under_load(self) -> bool:
        """Whether other programs disturbed it."""
        return self.others > BUSY_CORES


@dataclass
class Record:
    """All that was measured so far. path: of bench.json."""

    path: Path
    conditions: dict[str, Any]
    started: str
    done: list[Measured] = field(default_factory=list)
    complete: bool = False

    def add(self, measured: Measured) -> None:
        """Take a run of a module in, in place of one that was stopped, and write the file."""
        self.done.append(measured)
        self.save()

    def times(self, module: str) -> int:
        """How often a module was measured."""
        return sum(measured.module == module for measured in self.done)

    def seconds(self, module: str) -> float | None:
        """How long a module took at most; None if it was not measured."""
        return max((each.seconds for each in self.done if each.module == module), default=None)

    def lines(self, expected: Sequence[str] = ()) -> list[Line]:
        """Rows of all modules, each of its repetitions; see ``all_lines``."""
        modules = dict.fromkeys(measured.module for measured in self.done)
        return all_lines([self._outcome(module) for module in modules], expected)

    def _outcome(self, module: str) -> Outcome:
        runs = [measured for measured in self.done if measured.module == module]
        keys = [_keys(measured.lines) for measured in runs]
        rows = []
        for key in dict.fromkeys(key for by_key in keys for key in by_key):
            repeated = [(run, by_key[key]) for run, by_key in zip(runs, keys, strict=True)
                        if key in by_key]  # fmt: skip
            rows.append(
                {
                    **combined([line for _, line in repeated]),
                    "module": module,
                    "repetitions": [
                        {"ours": line["ours"], "peer": line["peer"], "others": run.others}
                        for run, line in repeated
                    ],
                    "under_load": any(run.under_load for run, _ in repeated),
                }
            )
        failure = next((run.failure for run in runs if run.failure), "")
        return Outcome(module, tuple(rows), failure)

    def save(self, expected: Sequence[str] = ()) -> None:
        """Write the file, whole or not at all."""
        document = {
            "format": FORMAT,
            **self.conditions,
            "started": self.started,
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "complete": self.complete,
            "modules": [
                {
                    "module": each.module,
                    "seconds": round(each.seconds, 1),
                    "load_before": each.load[0],
                    "load_after": each.load[1],
                    "others": each.others,
                    "failure": each.failure,
                    "lines": each.lines,
                }
                for each in self.done
            ],
            "rows": self.lines(expected),
        }
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", "utf-8")
        temporary.replace(self.path)


def _keys(lines: Sequence[Line]) -> dict[tuple[str, str, int], Line]:
    """Rows by id, peer and how many rows before have both."""
    by_key: dict[tuple[str, str, int], Line] = {}
    for line in lines:
        count = sum(key[:2] == (line["id"], line["peer_name"]) for key in by_key)
        by_key[line["id"], line["peer_name"], count] = line
    return by_key


def open_record(path: Path, modules: Sequence[str], *, restart: bool = False) -> Record:
    """The record of a run that was stopped under the same conditions, else a new one."""
    conditions = {**_machine(), "chosen": list(modules)}
    new = Record(path, conditions, datetime.now(UTC).isoformat(timespec="seconds"))
    earlier = {} if restart else _read(path)
    same = all(earlier.get(key) == value for key, value in conditions.items())
    if not same or earlier.get("complete") or earlier.get("format") != FORMAT:
        return new
    new.started = earlier["started"]
    new.done = [
        Measured(
            each["module"],
            tuple(each["lines"]),
            each["failure"],
            each["seconds"],
            (each["load_before"], each["load_after"]),
            each["others"],
        )
        for each in earlier["modules"]
    ]
    return new


def earlier_seconds(path: Path) -> dict[str, float]:
    """Seconds by module in an earlier file, whatever its conditions."""
    return {each["module"]: each["seconds"] for each in _read(path).get("modules", ())}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _machine() -> dict[str, Any]:
    return {
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
        "versions": {
            "python": platform.python_version(),
            **{package: _version(package) for package in PACKAGES},
            "commit": _commit(),
        },
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip()


class LoadMeter:
    """Processor time that other programs take while something is measured here."""

    def __init__(self) -> None:
        self._load = self._average()
        self._started, self._busy, self._own = time.monotonic(), _busy_s(), _own_s()

    def read(self) -> tuple[float, tuple[float, float], float]:
        """(seconds, (load before, load after), cores that others kept busy) since the start."""
        seconds = time.monotonic() - self._started
        others = (_busy_s() - self._busy) - (_own_s() - self._own)
        return seconds, (self._load, self._average()), round(max(0.0, others / seconds), 2)

    @staticmethod
    def _average() -> float:
        return round(os.getloadavg()[0], 2)


def _busy_s() -> float:
    """Processor seconds of all programs since the machine was started."""
    import psutil

    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - _guests(times))


def _guests(times: Any) -> float:
    """Time of virtual machines, which the system counts twice."""
    return float(getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0))


def _own_s() -> float:
    """Processor seconds of this process and of those it started and that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(kind)[:2]) for kind in kinds)
