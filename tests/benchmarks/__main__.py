"""``make bench``: every measure beside its peer in one table, and the same rows in bench.json.

Each module of this folder with a function ``rows()`` runs in a process of its own, so that one
measure neither warms up nor brings down the next. A module that fails gives a failed row with the
reason, and a measure that nothing took is a failed row, too: none is left out. Rows are printed and
stored as they come. All modules are measured once, then again while the time allows, up to three
times; figures are medians. A run that was stopped is continued by the same command.
"""

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.record import LoadMeter, Measured, Record, earlier_seconds, open_record
from tests.benchmarks.table import (
    Line,
    Outcome,
    all_lines,
    as_line,
    failed_line,
    sentence,
    table,
    verdict,
)

__all__ = ["Line", "Outcome", "all_lines", "as_line", "failed_line", "main", "table", "verdict"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXPECTED = (
    *("S1", "S3", "S4", "S5", "S5r", "S6b", "S7", "S16", "S17", "S18", "S19", "S20", "S24"),
    *("clean", "overlap", "music"),
    *("S10", "S11", "S12", "S13", "map-open", "map-label"),
    *("training-open", "training-cpu", "training-follow"),
    *("S21", "S21m", "S21p", "S21d", "S21r", "S21s", "S21t", "S22"),
    *("help", "snapshot", "merge", "planner", "delivery", "suggest"),
    *("suggest-planted-5", "suggest-planted-10", "suggest-planted-20"),
    *("suggest-planted-shuffled", "suggest-planted-labels", "suggest-planted-suspects"),
    *("evaluate", "decode", "endings"),
    *("cluster-uneven", "cluster-memory"),
)  # fmt: skip
NOT_MEASURES = {"__init__", "__main__", "rows", "table", "record", "large_project"}
MODULE_LIMIT_S = 600
ON_REQUEST = {
    "training_against_stock": 3600,
    "cluster_speed": 3600,
    "analysis_hour": 7200,
}  # too long for each run: --only; its limit in seconds
REPETITIONS = 3
MINUTES = 25.0
UNKNOWN_S = 60.0  # assumed of a module that was never measured


def modules() -> list[str]:
    """The benchmark modules of this folder but those on request, in alphabetical order."""
    left_out = NOT_MEASURES | ON_REQUEST.keys()
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in left_out)


def measure_here(module: str) -> None:
    """Run one module in this process and write its rows to stdout as they come.

    What the module itself prints goes to stderr.
    """
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        for row in importlib.import_module(f"tests.benchmarks.{module}").rows():
            out.write(json.dumps(as_line(row)) + "\n")
            out.flush()


