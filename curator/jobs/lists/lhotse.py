"""Lhotse: cuts, or supervisions with the recordings beside them.

Fields are those of lhotse's MonoCut, SupervisionSegment and Recording.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from curator.jobs.lists.columns import LABELS
from curator.jobs.lists.record import ListedClip, NotAList
from curator.jobs.lists.row_values import WrongValue, number, required, text_or_none
from curator.jobs.lists.text_file import read_text

CUTS = frozenset({"MonoCut", "MultiCut", "DataCut"})


def is_row(row: Mapping[str, Any]) -> bool:
    """Whether an object is a cut, a supervision or a recording."""
    is_cut = {"start", "duration"} <= row.keys() and "recording" in row
    is_supervision = {"recording_id", "start", "duration"} <= row.keys()
    return is_cut or is_supervision or str(row.get("type", "")).endswith("Cut")


class RecordingsManifest:
    """RecordingsManifest by id, of the manifest beside a list of supervisions; read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, Mapping[str, Any]] | None = None

    def of(self, key: object) -> Mapping[str, Any]:
        """The recording with an id."""
        if self._rows is None:
            self._rows = self._read()
        if not isinstance(key, str) or key not in self._rows:
            raise WrongValue(f"no recording has the id {key!r}")
        return self._rows[key]

    def _read(self) -> dict[str, Mapping[str, Any]]:
        name = self._path.name.replace("supervisions", "recordings")
        beside = [self._path.with_name(name), *sorted(self._path.parent.iterdir())]
        for file in beside:
            if file != self._path and "recordings" in file.name and file.is_file():
                rows: dict[str, Mapping[str, Any]] = {}
                for _, line in read_text(file).lines():
                    try:
                        row = msgspec.json.decode(line, type=dict[str, Any])
                    except (msgspec.MsgspecError, RecursionError):
                        continue  # a supervision of it is refused by name
                    rows[str(row.get("id"))] = row
                return rows
        raise NotAList(f"it needs its recordings beside it, in {name}")


def clips(
    file: str, line: int, row: Mapping[str, Any], recordings: RecordingsManifest
) -> Iterator[ListedClip]:
    """Every supervision is a clip; a cut without any is one itself. Raises WrongValue."""
    if "recording" not in row:
        kind = str(row.get("type", ""))
        if kind.endswith("Cut"):
            raise WrongValue(f"it is a {kind}; only cuts of one recording can be read")
        if "recording_id" not in row:
            raise WrongValue("it names no recording")
        recording = recordings.of(row.get("recording_id"))
        yield _clip(file, line, recording, row, 0.0)
        return
    recording = row["recording"]
    if str(row.get("type", "MonoCut")) not in CUTS or not isinstance(recording, Mapping):
        raise WrongValue(f"it is a {row.get('type')}; only cuts of one recording can be read")
    start = required(row, "start")
    supervisions = row.get("supervisions") or ()
    if not isinstance(supervisions, Sequence) or isinstance(supervisions, str):
        raise WrongValue("its supervisions are not a list")
    if not supervisions:
        yield _clip(file, line, recording, {**row, "start": 0.0}, start)
    # All or none: half a row would be counted as taken.
    yield from [
        _clip(file, line, recording, {"channel": row.get("channel"), **each}, start)
        for each in supervisions
    ]


def _clip(
    file: str, line: int, recording: Mapping[str, Any], row: Mapping[str, Any], since_s: float
) -> ListedClip:
    start = since_s + _start(row, since_s)
    custom = row.get("custom")
    values = {**row, **(custom if isinstance(custom, Mapping) else {})}
    return ListedClip(
        file,
        line,
        _source(recording),
        text=text_or_none(row, "text") if "text" in row else None,
        emotion=next((str(values[name]) for name in LABELS if values.get(name)), ""),
        start_s=start,
        stop_s=start + required(row, "duration"),
        channel=_channel(row.get("channel"), recording),
        language=str(row.get("language") or "").lower(),
    )


def _start(row: Mapping[str, Any], since_s: float) -> float:
    """A supervision may begin before its cut, so only the sum must not be negative."""
    value = row.get("start")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and -since_s <= value < 0:
        return float(value)
    return number(row, "start") or 0.0


def _source(recording: Mapping[str, Any]) -> str:
    if recording.get("transforms"):
        raise WrongValue("its recording is transformed (speed, volume), which is not applied here")
    sources = recording.get("sources")
    files: list[str] = [
        source["source"]
        for source in (sources if isinstance(sources, Sequence) else ())
        if isinstance(source, Mapping)
        and source.get("type") == "file"
        and isinstance(source.get("source"), str)
    ]
    if len(files) != 1:
        reason = "not in a file" if not files else f"in {len(files)} files, one a channel"
        raise WrongValue(f"its recording is {reason}")
    return files[0]


def _channel(channel: object, recording: Mapping[str, Any]) -> int | None:
    """The one channel of a clip, counted from 0; None for the mix of all."""
    known = recording.get("channel_ids")
    sources = recording.get("sources")
    if not isinstance(known, Sequence) and isinstance(sources, Sequence) and sources:
        known = sources[0].get("channels") if isinstance(sources[0], Mapping) else None
    channels = list(known) if isinstance(known, Sequence) else []
    named = channel if isinstance(channel, list) else [0 if channel is None else channel]
    if len(channels) <= 1 or sorted(map(str, named)) == sorted(map(str, channels)):
        return None
    if len(named) != 1 or isinstance(named[0], bool) or not isinstance(named[0], int):
        raise WrongValue(f"its channels are {channel!r}; one channel or all of them can be read")
    if named[0] not in channels:
        raise WrongValue(f"its recording has no channel {named[0]}")
    return channels.index(named[0])  # channel ids of Lhotse need not be those of the file
