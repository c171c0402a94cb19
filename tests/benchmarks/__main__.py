"""``make bench``: every measure beside its peer in one table, and the same rows in bench.json.

Each module of this folder with a function ``rows()`` runs in a process of its own, so that one
measure neither warms up nor brings down the next. A module that fails gives a failed row with the
reason, and a measure that nothing took is a failed row, too: none is left out.
"""

import argparse
import importlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.rows import Row

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXPECTED = (
    *("S1", "S3", "S4", "S5", "S6b", "S7", "S16", "S17", "S18", "S19", "S20"),
    *("clean", "overlap", "music"),
    *("S10", "S11", "S12", "S13", "map-open", "map-label"),
    *("training-open", "training-cpu", "training-follow"),
    *(
        "S21",
        "S21m",
        "S21p",
        "S21d",
        "S21r",
        "S21s",
        "S21t",
        "S22",
        "help",
        "snapshot",
        "merge",
        "planner",
        "delivery",
        "suggest",
        "evaluate",
        "decode",
        "endings",
    ),
)
NOT_MEASURES = {"__init__", "__main__", "rows"}
MODULE_LIMIT_S = 1800  # the longest, the map of 40,000 clips, takes a tenth of it

# What a benchmark module may hang in: one line a row is written as soon as the row is there.
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one module measured, and why it did not go on, if so."""

    module: str
    lines: tuple[Line, ...]
    failure: str


def as_line(row: Row) -> Line:
    """A row as it stands in bench.json; figures that are not numbers become null."""
    try:
        ratio = row.ratio
        passed = row.passed
    except ZeroDivisionError:
        ratio, passed = None, False
    line = {**asdict(row), "ratio": ratio, "passed": passed}
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in line.items()
    }


def failed_line(name: str, measure: str, reason: str) -> Line:
    """A row for what could not be measured."""
    return {
        "id": name,
        "measure": measure,
        "peer_name": "",
        "peer": None,
        "ours": None,
        "unit": "",
        "pass_line": None,
        "equal": False,
        "note": reason,
        "higher_is_better": False,
        "is_limit": False,
        "ratio": None,
        "passed": False,
    }


def modules() -> list[str]:
    """The benchmark modules of this folder, in alphabetical order."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_MEASURES)


def measure_here(module: str, into: Path) -> None:
    """Run one module in this process and write its rows as they come."""
    with into.open("w", encoding="utf-8") as out:
        for row in importlib.import_module(f"tests.benchmarks.{module}").rows():
            out.write(json.dumps(as_line(row)) + "\n")
            out.flush()


def measure(module: str) -> Outcome:
    """Run one module in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "rows.jsonl"
        command = [sys.executable, "-m", "tests.benchmarks", "--module", module, "--into", into]
        try:
            done = subprocess.run(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=MODULE_LIMIT_S,
            )  # fmt: skip
            failure = reason_of(done.returncode, done.stderr)
        except subprocess.TimeoutExpired:
            failure = f"it did not end within {MODULE_LIMIT_S} s"
        written = into.read_text("utf-8").splitlines() if into.exists() else []
    return Outcome(module, tuple(json.loads(line) for line in written), failure)


def reason_of(code: int, log: str) -> str:
    """Why a module's process failed: its last word, or the signal that ended it."""
    if code == 0:
        return ""
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    said = [line for line in log.splitlines() if line.strip()]
    return said[-1].strip() if said else f"exit code {code}"


def own_measure(identity: str) -> str:
    """The measure an id belongs to: "S4 exact" is S4, "S20 40k" is S20."""
    found = re.match(r"S\d+[a-z]?|\w+", identity)
    return found.group() if found else identity


def all_lines(outcomes: Iterable[Outcome], expected: Sequence[str]) -> list[Line]:
    """Every row, with a failed one for each module that broke and each measure not taken."""
    lines: list[Line] = []
    for outcome in outcomes:
        lines += outcome.lines
        if outcome.failure:
            lines.append(
                failed_line(outcome.module, f"the benchmark {outcome.module}", outcome.failure)
            )
        elif not outcome.lines:
            lines.append(failed_line(outcome.module, f"the benchmark {outcome.module}", "no rows"))
    taken = {own_measure(line["id"]) for line in lines}
    lines += [failed_line(name, "", "not measured") for name in expected if name not in taken]
    return sorted(lines, key=lambda line: natural_order(line["id"]))


def natural_order(identity: str) -> tuple[list[tuple[int, str]], str]:
    """S3 before S16."""
    parts = re.findall(r"\d+|\D+", identity)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts], identity


def figure(value: float | None) -> str:
    """A number with four significant digits."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def pass_line_text(line: Line) -> str:
    """What has to be reached, as people read it."""
    if line["pass_line"] is None:
        return "-"
    if line["is_limit"]:
        return f"<= {figure(line['pass_line'])} {line['unit']}"
    return f">= {figure(line['pass_line'])}x"


def verdict(line: Line) -> str:
    """Whether the row passed, and what is wrong if not."""
    if line["passed"]:
        return "passed"
    return "MISSED" if line["equal"] else "NOT EQUAL" if line["ours"] is not None else "FAILED"


def table(lines: Iterable[Line]) -> str:
    """The rows, aligned, each with its note below."""
    head = ("id", "measure", "peer", "peer's", "ours", "unit", "ratio", "pass line", "verdict")
    cells = [head]
    notes = [""]
    for line in lines:
        ratio = "-" if line["ratio"] is None else f"{line['ratio']:.2f}x"
        cells.append(
            (
                line["id"],
                line["measure"],
                line["peer_name"] or "-",
                figure(line["peer"]),
                figure(line["ours"]),
                line["unit"],
                ratio,
                pass_line_text(line),
                verdict(line),
            )
        )
        notes.append(line["note"])
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    text = []
    for row, note in zip(cells, notes, strict=True):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        text.append("  ".join(padded).rstrip())
        if note:
            text.append(f"{' ' * (widths[0] + 2)}{note}")
    return "\n".join(text)


def parser() -> argparse.ArgumentParser:
    """What can be typed after ``python -m tests.benchmarks``."""
    top = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    top.add_argument("--only", default="", metavar="NAME,...", help="modules, by file name")
    top.add_argument("--out", type=Path, default=ROOT / "bench.json", metavar="FILE")
    top.add_argument("--module", help=argparse.SUPPRESS)
    top.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write bench.json; 1 if a row missed."""
    typed = parser().parse_args(arguments)
    if typed.module:
        measure_here(typed.module, typed.into)
        return 0
    chosen = [name for name in typed.only.split(",") if name] or modules()
    outcomes = []
    for name in chosen:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        outcomes.append(measure(name))
    lines = all_lines(outcomes, () if typed.only else EXPECTED)
    print(table(lines))
    missed = [line["id"] for line in lines if not line["passed"]]
    load = (
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        if hasattr(os, "getloadavg")
        else ""
    )
    print(f"\n{len(lines) - len(missed)} of {len(lines)} rows passed; {load}")
    if missed:
        print(f"Missed: {', '.join(missed)}")
    typed.out.write_text(json.dumps(lines, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
