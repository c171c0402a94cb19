"""The table of benchmark rows: what a row looks like in bench.json and on the terminal."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import median
from typing import Any

from tests.benchmarks.rows import Row

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


def combined(repetitions: Sequence[Line]) -> Line:
    """One row out of repetitions of it: medians of the figures; equal if all were."""
    last = repetitions[-1]
    ours = [line["ours"] for line in repetitions]
    peers = [line["peer"] for line in repetitions]
    if None in ours or (None in peers and any(peer is not None for peer in peers)):
        return {**last, "passed": False}
    values = {field.name: last[field.name] for field in fields(Row)}
    values["ours"] = median(ours)
    values["peer"] = None if None in peers else median(peers)
    values["equal"] = all(line["equal"] for line in repetitions)
    return as_line(Row(**values))


def own_measure(identity: str) -> str:
    """The measure an id belongs to: "S4 exact" is S4, "S20 40k" is S20."""
    found = re.match(r"S\d+[a-z]?|[-\w]+", identity)
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


def sentence(line: Line) -> str:
    """A row in one line, for the terminal while it is measured."""
    peer = "" if line["peer"] is None else f", peer {figure(line['peer'])}"
    ratio = "" if line["ratio"] is None else f", {line['ratio']:.2f}x"
    figures = f"{figure(line['ours'])} {line['unit']}{peer}{ratio} ({pass_line_text(line)})"
    return f"  {line['id']}  {line['measure']}: {figures}  {verdict(line)}"


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
