"""``events.jsonl``: everything that happened in a run, one JSON object a line.

The report, the curves and the guard read nothing else. Its schema is
``resources/events.schema.json``.
"""

import datetime
import json
import math
from collections.abc import Mapping
from pathlib import Path

from trainer.errors import BrokenRun
from trainer.runs.files import json_lines

FILE = "events.jsonl"
DISCARDED = "discarded.jsonl"
OUTLIVE_STEPS = ("exported", "spoken")

Event = dict[str, object]


class EventLog:
    """Appends to a run's events. A log that nobody reads (``path`` None) keeps ranks apart."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def add(self, event: str, **fields: object) -> None:
        """Write one event; numbers that JSON does not know are written as null."""
        if self.path is None:
            return
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        plain = {key: _plain(value) for key, value in fields.items()}
        line = json.dumps({"event": event, "time": now, **plain}, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def size(self) -> int:
        """Bytes written so far; a checkpoint remembers them."""
        return self.path.stat().st_size if self.path is not None and self.path.exists() else 0

    def cut(self, size: int) -> None:
        """Go back to ``size`` bytes; what was after them is kept in ``discarded.jsonl``.

        Those steps happened after the checkpoint that the run goes on from, and happen again. What
        was done with the run besides training stays.
        """
        if self.path is None or not self.path.exists():
            return
        data = self.path.read_bytes()
        if len(data) <= size:
            return
        with self.path.with_name(DISCARDED).open("ab") as file:
            file.write(data[size:].rstrip(b"\n") + b"\n")
        kept = [line for line in data[size:].splitlines(keepends=True) if _outlives(line)]
        with self.path.open("r+b") as file:
            file.truncate(size)
            file.seek(size)
            file.write(b"".join(kept))


def read_events(run: Path) -> list[Event]:
    """The events of a run; a half-written last line is left out."""
    path = run / FILE
    if not path.is_file():
        raise BrokenRun(f"{run} holds no {FILE}.", "Name a folder that `trainer train` made.")
    return [event for _, event in json_lines(path)]


def of_kind(events: list[Event], kind: str) -> list[Event]:
    """The events of one kind, in order."""
    return [event for event in events if event["event"] == kind]


def _outlives(line: bytes) -> bool:
    """Whether a line says something that going back to a checkpoint does not undo."""
    try:
        return json.loads(line)["event"] in OUTLIVE_STEPS
    except (ValueError, KeyError, TypeError):
        return False


def _plain(value: object) -> object:
    """The same with NaN and infinities as None, which is what JSON can say."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
