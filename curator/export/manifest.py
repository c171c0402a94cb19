"""``manifest.jsonl``: one clip per line, as in ``resources/manifest.schema.json``."""

import gc
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import read_bounded

Split = Literal["train", "eval"]
Named = Annotated[str, msgspec.Meta(min_length=1)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]

ID_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
HEX_DIGITS = b"0123456789abcdef"
SHA256_LENGTH = 64


LARGEST = 1 << 28
"""Bytes of a manifest: about 350 hours of clips of 5 s. The trainer reads no more either."""


class BrokenManifest(CuratorError):
    """Invalid manifest; the sentence names the line."""


# gc=False: rows hold no cycles; without tracking 100,000 objects, reading takes half the time.
class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Source of a clip; recording is the file's name."""

    recording: str
    sha256: str
    start_s: NotNegative
    stop_s: NotNegative


class ManifestRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Line of the manifest; the schema describes the fields."""

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
    """Content of the manifest.

    Raises ValueError for a number that is not finite, CuratorError for more than readers take.
    """
    listed = list(rows)
    for row in listed:
        if not all(map(isfinite, (row.duration_s, row.weight, *row.scores.values()))):
            raise ValueError(f"clip {row.id} has a value that is not a finite number")
    content = _encoder.encode_lines(listed)
    if len(content) > LARGEST:
        raise CuratorError(
            f"The manifest of {len(listed):,} clips has {len(content) >> 20} MB; the trainer reads "
            f"{LARGEST >> 20} MB.",
            "Drop clips, or export shards: --format webdataset.",
        )
    return content


def read_manifest(path: Path) -> list[ManifestRow]:
    """Read a manifest. Raises BrokenManifest naming the invalid line."""
    try:
        content = read_bounded(path, LARGEST)
    except OSError as error:
        raise BrokenManifest(f"{printable(path.name)} cannot be read: {error.strerror}.") from error
    return rows_from(content, printable(path.name))


def rows_from(content: bytes, name: str = "manifest.jsonl") -> list[ManifestRow]:
    """Parse a manifest's content. Raises BrokenManifest naming the invalid line."""
    if not content:
        return []
    if not content.endswith(b"\n"):
        last = content.count(b"\n") + 1
        raise BrokenManifest(f"{name}, line {last}: it is truncated (no line end).")
    with _without_gc():
        return _all_at_once(content) or _line_by_line(content, name)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Disable garbage collection: rows hold no cycles, and it takes a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _all_at_once(content: bytes) -> list[ManifestRow]:
    """Rows; empty if any line is invalid."""
    try:
        rows = _row.decode_lines(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    # All lines at once is six times as fast, but does not tell which line is invalid.
    has_one_per_line = content.startswith(b"{") and content.count(b"}\n{") == len(rows) - 1
    return rows if has_one_per_line and content.endswith(b"}\n") and _all_valid(rows) else []


def _all_valid(rows: list[ManifestRow]) -> bool:
    """Whether all rows pass the checks beyond types; see ``_fault``."""
    ids = [row.id for row in rows]
    hashes = [row.sha256 for row in rows]
    sources = {row.source.sha256 for row in rows}
    return (
        len(set(ids)) == len(ids)
        and _only(ID_LETTERS, "".join(ids))
        # Joined for speed: no id has a line end, so equal texts mean equal lines.
        and "\n".join([row.audio for row in rows])
        == ("wavs/" + ".wav\nwavs/".join(ids) + ".wav" if ids else "")
        and {*map(len, hashes), *map(len, sources)} <= {SHA256_LENGTH}
        and _only(HEX_DIGITS, "".join(hashes))
        and _only(HEX_DIGITS, "".join(sources))
    )


def _only(allowed: bytes, text: str) -> bool:
    return not text.encode().translate(None, allowed)


def _line_by_line(content: bytes, name: str) -> list[ManifestRow]:
    """Parse line by line, at a sixth of the speed, to name the invalid line."""
    rows: list[ManifestRow] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(io.BytesIO(content), start=1):
        try:
            row = _row.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise BrokenManifest(f"{name}, line {number}: {error}.") from error
        fault = _fault(row)
        if row.id in seen:
            fault = f"{row.id} is also in line {seen[row.id]}"
        if fault:
            raise BrokenManifest(f"{name}, line {number}: {fault}.")
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
