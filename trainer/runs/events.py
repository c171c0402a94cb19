"""``events.jsonl``: the event log of a run, one JSON object per line.

Source of the report, the curves and the verdict. Schema: ``resources/events.schema.json``.
"""

import datetime
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

from trainer.errors import BrokenRun
from trainer.foreign_files import open_to_append, parse_json, read_bytes, shared_keys
from trainer.runs.event_shapes import usable_event
from trainer.runs.files import append_line, run_lines, write_atomically

FILE = "events.jsonl"
DISCARDED = "discarded.jsonl"
KEPT_EVENTS = ("exported", "spoken")
STARTED = "started"
STEP_LINE = b'{"event": "step"'
"""Start of the line of a training step."""

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
        append_line(
            self.path, json.dumps({"event": event, "time": now, **finite}, ensure_ascii=False)
        )

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
        data = read_bytes(self.path)
        if len(data) <= size:
            return
        with os.fdopen(open_to_append(self.path.with_name(DISCARDED)), "ab") as file:
            file.write(data[size:].rstrip(b"\n") + b"\n")
        kept = [line for line in data[size:].split(b"\n") if _kind(line) in KEPT_EVENTS]
        write_atomically(self.path, data[:size] + b"".join(line + b"\n" for line in kept))

    def start_size(self) -> int:
        """Bytes up to the end of the ``started`` event; 0 if the run was killed before it."""
        if self.path is None or not self.path.exists():
            return 0
        size = 0
        for _, line in run_lines(self.path):
            size += len(line)
            if line.endswith(b"\n") and _kind(line) == STARTED:
                return size
        return 0


def read_events(run: Path, *, steps: bool = True) -> list[Event]:
    """Events of a run; damaged lines, such as half a last one, are left out.

    steps: with those of training steps, which are nearly all.
    """
    path = run / FILE
    if not path.is_file():
        raise BrokenRun(f"{run} contains no {FILE}.", "Name a folder written by `trainer train`.")
    lines = run_lines(path, b"" if steps else STEP_LINE)
    events = (_event(line) for _, line in lines)
    return [event for event in events if event is not None]


def of_kind(events: list[Event], kind: str) -> list[Event]:
    """Events of one kind, in order."""
    return [event for event in events if event["event"] == kind]


def _event(line: bytes) -> Event | None:
    """Event of a line; None if it is damaged."""
    try:
        event = parse_json(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return None
    usable = usable_event(shared_keys(event))
    return None if usable is None else dict(usable)


def _kind(line: bytes) -> str | None:
    event = _event(line)
    return str(event["event"]) if event else None


def _finite(value: object) -> object:
    """The value with NaN and infinities replaced by None."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
