"""Reads a bundle: ``manifest.jsonl``, one clip per line, and ``bundle.json``.

Contract: ``resources/manifest.schema.json``; curator's side is ``curator/export/manifest.py``. All
errors are reported at once, each with its line.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from trainer.errors import BrokenBundle
from trainer.foreign_files import (
    MAX_LINES,
    UnsafeFile,
    path_inside,
    portions,
    read_bytes,
    read_json,
)

NotEmpty = Annotated[str, msgspec.Meta(min_length=1)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Text = Annotated[str, msgspec.Meta(max_length=100_000)]
MAX_WEIGHT = 1e6
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
MAX_MANIFEST = 1 << 28  # bytes; about 350 hours of clips of 5 s
MAX_ERRORS = 10


# gc=False: clips hold no cycles; without tracking them, many are read in half the time.
class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Recording and time range, in seconds, that a clip was cut from."""

    recording: str
    sha256: Sha256
    start_s: NotNegative
    stop_s: NotNegative


class Clip(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One line of the manifest.

    audio: path relative to the bundle, with forward slashes. samples: at ``rate`` Hz.
    weight: relative sampling weight, > 0. group: clips of one group must not be split between
    training and evaluation.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+\Z")]
    audio: Annotated[str, msgspec.Meta(pattern=r"^wavs/[A-Za-z0-9_-]+\.wav\Z")]
    sha256: Sha256
    rate: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    samples: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
    duration_s: NotNegative
    text: Text
    language: str
    speaker: NotEmpty
    emotion: str | None
    split: Literal["train", "eval"]
    weight: Annotated[float, msgspec.Meta(gt=0, le=MAX_WEIGHT)]
    group: NotEmpty
    source: Source
    scores: dict[str, float]
    recipe: str | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle folder with a valid manifest.

    manifest_sha256: SHA-256 of manifest.jsonl, recorded in runs. header: bundle.json, {} if none.
    """

    folder: Path
    clips: tuple[Clip, ...]
    manifest_sha256: str
    header: dict[str, object]

    def audio(self, clip: Clip) -> Path:
        """Audio file of a clip; UnsafeFile if a link leads out of the bundle."""
        return path_inside(self.folder, clip.audio)

    def copy_audio(self, clip: Clip, target: Path) -> bool:
        """Copy a clip's audio file if it matches the manifest; False if not."""
        try:
            data = read_bytes(self.audio(clip))
        except OSError:
            return False
        if hashlib.sha256(data).hexdigest() != clip.sha256:
            return False
        target.write_bytes(data)
        return True

    def part(self, split: str) -> tuple[Clip, ...]:
        """Clips of a split, "train" or "eval"."""
        return tuple(clip for clip in self.clips if clip.split == split)


def read_bundle(folder: Path) -> Bundle:
    """Read the bundle in ``folder``; BrokenBundle lists all errors with their lines."""
    path = folder / "manifest.jsonl"
    if not folder.is_dir():
        raise BrokenBundle(f"There is no folder {folder}.", "Name a folder exported by curator.")
    if not path.is_file():
        raise BrokenBundle(
            f"{folder} contains no manifest.jsonl.", "Export a bundle with curator first."
        )
    clips, errors, sha256 = _read(path)
    header, header_errors = _header(folder, sha256)
    errors += header_errors if not errors else []
    if not errors and not clips:
        errors = ["manifest.jsonl contains no clips."]
    if errors:
        more = len(errors) - MAX_ERRORS
        shown = errors[:MAX_ERRORS] + ([f"and {more} more errors."] if more > 0 else [])
        raise BrokenBundle("\n".join(shown), "Export the bundle again.")
    return Bundle(folder, tuple(clips), sha256, header)


def _read(path: Path) -> tuple[list[Clip], list[str], str]:
    """Clips of a manifest, one sentence per error, and its SHA-256.

    Read in portions, so that the file is never in memory beside its clips.
    """
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for portion in portions(path, MAX_MANIFEST):
            digest.update(portion)
            yield portion

    try:
        return *read_lines(hashed()), digest.hexdigest()
    except UnsafeFile as error:
        raise BrokenBundle(f"{path} cannot be read: {error.strerror}.") from error


def read_lines(parts: Iterable[bytes]) -> tuple[list[Clip], list[str]]:
    """Clips of a manifest, and one sentence per error. parts: of whole lines."""
    decoder = msgspec.json.Decoder(Clip)
    clips: list[Clip] = []
    errors: list[str] = []
    first_line: dict[str, int] = {}
    before = 0
    for part in parts:
        numbered, damaged = _numbered(decoder, part, before)
        clips.extend(clip for _, clip in numbered)
        errors += damaged + _value_errors(numbered, first_line)
        before += part.count(b"\n")
        if before > MAX_LINES:
            return [], [f"manifest.jsonl has more than {MAX_LINES:,} lines."]
    return clips, errors


def _numbered(
    decoder: "msgspec.json.Decoder[Clip]", part: bytes, before: int
) -> tuple[list[tuple[int, Clip]], list[str]]:
    """Clips with their lines, and one sentence per line that is none. before: lines before it."""
    try:
        clips = decoder.decode_lines(part)
        if len(clips) == part.count(b"\n") + (not part.endswith(b"\n")):
            return list(enumerate(clips, start=before + 1)), []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass  # parsed again below, line by line, to locate the errors
    numbered: list[tuple[int, Clip]] = []
    errors: list[str] = []
    for number, line in enumerate(part.split(b"\n"), start=before + 1):
        if not line.strip():
            continue
        try:
            numbered.append((number, decoder.decode(line)))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            errors.append(f"manifest.jsonl line {number}: {error}.")
    return numbered, errors


def _value_errors(numbered: Iterable[tuple[int, Clip]], first_line: dict[str, int]) -> list[str]:
    """Errors that the types do not exclude: repeated ids and wrong durations.

    first_line: line of each id that was read, in lower case, as Windows and macOS keep one file
    for names that differ only in case.
    """
    errors: list[str] = []
    for number, clip in numbered:
        earlier = first_line.setdefault(clip.id.lower(), number)
        if earlier != number:
            what = f"{clip.id!r} is also on line {earlier} (upper and lower case count as the same)"
            errors.append(f"manifest.jsonl line {number}: {what}.")
        if not math.isclose(clip.duration_s, clip.samples / clip.rate, abs_tol=0.01):
            what = f"duration_s {clip.duration_s} is not samples / rate"
            errors.append(f"manifest.jsonl line {number}: {what}.")
    return errors


def _header(folder: Path, manifest_sha256: str) -> tuple[dict[str, object], list[str]]:
    """bundle.json, optional, and its mismatches with the manifest."""
    path = folder / "bundle.json"
    if not path.is_file():
        return {}, []
    try:
        header: dict[str, object] = read_json(path)
    except ValueError as error:
        return {}, [f"bundle.json: {error}."]
    recorded = header.get("manifest_sha256")
    if recorded is not None and recorded != manifest_sha256:
        return header, ["manifest.jsonl was changed since the export: its hash differs."]
    return header, []
