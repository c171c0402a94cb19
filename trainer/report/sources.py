"""The files a report takes its numbers from, found by address.

Whatever can be read is read: half a line, a damaged line or a kind of event that this version does
not know is left out and named, because a run that went wrong is the one that needs a report.
"""

import importlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from trainer.report.event_shapes import usable_event
from trainer.report.provenance import Address, all_where, as_text

Row = Mapping[str, Any]
RULE = "rule"
"""The file name under which constants of the program are addressed."""
ASKED = "asked"
"""The file name under which what the person said on the command line is addressed."""


@dataclass(frozen=True)
class Lines:
    """A file's objects. numbers: the line of each. damaged: lines that are none; cut: the last."""

    rows: tuple[Row, ...]
    numbers: tuple[int, ...]
    damaged: tuple[int, ...] = ()
    cut: bool = False

    @cached_property
    def kinds(self) -> Mapping[str, tuple[int, ...]]:
        """Places of the rows of each kind of event."""
        found: dict[str, list[int]] = {}
        for place, row in enumerate(self.rows):
            found.setdefault(as_text(row.get("event")), []).append(place)
        return {kind: tuple(places) for kind, places in found.items()}


@dataclass
class Sources:
    """Files by the name the report gives them. asked: what the person said.

    brief: steps are passed over unread, which are most of what a run writes.
    """

    files: Mapping[str, Path]
    asked: Row = field(default_factory=dict)
    brief: bool = False
    _read: dict[str, Lines] = field(default_factory=dict)

    def lines(self, file: str) -> Lines:
        """What a file holds; nothing if it is not there."""
        if file not in self._read:
            self._read[file] = self._load(file)
        return self._read[file]

    def found(self, file: str, **wanted: object) -> list[tuple[int, Row]]:
        """Lines of a file and their objects, such as found("events.jsonl", event="eval")."""
        return list(self._chosen(all_where(file, wanted)))

    def values(self, address: Address) -> list[Any]:
        """The values at an address, None where the file says null; lines without it are left out.

        With ``by``, pairs (key, value).
        """
        if address.file == RULE:
            module, name = address.path
            return [getattr(importlib.import_module(module), name)]
        found = []
        for _, row in self._chosen(address):
            value = inside(row, address.path)
            if value is not MISSING:
                key = tuple(as_text(inside(row, tuple(part.split(".")))) for part in address.by)
                found.append((key, value) if address.by else value)
        return found

    def _chosen(self, address: Address) -> Iterator[tuple[int, Row]]:
        lines = self.lines(address.file)
        if address.line is not None:
            places: Any = [lines.numbers.index(address.line)]
        elif address.where and address.where[0][0] == "event":
            places = [at for kind in address.where[0][1] for at in lines.kinds.get(kind, ())]
        else:
            places = range(len(lines.rows))
        for place in places:
            row = lines.rows[place]
            if all(as_text(inside(row, tuple(key.split(".")))) in of for key, of in address.where):
                yield lines.numbers[place], row

    def _load(self, file: str) -> Lines:
        if file == ASKED:
            return Lines((self.asked,), (1,))
        path = self.files.get(file)
        if path is None or not path.is_file():
            return Lines((), ())
        data = path.read_bytes()
        if path.suffix == ".jsonl":
            return read_lines(data, brief=self.brief or file.startswith(BESIDE))
        try:
            text = data.decode()
            row = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        except ValueError:
            return Lines((), (), damaged=(1,))
        return Lines((row,), (1,)) if isinstance(row, dict) else Lines((), (), damaged=(1,))


BESIDE = "beside/"
"""What names of files of other runs begin with."""
STEP = b'{"event": "step"'


class _Missing:
    """The place is not there."""


MISSING = _Missing()


def inside(row: object, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What is at a path inside an object, or MISSING."""
    for key in path:
        if isinstance(row, Mapping) and key in row:
            row = row[key]
        elif isinstance(row, list) and key.isdigit() and int(key) < len(row):
            row = row[int(key)]
        else:
            return MISSING
    return row


def read_lines(data: bytes, *, brief: bool = False) -> Lines:
    """Objects, one a line; what is no object is passed over and remembered."""
    rows, numbers, damaged = [], [], []
    pieces = data.split(b"\n")
    for number, piece in enumerate(pieces, start=1):
        if not piece.strip() or (brief and piece.startswith(STEP)):
            continue
        try:
            row = json.loads(piece)
        except ValueError:
            row = None
        row = usable_event(row) if isinstance(row, dict) else None
        if row is not None:
            rows.append(row)
            numbers.append(number)
        else:
            damaged.append(number)
    cut = bool(damaged) and damaged[-1] == len(pieces)
    return Lines(tuple(rows), tuple(numbers), tuple(damaged[:-1] if cut else damaged), cut)
