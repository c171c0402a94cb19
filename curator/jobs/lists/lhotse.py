"""Lhotse: cuts, or supervisions with the recordings beside them.

Fields are those of lhotse's MonoCut, SupervisionSegment and Recording.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from curator.domain.errors import printable
from curator.domain.foreign_files import path_inside
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
            is_inside = path_inside(self._path.parent, file.name) is not None
            if file != self._path and "recordings" in file.name and is_inside and file.is_file():
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
    named, channel = _sound(recording, row.get("channel"))
    custom = row.get("custom")
    values = {**row, **(custom if isinstance(custom, Mapping) else {})}
    return ListedClip(
        file,
        line,
        named,
        text=text_or_none(row, "text") if "text" in row else None,
        emotion=next((str(values[name]) for name in LABELS if values.get(name)), ""),
        start_s=start,
        stop_s=start + required(row, "duration"),
        channel=channel,
        language=str(row.get("language") or "").lower(),
    )


def _start(row: Mapping[str, Any], since_s: float) -> float:
    """A supervision may begin before its cut, so only the sum must not be negative."""
    value = row.get("start")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and -since_s <= value < 0:
        return float(value)
    return number(row, "start") or 0.0


def _sound(recording: Mapping[str, Any], channel: object) -> tuple[str, int | None]:
    """File of a clip and its channel there, counted from 0; None for the mix of all.

    Channel ids of Lhotse need not be those of the file: they are listed in the file's order.
    """
    if recording.get("transforms"):
        raise WrongValue("its recording is transformed (speed, volume), which is not applied here")
    named = [str(each) for each in (channel if isinstance(channel, list) else [channel])]
    files = _files(recording)
    if not files:
        raise WrongValue("its recording is not in a file")
    listed = [each for _, channels in files for each in channels]
    if channel is None:
        named = ["0"] if len(listed) > 1 else listed  # Lhotse's default
    lacking = [each for each in named if listed and each not in listed]
    if lacking:
        raise WrongValue(f"its recording has no channel {printable(lacking[0])}")
    if len(files) == 1 and (len(listed) == 1 or sorted(named) == sorted(listed)):
        return files[0][0], None
    if len(named) != 1 or not named[0].isdecimal():
        all_of_them = " or all of them" if len(files) == 1 else ""
        raise WrongValue(f"its channels are {channel!r}; one channel{all_of_them} can be read")
    for path, channels in files:
        if named[0] in channels:
            return path, channels.index(named[0]) if len(channels) > 1 else None
    if len(files) > 1:
        raise WrongValue(f"its recording is in {len(files)} files without their channels")
    return files[0][0], int(named[0])


def _files(recording: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Files of a recording, each with the ids of its channels in order."""
    sources = recording.get("sources")
    files = [
        (source["source"], _ids(source.get("channels")))
        for source in (sources if isinstance(sources, list) else ())
        if isinstance(source, Mapping)
        and source.get("type") == "file"
        and isinstance(source.get("source"), str)
    ]
    if len(files) == 1 and not files[0][1]:
        return [(files[0][0], _ids(recording.get("channel_ids")))]
    return files


def _ids(channels: object) -> list[str]:
    return [str(each) for each in channels] if isinstance(channels, list) else []
