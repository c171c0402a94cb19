"""``events.jsonl``: the event log of a run, one JSON object per line.

Source of the report, the curves and the verdict. Schema: ``resources/events.schema.json``.
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
KEPT_EVENTS = ("exported", "spoken")

Event = dict[str, object]


class EventLog:
    """Appends to a run's event log. path: None discards events, on ranks other than 0."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def add(self, event: str, **fields: object) -> None:
        """Append one event; NaN and infinities are written as null."""
        if self.path is None:
            return
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        finite = {key: _finite(value) for key, value in fields.items()}
        line = json.dumps({"event": event, "time": now, **finite}, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def size(self) -> int:
        """Size in bytes, stored in checkpoints."""
        return self.path.stat().st_size if self.path is not None and self.path.exists() else 0

    def truncate(self, size: int) -> None:
        """Truncate to ``size`` bytes, moving the rest to ``discarded.jsonl``.

        Used when resuming from a checkpoint: later steps are repeated. Events other than training,
        such as exports, are kept.
        """
        if self.path is None or not self.path.exists():
            return
        data = self.path.read_bytes()
        if len(data) <= size:
            return
        with self.path.with_name(DISCARDED).open("ab") as file:
            file.write(data[size:].rstrip(b"\n") + b"\n")
        kept = [line for line in data[size:].splitlines(keepends=True) if _is_kept(line)]
        with self.path.open("r+b") as file:
            file.truncate(size)
            file.seek(size)
            file.write(b"".join(kept))


def read_events(run: Path) -> list[Event]:
    """Events of a run; an incomplete last line is ignored."""
    path = run / FILE
    if not path.is_file():
        raise BrokenRun(f"{run} contains no {FILE}.", "Name a folder written by `trainer train`.")
    return [event for _, event in json_lines(path)]


def of_kind(events: list[Event], kind: str) -> list[Event]:
    """Events of one kind, in order."""
    return [event for event in events if event["event"] == kind]


def _is_kept(line: bytes) -> bool:
    """Whether an event survives resuming from an earlier checkpoint."""
    try:
        return json.loads(line)["event"] in KEPT_EVENTS
    except (ValueError, KeyError, TypeError):
        return False


def _finite(value: object) -> object:
    """The value with NaN and infinities replaced by None."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
