"""Source files of a report, read by address.

Incomplete or damaged lines and unknown events are skipped and listed, so that a failed run still
gets a report.
"""

import importlib
import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.errors import BrokenRun
from trainer.foreign_files import parse_json, parse_toml, read_bytes, values_of
from trainer.report.provenance import Address, all_where, as_text
from trainer.report.rows import MOST_PARSED, Chosen, Pair, Row, pairs_of, rows_of
from trainer.runs.events import STEP_LINE
from trainer.runs.files import run_lines
from trainer.runs.row_shapes import usable_row

RULE = "rule"
"""File name in addresses of program constants."""
ASKED = "asked"
"""File name in addresses of command line values."""


@dataclass(frozen=True)
class Lines:
    """Objects of a file. numbers: their lines. damaged: unreadable lines. cut: last one partial.

    kinds: places of the rows by event.
    """

    rows: Sequence[Row]
    numbers: Sequence[int]
    damaged: tuple[int, ...] = ()
    cut: bool = False
    kinds: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row) -> "Lines":
        """A file of one object."""
        return cls((row,), (1,), kinds={as_text(row.get("event")): (0,)})

    @classmethod
    def none(cls, *, damaged: bool = False) -> "Lines":
        """A file without objects. damaged: its one line cannot be read."""
        return cls((), (), damaged=(1,) if damaged else ())


@dataclass
class Sources:
    """Files by their name in the report. asked: command line values. brief: skip step events."""

    files: Mapping[str, Path]
    asked: Row = field(default_factory=dict)
    brief: bool = False
    _read: dict[str, Lines] = field(default_factory=dict)

    def lines(self, file: str) -> Lines:
        """Objects of a file; none if it does not exist."""
        if file not in self._read:
            self._read[file] = self._load(file)
        return self._read[file]

    def rows(self, file: str, **wanted: object) -> list[Pair]:
        """Matching (line number, object) pairs, such as rows("results.jsonl", sample="a")."""
        return list(self._matching(all_where(file, wanted)))

    def events(self, file: str, kind: str) -> Chosen[Pair]:
        """Events of one kind with their line numbers."""
        lines = self.lines(file)
        return pairs_of(lines.rows, lines.numbers, lines.kinds.get(kind, ()))

    def values(self, address: Address) -> list[Any]:
        """Values at an address; lines without it are skipped. With ``by``, (key, value) pairs.

        An address without a path has the numbers of its lines, to be counted.
        """
        if address.file == RULE:
            module, name = address.path
            return [getattr(importlib.import_module(module), name)]
        values = []
        for number, row in self._matching(address):
            value = inside(row, address.path) if address.path else number
            if value is not MISSING:
                key = tuple(as_text(inside(row, tuple(part.split(".")))) for part in address.by)
                values.append((key, value) if address.by else value)
        return values

    def _matching(self, address: Address) -> Iterator[tuple[int, Row]]:
        lines = self.lines(address.file)
        if address.line is not None:
            indices: Any = [lines.numbers.index(address.line)]
        elif address.where and address.where[0][0] == "event":
            indices = [at for kind in address.where[0][1] for at in lines.kinds.get(kind, ())]
        else:
            indices = range(len(lines.rows))
        for index in indices:
            row = lines.rows[index]
            if all(as_text(inside(row, tuple(key.split(".")))) in of for key, of in address.where):
                yield lines.numbers[index], row

    def _load(self, file: str) -> Lines:
        if file == ASKED:
            return Lines.of(self.asked)
        path = self.files.get(file)
        if path is None or not path.is_file():
            return Lines.none()
        if path.suffix == ".jsonl":
            brief = self.brief or file.startswith(BESIDE)
            lines = run_lines(path, STEP_LINE if brief else b"", light=STEP_LINE)
            try:
                return read_lines(lines, _shape(file))
            except BrokenRun:
                if file.startswith(BESIDE):
                    return Lines.none(damaged=True)
                raise
        data = read_bytes(path)
        try:
            text = data.decode()
            value = parse_toml(text) if path.suffix == ".toml" else parse_json(text)
        except ValueError:
            return Lines.none(damaged=True)
        row = usable_row(_shape(file), value)
        return Lines.none(damaged=True) if row is None else Lines.of(row)


BESIDE = "beside/"
"""Prefix of file names of other runs."""


class _Missing:
    """Marker of a path that does not exist."""


MISSING = _Missing()


def inside(row: object, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Value at a path inside an object, or MISSING."""
    for key in path:
        if isinstance(row, Mapping) and key in row:
            row = row[key]
        elif isinstance(row, list) and key.isdigit() and int(key) < len(row):
            row = row[int(key)]
        else:
            return MISSING
    return row


def _shape(file: str) -> str:
    """Name of the shape of a file's rows: its own name, whichever run it is of."""
    return file.rpartition("/")[2]


def read_lines(lines: Iterable[tuple[int, bytes]], shape: str = "events.jsonl") -> Lines:
    """Parse numbered JSON Lines; records the numbers of those that are not objects of the shape."""
    rows: list[Row | bytes] = []
    numbers = array("q")
    kinds: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
    damaged, cut, parsed = [], False, 0
    for number, line in lines:
        if not line.strip():
            continue
        try:
            value = parse_json(line)
            row = usable_row(shape, value)
        except ValueError:
            row = None
        if row is not None:
            is_step = line.startswith(STEP_LINE)
            parsed += values_of(line) if is_step else 0
            kinds[as_text(row.get("event"))].append(len(rows))
            rows.append(_as_line(row, value, line) if is_step and parsed > MOST_PARSED else row)
            numbers.append(number)
        elif line.endswith(b"\n"):
            damaged.append(number)
        else:
            cut = True
    return Lines(rows_of(rows), numbers, tuple(damaged), cut, dict(kinds))


def _as_line(row: Row, value: object, line: bytes) -> bytes:
    """JSON of a row: its line, unless a part of that cannot be used."""
    return line if row == value else json.dumps(row).encode()
