"""Lists in JSON, one object a line or an array: bundles, Lhotse, NeMo, audiofolders."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from curator.domain.foreign_files import require_few_values
from curator.domain.merging import RejectedRow
from curator.jobs.lists import lhotse
from curator.jobs.lists.columns import IDS, LABELS, LANGUAGES, SOUNDS, TEXTS
from curator.jobs.lists.record import ListedClip, NotAList
from curator.jobs.lists.row_values import WrongValue, number, part_of, text_or_none
from curator.jobs.lists.text_file import LONGEST_LINE, TOO_LONG, TextFile, is_broken

CHANNELS = ("channel_selector", "channel")
"""Keys under which NeMo's tools name the channel of a file."""

LOOKED_AT = 50
"""Rows by which a list is recognised; the first ones may be damaged."""


def looks_like_json(file: TextFile) -> bool:
    """Whether a text begins like an object or an array."""
    return file.content.lstrip()[:1] in ("{", "[")


def recognise(file: TextFile) -> str:
    """The kind of list: "bundle", "lhotse", "nemo" or "table". Raises NotAList."""
    for seen, (_, row) in enumerate(_objects(file)):
        if isinstance(row, Mapping) and (kind := _kind_of(row)):
            return kind
        if seen >= LOOKED_AT:
            break
    is_list = file.path.suffix.lower() != ".json" or file.content.lstrip().startswith("[")
    raise NotAList("its JSON objects name no audio file", looks_like_a_list=is_list)


def _kind_of(row: Mapping[str, Any]) -> str:
    if {"audio", "text", "sha256"} <= row.keys():
        return "bundle"
    if lhotse.is_row(row):
        return "lhotse"
    if "audio_filepath" in row:
        return "nemo"
    return "table" if any(name in row for name in SOUNDS) else ""


def read(file: TextFile, kind: str) -> Iterator[ListedClip | RejectedRow]:
    """Every object of the list."""
    recordings = lhotse.RecordingsManifest(file.path) if kind == "lhotse" else None
    for line, row in _objects(file):
        if isinstance(row, str):
            yield RejectedRow(file.name, line, row)
            continue
        try:
            if recordings is not None:
                yield from lhotse.clips(file.name, line, row, recordings)
            else:
                yield _clip(file.name, line, row, has_times=kind == "nemo")
        except WrongValue as error:
            yield RejectedRow(file.name, line, str(error))


def _clip(file: str, line: int, row: Mapping[str, Any], *, has_times: bool) -> ListedClip:
    names = [name for name in (*SOUNDS, *IDS) if row.get(name)]
    if not names:
        raise WrongValue("it names no audio file")
    sound = row[names[0]]
    if isinstance(sound, Mapping):  # datasets: {"path": ..., "bytes": ...}
        sound = sound.get("path")
    if not isinstance(sound, str) or not sound:
        raise WrongValue(f"its {names[0]} is not a file name")
    start, stop, channel = None, None, None
    if has_times:
        channel = _channel(row)
        start = number(row, "offset")
        length = number(row, "duration")
        if length is not None:
            stop = (start or 0.0) + length
    else:
        start, stop = part_of(row)
    return ListedClip(
        file,
        line,
        sound,
        is_id=names[0] in IDS,
        text=next((text_or_none(row, key) for key in TEXTS if key in row), None),
        emotion=next((str(row[key]) for key in LABELS if row.get(key) not in (None, "")), ""),
        start_s=start,
        stop_s=stop,
        channel=channel,
        language=next((str(row[key]).lower() for key in LANGUAGES if row.get(key)), ""),
    )


def _channel(row: Mapping[str, Any]) -> int | None:
    """NeMo's channel, counted from 0; None for the mix of all."""
    value = next((row[key] for key in CHANNELS if row.get(key) is not None), None)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value in (None, "average"):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise WrongValue(f'its channel is {value!r}; a number from 0 or "average" can be read')
    return value


def _objects(file: TextFile) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """Objects of a list with their lines, or items of an array; the reason where one is wrong."""
    if file.content.lstrip().startswith("["):
        whole = _decoded(file.content)
        if isinstance(whole, str) or not isinstance(whole, list):
            raise NotAList(f"it is not valid JSON ({whole})")
        for item, row in enumerate(whole, start=1):
            yield item, row if isinstance(row, dict) else "it is not a JSON object"
        return
    lines = list(file.lines())
    if len(lines) > 1 and isinstance(_decoded(lines[0][1]), str):
        whole = _decoded(file.content)
        if isinstance(whole, dict):
            raise NotAList("it is one JSON object, not one a line", looks_like_a_list=False)
    for line, text in lines:
        if len(text) > LONGEST_LINE:
            yield line, TOO_LONG
            continue
        row = "it holds bytes that are not valid UTF-8" if is_broken(text) else _decoded(text)
        if isinstance(row, (dict, str)):
            yield line, row if isinstance(row, dict) else f"it is not valid JSON ({row})"
        else:
            yield line, "it is not a JSON object"


def _decoded(text: str) -> Any:  # noqa: ANN401  # whatever the JSON holds
    """The value of a JSON text; the reason as a string where it is not valid."""
    try:
        require_few_values(text)
        value = msgspec.json.decode(text)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        return str(error)
    return "a string" if isinstance(value, str) else value
