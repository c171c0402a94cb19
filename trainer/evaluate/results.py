"""``evaluation/results.jsonl`` and ``real.jsonl``: what was spoken, and how it measures.

The contract is ``resources/evaluation.schema.json``. Lines are appended as they are found, so that
a killed evaluation keeps what it had; half a line at the end is left out when read.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import BrokenRun
from trainer.foreign_files import own_folder, parse_json
from trainer.runs.files import append_line, json_lines, write_atomically

FOLDER = "evaluation"
WAVS = f"{FOLDER}/wavs"
RESULTS = f"{FOLDER}/results.jsonl"
REAL = f"{FOLDER}/real.jsonl"
FORMAT = 1

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Results:
    """A file as read. about: of its first line. rows: samples or clips, in order."""

    about: Mapping[str, object]
    rows: tuple[Row, ...]


def read_results(run: Path, name: str = RESULTS) -> Results | None:
    """The results of a run, None where it was never evaluated; BrokenRun if damaged or newer."""
    path = run / name
    if not path.is_file():
        return None
    read: list[Row] = []
    for number, row in json_lines(path):
        if not isinstance(row, dict):
            raise BrokenRun(f"{path} line {number} is no object.")
        read.append(row)
    about = read[0].get("about") if read else None
    if not isinstance(about, dict):
        return None  # killed before the first line was whole
    version = about.get("format")
    if not isinstance(version, int) or version > FORMAT:
        raise BrokenRun(
            f"{path} was written by a newer version of this program (format {version}).",
            "Read it with that version, or evaluate again into a copy of the run.",
        )
    return Results(about, tuple(read[1:]))


def write_results(path: Path, about: Mapping[str, object], rows: Iterable[Row]) -> None:
    """Write the file atomically."""
    own_folder(path.parent.parent, path.parent.name)
    lines = [as_line({"about": dict(about)}), *(as_line(row) for row in rows)]
    write_atomically(path, "".join(lines).encode())


def append(path: Path, row: Row) -> None:
    """One more line."""
    append_line(path, as_line(row).rstrip("\n"))


def as_line(row: Mapping[str, object]) -> str:
    """A row as JSON; numbers that JSON does not know are null, others have six digits."""
    return json.dumps(_plain(row), ensure_ascii=False, allow_nan=False) + "\n"


def as_read(row: Mapping[str, object]) -> Row:
    """The row as it will be read back, so that a resumed evaluation gives the same numbers."""
    parsed: Row = parse_json(as_line(row))
    return parsed


def _plain(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
