"""Reads a bundle: ``manifest.jsonl``, one clip a line, and ``bundle.json`` beside it.

The contract is ``resources/manifest.schema.json``. Every fault is named with its line, all of
them at once, so that nobody has to repair a manifest one start at a time.
"""

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from trainer.errors import BrokenBundle

ID = re.compile(r"[A-Za-z0-9_-]+\Z")
AUDIO = re.compile(r"wavs/[A-Za-z0-9_-]+\.wav\Z")
SHA256 = re.compile(r"[0-9a-f]{64}\Z")
FAULTS_SHOWN = 10


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which stretch of which recording a clip was cut from."""

    recording: str
    sha256: str
    start_s: float
    stop_s: float


class Clip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the manifest.

    audio: path relative to the bundle, with forward slashes. samples: at ``rate`` Hz.
    weight: how often the clip is heard relative to the others. group: clips of one group must
    not be split between training and evaluation.
    """

    id: str
    audio: str
    sha256: str
    rate: int
    samples: int
    duration_s: float
    text: str
    language: str
    speaker: str
    emotion: str | None
    split: Literal["train", "eval"]
    weight: float
    group: str
    source: Source
    scores: dict[str, float]
    recipe: str | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder with a manifest that could be read.

    manifest_sha256: of the manifest's bytes; what a run says it was trained on.
    header: bundle.json as it is, {} if there is none.
    """

    folder: Path
    clips: tuple[Clip, ...]
    manifest_sha256: str
    header: dict[str, object]

    def audio(self, clip: Clip) -> Path:
        """Where the clip's sound is."""
        return self.folder / clip.audio

    def part(self, split: str) -> tuple[Clip, ...]:
        """The clips of "train" or of "eval"."""
        return tuple(clip for clip in self.clips if clip.split == split)


def read_bundle(folder: Path) -> Bundle:
    """The bundle in ``folder``, or BrokenBundle with every fault and its line."""
    path = folder / "manifest.jsonl"
    if not folder.is_dir():
        raise BrokenBundle(f"There is no folder {folder}.", "Name the folder curator exported to.")
    if not path.is_file():
        raise BrokenBundle(f"{folder} holds no manifest.jsonl.", "Export it with curator first.")
    data = path.read_bytes()
    clips, faults = read_lines(data)
    header, header_faults = _header(folder, hashlib.sha256(data).hexdigest())
    faults += header_faults if not faults else []
    if not faults and not clips:
        faults = ["manifest.jsonl holds no clip."]
    if faults:
        more = len(faults) - FAULTS_SHOWN
        shown = faults[:FAULTS_SHOWN] + ([f"and {more} more faults."] if more > 0 else [])
        raise BrokenBundle("\n".join(shown), "Export the bundle again.")
    return Bundle(folder, tuple(clips), hashlib.sha256(data).hexdigest(), header)


def read_lines(data: bytes) -> tuple[list[Clip], list[str]]:
    """The clips of a manifest's bytes, and one sentence for each fault in them."""
    decoder = msgspec.json.Decoder(Clip)
    try:
        clips = decoder.decode_lines(data)
        lines: Iterable[int] = range(1, len(clips) + 1) if b"\n\n" not in data else ()
        if not clips or lines:
            return clips, _value_faults(zip(lines, clips, strict=True))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass  # read again below, line by line, to say where
    found: list[tuple[int, Clip]] = []
    faults: list[str] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append((number, decoder.decode(line)))
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            faults.append(f"manifest.jsonl line {number}: {fault}.")
    return [clip for _, clip in found], faults + _value_faults(found)


def _value_faults(numbered: Iterable[tuple[int, Clip]]) -> list[str]:
    """Values of the right type that cannot be right."""
    faults: list[str] = []
    first_line: dict[str, int] = {}
    for number, clip in numbered:
        earlier = first_line.setdefault(clip.id, number)
        if earlier != number:
            faults.append(f"manifest.jsonl line {number}: {clip.id!r} is on line {earlier} too.")
        faults += [f"manifest.jsonl line {number}: {what}." for what in _faults_of(clip)]
    return faults


def _faults_of(clip: Clip) -> list[str]:
    """What is wrong with one clip's values, each without a full stop."""
    faults = []
    if not ID.match(clip.id):
        faults.append(f"the id {clip.id!r} may hold only letters, digits, _ and -")
    if not AUDIO.match(clip.audio):
        faults.append(f"the audio path {clip.audio!r} is not wavs/<id>.wav")
    if not SHA256.match(clip.sha256):
        faults.append("sha256 is not 64 hexadecimal digits")
    if clip.rate <= 0 or clip.samples < 0:
        faults.append("rate and samples must be positive")
    elif not math.isclose(clip.duration_s, clip.samples / clip.rate, abs_tol=0.01):
        faults.append(f"duration_s {clip.duration_s} is not samples / rate")
    if not (math.isfinite(clip.weight) and clip.weight > 0):
        faults.append(f"weight {clip.weight} must be above 0")
    if not clip.speaker or not clip.group:
        faults.append("speaker or group is empty")
    if clip.source.start_s < 0 or clip.source.stop_s < 0 or clip.duration_s < 0:
        faults.append("a time is below 0")
    if not SHA256.match(clip.source.sha256):
        faults.append("source.sha256 is not 64 hexadecimal digits")
    return faults


def _header(folder: Path, manifest_sha256: str) -> tuple[dict[str, object], list[str]]:
    """bundle.json, and what does not agree with the manifest. A bundle made by hand has none."""
    path = folder / "bundle.json"
    if not path.is_file():
        return {}, []
    try:
        header = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        return {}, [f"bundle.json: {fault}."]
    recorded = header.get("manifest_sha256")
    if recorded is not None and recorded != manifest_sha256:
        return header, ["manifest.jsonl was changed since the export: its hash differs."]
    return header, []
