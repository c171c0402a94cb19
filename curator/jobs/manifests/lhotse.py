"""Lhotse's cuts, or its supervisions with the recordings beside them; JSON lines, often gzipped."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curator.domain.errors import CuratorError, printable
from curator.jobs.manifests import as_object, beside, objects
from curator.jobs.manifests.listed import Listed

FILES = ("*cuts*.jsonl*", "*supervisions*.jsonl*")
LABELS = ("emotion", "category", "style")


def is_one(path: Path, first: str) -> bool:
    """See Reader."""
    row = as_object(first)
    is_cut = {"start", "duration"} <= row.keys() and "recording" in row
    return is_cut or {"recording_id", "start", "duration"} <= row.keys()


def read(path: Path) -> Iterator[Listed]:
    """See Reader. Every supervision is a clip; a cut without any is one itself."""
    recordings: Mapping[str, Path] | None = None
    for number, row in objects(path):
        if "recording" in row:
            yield from _cut(path, number, row)
        else:
            if recordings is None:
                recordings = _recordings(path)
            sound = recordings.get(row["recording_id"])
            if sound is None:
                raise _wrong(path, number, f"no recording is called {row['recording_id']!r}")
            yield _listed(sound, row, 0.0)


def _cut(path: Path, number: int, row: Mapping[str, Any]) -> Iterator[Listed]:
    sound = _source(path, row["recording"])
    if sound is None:
        raise _wrong(path, number, "the recording is no file")
    start, length = float(row["start"]), float(row["duration"])
    if not row.get("supervisions"):
        yield Listed(sound, None, "", start, start + length)
    for supervision in row.get("supervisions") or ():
        yield _listed(sound, supervision, start)


def _listed(sound: Path, supervision: Mapping[str, Any], since_s: float) -> Listed:
    start = since_s + float(supervision["start"])
    said = {**supervision, **(supervision.get("custom") or {})}
    label = next((str(said[name]) for name in LABELS if said.get(name)), "")
    stop = start + float(supervision["duration"])
    return Listed(sound, supervision.get("text"), label, start, stop)


def _recordings(path: Path) -> Mapping[str, Path]:
    name = path.name.replace("supervisions", "recordings")
    found = [path.with_name(name), *sorted(path.parent.glob("*recordings*.jsonl*"))]
    for file in found:
        if file != path and file.is_file():
            rows = [row for _, row in objects(file)]
            sources = {row["id"]: _source(file, row) for row in rows}
            return {key: source for key, source in sources.items() if source is not None}
    raise CuratorError(
        f"{printable(path.name)} needs the recordings it is about.",
        f"Put them beside it, as {printable(name)}.",
    )


def _source(path: Path, recording: Mapping[str, Any]) -> Path | None:
    for source in recording.get("sources", ()):
        if source.get("type") == "file":
            return beside(path, source["source"])
    return None


def _wrong(path: Path, number: int, reason: str) -> CuratorError:
    return CuratorError(f"{printable(path.name)}, line {number}: {reason}.")