def measure(module: str, show: Callable[[Line], None] = lambda _line: None) -> Measured:
    """Run one module in a process of its own; ``show`` is called with each row."""
    meter = LoadMeter()
    limit = ON_REQUEST.get(module, MODULE_LIMIT_S)
    lines: list[Line] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        with subprocess.Popen(
            command_of(module),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process:
            timer = threading.Timer(limit, end, [process])
            timer.start()
            try:
                for text in process.stdout or ():
                    lines.append(json.loads(text))
                    show(lines[-1])
            except BaseException:
                end(process)
                raise
            finally:
                timer.cancel()
        code = process.returncode
        log.seek(0)
        failure = reason_of(code, log.read())
    seconds, load, others = meter.read()
    if seconds >= limit:
        failure = f"it did not end within {limit} s"
    return Measured(module, tuple(lines), failure, seconds, load, others)


def end(process: "subprocess.Popen[str]") -> None:
    """End a module's process and the programs it started, which would disturb the next rows."""
    import psutil

    with suppress(psutil.NoSuchProcess):
        for program in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                program.kill()
    process.kill()


def command_of(module: str) -> list[str]:
    """Command of a module's process."""
    return [sys.executable, "-m", "tests.benchmarks", "--module", module]


def reason_of(code: int, log: str) -> str:
    """Why a module's process failed: its last word, or the signal that ended it."""
    if code == 0:
        return ""
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    messages = [line for line in log.splitlines() if line.strip()]
    return messages[-1].strip() if messages else f"exit code {code}"


def schedule(record: Record, chosen: Sequence[str], remaining_s: float) -> str | None:
    """Next module: each once, then the quickest again while there is time; None at the end."""
    for module in chosen:
        if not record.times(module):
            return module
    for count in range(1, REPETITIONS):
        waiting = [module for module in chosen if record.times(module) == count]
        for module in sorted(waiting, key=lambda name: record.seconds(name) or 0.0):
            if (record.seconds(module) or 0.0) <= remaining_s:
                return module
    return None


def minutes_left(
    record: Record, chosen: Sequence[str], known: dict[str, float], remaining_s: float
) -> float:
    """Estimate of the rest: modules not yet measured, and repetitions while there is time."""
    first = sum(known.get(name, UNKNOWN_S) for name in chosen if not record.times(name))
    again = sum(
        (REPETITIONS - max(1, record.times(name)))
        * (record.seconds(name) or known.get(name, UNKNOWN_S))
        for name in chosen
    )
    return (first + max(0.0, min(again, remaining_s - first))) / 60


def run(record: Record, chosen: Sequence[str], minutes: float) -> None:
    """Measure what the record lacks, printing rows and progress."""
    known = earlier_seconds(record.path)
    spent = sum(measured.seconds for measured in record.done)
    started = time.monotonic()

    def remaining_s() -> float:
        return minutes * 60 - spent - (time.monotonic() - started)

    while (module := schedule(record, chosen, remaining_s())) is not None:
        left = minutes_left(record, chosen, known, remaining_s())
        once = sum(1 for name in chosen if record.times(name))
        print(
            f"[{once + (not record.times(module))}/{len(chosen)}] {module}, repetition"
            f" {record.times(module) + 1} of {REPETITIONS}; about {left:.0f} min left",
            file=sys.stderr,
            flush=True,
        )
        measured = measure(module, lambda line: print(sentence(line), flush=True))
        if measured.failure:
            print(f"  {module} failed: {measured.failure}", flush=True)
        if measured.under_load:
            print(f"  under load: other programs kept {measured.others} cores busy", flush=True)
        record.add(measured)


def parser() -> argparse.ArgumentParser:
    """What can be typed after ``python -m tests.benchmarks``."""
    top = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    top.add_argument("--only", default="", metavar="NAME,...", help="modules, by file name")
    top.add_argument("--out", type=Path, default=ROOT / "bench.json", metavar="FILE")
    top.add_argument(
        "--minutes", type=float, default=MINUTES, metavar="N", help="time for repetitions"
    )
    top.add_argument(
        "--folder", type=Path, metavar="DIR", help="judge suggestions on recordings of your own"
    )
    top.add_argument(
        "--language", default="en", metavar="CODE", help="of the recordings in --folder"
    )
    top.add_argument(
        "--project", type=Path, metavar="P", help="where --folder is analysed, and kept"
    )
    top.add_argument("--restart", action="store_true", help="do not continue a stopped run")
    top.add_argument("--module", help=argparse.SUPPRESS)
    return top


def judged(folder: Path, language: str, project: Path | None) -> dict[str, str]:
    """Environment in which the module of the suggestions measures this folder."""
    from tests.benchmarks import suggestions

    kept = {suggestions.PROJECT: str(project.resolve())} if project else {}
    return kept | {suggestions.FOLDER: str(folder.resolve()), suggestions.LANGUAGE: language}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write bench.json; 1 if a row missed, 130 if interrupted."""
    typed = parser().parse_args(arguments)
    if typed.module:
        measure_here(typed.module)
        return 0
    chosen = [name for name in typed.only.split(",") if name] or modules()
    if typed.folder:
        os.environ |= judged(typed.folder, typed.language, typed.project)
        chosen = ["suggestions"]
        typed.only, typed.restart = "suggestions", True
    record = open_record(typed.out, chosen, restart=typed.restart)
    if record.done:
        print(f"Continuing the run of {record.started}.", file=sys.stderr)
    try:
        run(record, chosen, typed.minutes)
    except KeyboardInterrupt:
        print("\nStopped. The same command continues.", file=sys.stderr)
        return 130
    expected = () if typed.only else EXPECTED
    record.complete = True
    record.save(expected)
    lines = record.lines(expected)
    print(table(lines))
    missed = [line["id"] for line in lines if not line["passed"]]
    loaded = sorted({line["id"] for line in lines if line.get("under_load")})
    print(f"\n{len(lines) - len(missed)} of {len(lines)} rows passed.")
    if missed:
        print(f"Missed: {', '.join(missed)}")
    if loaded:
        print(f"Measured under load, repeat on a quiet machine: {', '.join(loaded)}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
