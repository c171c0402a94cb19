"""``manifest.jsonl``: one clip a line, after ``resources/manifest.schema.json``."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from curator.domain.errors import CuratorError, printable

Split = Literal["train", "eval"]
Named = Annotated[str, msgspec.Meta(min_length=1)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]

ID_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
HEX_DIGITS = b"0123456789abcdef"
SHA256_LENGTH = 64


class BrokenManifest(CuratorError):
    """A manifest that is not one; the sentence names the line."""


# gc=False: rows hold no cycles, and 100,000 objects less to look at halve the time to read them.
class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Where a clip was cut from; recording is the file's name."""

    recording: str
    sha256: str
    start_s: NotNegative
    stop_s: NotNegative


class ManifestRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A line of the manifest; the schema says what each field is."""

    id: Named
    audio: str
    sha256: str
    rate: Annotated[int, msgspec.Meta(ge=1)]
    samples: Annotated[int, msgspec.Meta(ge=0)]
    duration_s: NotNegative
    text: str
    language: str
    speaker: Named
    emotion: str | None
    split: Split
    weight: Annotated[float, msgspec.Meta(gt=0)]
    group: Named
    source: Source
    scores: dict[str, float]
    recipe: str | None


_encoder = msgspec.json.Encoder()
_row = msgspec.json.Decoder(ManifestRow)


def manifest_bytes(rows: Iterable[ManifestRow]) -> bytes:
    """The manifest's content. Raises ValueError for a number that JSON cannot carry."""
    listed = list(rows)
    for row in listed:
        if not all(map(isfinite, (row.duration_s, row.weight, *row.scores.values()))):
            raise ValueError(f"clip {row.id} has a value that is not a finite number")
    return _encoder.encode_lines(listed)


def read_manifest(path: Path) -> list[ManifestRow]:
    """The rows of a manifest, or BrokenManifest naming the line that is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenManifest(f"{printable(path.name)} cannot be read: {error.strerror}.") from error
    return rows_from(content, printable(path.name))


def rows_from(content: bytes, name: str = "manifest.jsonl") -> list[ManifestRow]:
    """The rows in a manifest's content, or BrokenManifest naming the line that is wrong."""
    if not content:
        return []
    if not content.endswith(b"\n"):
        last = content.count(b"\n") + 1
        raise BrokenManifest(f"{name}, line {last}: it is cut off (it has no line end).")
    with _without_collecting():
        return _all_at_once(content) or _line_by_line(content, name)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Rows hold no cycles; to look for some among 100,000 of them costs a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _all_at_once(content: bytes) -> list[ManifestRow]:
    """The rows; none if any line is wrong."""
    try:
        rows = _row.decode_lines(content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
    # All lines at once is six times as fast as one by one, but does not say which one is wrong.
    is_one_a_line = content.startswith(b"{") and content.count(b"}\n{") == len(rows) - 1
    return rows if is_one_a_line and content.endswith(b"}\n") and _all_well(rows) else []


def _all_well(rows: list[ManifestRow]) -> bool:
    """Whether what the types cannot say holds for all rows; see ``_fault``."""
    ids = [row.id for row in rows]
    hashes = [row.sha256 for row in rows]
    sources = {row.source.sha256 for row in rows}
    return (
        len(set(ids)) == len(ids)
        and _only(ID_LETTERS, "".join(ids))
        # Compared as one text each: no id has a line end, so the lines must be the same ones.
        and "\n".join([row.audio for row in rows])
        == ("wavs/" + ".wav\nwavs/".join(ids) + ".wav" if ids else "")
        and {*map(len, hashes), *map(len, sources)} <= {SHA256_LENGTH}
        and _only(HEX_DIGITS, "".join(hashes))
        and _only(HEX_DIGITS, "".join(sources))
    )


def _only(allowed: bytes, text: str) -> bool:
    return not text.encode().translate(None, allowed)


def _line_by_line(content: bytes, name: str) -> list[ManifestRow]:
    """The same as ``rows_from`` at a sixth of the speed, naming the line that is wrong."""
    rows: list[ManifestRow] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            row = _row.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BrokenManifest(f"{name}, line {number}: {error}.") from error
        wrong = _fault(row)
        if row.id in seen:
            wrong = f"{row.id} is also in line {seen[row.id]}"
        if wrong:
            raise BrokenManifest(f"{name}, line {number}: {wrong}.")
        seen[row.id] = number
        rows.append(row)
    return rows


def _fault(row: ManifestRow) -> str:
    if not _only(ID_LETTERS, row.id):
        return f"the id {row.id!r} has characters other than A-Z, a-z, 0-9, _ and -"
    if row.audio != f"wavs/{row.id}.wav":
        return f"the audio of {row.id} is {row.audio!r}, not wavs/{row.id}.wav"
    for digest in (row.sha256, row.source.sha256):
        if len(digest) != SHA256_LENGTH or not _only(HEX_DIGITS, digest):
            return f"{digest[:80]!r} is not a SHA-256 in lower-case hex"
    return ""
