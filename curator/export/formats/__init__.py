"""Registry of export formats: one module of this folder is one format. Each module has

LABEL         name shown to people
HAS_SOUNDS    True: clips are cut into WAV files; False: the lists refer to the recordings
files         (Sequence[ManifestRow]) -> content by file name; (Listing) without sounds
fault         optional, (text) -> Fault | None: why the lists cannot hold a text
place         optional, (ManifestRow) -> path of a clip's WAV file; ``wavs/ID.wav`` without it
RATE          optional, Hz that the reader insists on, instead of the target's
ABSOLUTE      optional, True: the rows given to ``files`` have absolute paths of the WAV files
require       optional, (folder, speaker): raises CuratorError if the set cannot be written there
pack          optional, (Sequence[ManifestRow], folder) -> paths of archives below the folder that
              replace its WAV files

The window, ``--format`` and its help derive from ``formats()``; no other file changes when a
format is added.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.domain.text_rules import Fault
from curator.export.manifest import ManifestRow, Split

BUNDLE = "bundle"
"""Key of the default format, which the trainer reads."""


@dataclass(frozen=True, slots=True)
class Format:
    """A module of this folder; see above. rate: Hz, 0 for the target's."""

    key: str
    label: str
    has_sounds: bool
    files: Callable[[Any], dict[str, bytes]]
    fault: Callable[[str], Fault | None] | None
    place: Callable[[ManifestRow], str] | None
    pack: Callable[[Sequence[ManifestRow], Path], Sequence[str]] | None
    require: Callable[[Path, str], None] | None
    rate: int
    absolute: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Input of a format without sounds: all clips by recording and time.

    names: unique, portable file name for each recording, without suffix.
    """

    clips: Sequence[Clip]
    recordings: Mapping[int, Recording]
    names: Mapping[int, str]
    speaker: str
    language: str


@functools.cache
def formats() -> Mapping[str, Format]:
    """All formats by key: the default one first, then those with sounds, then by label."""
    loaded = [_load(info.name) for info in pkgutil.iter_modules(__path__)]
    loaded.sort(key=lambda form: (form.key != BUNDLE, not form.has_sounds, form.label.casefold()))
    return {form.key: form for form in loaded}


def _load(key: str) -> Format:
    module = importlib.import_module(f"{__name__}.{key}")
    hooks = {name: getattr(module, name, None) for name in ("fault", "place", "pack", "require")}
    return Format(
        key,
        module.LABEL,
        module.HAS_SOUNDS,
        module.files,
        rate=getattr(module, "RATE", 0),
        absolute=getattr(module, "ABSOLUTE", False),
        **hooks,
    )


def format_of(key: str) -> Format:
    """Format with that key. Raises CuratorError, naming the formats, if there is none."""
    if key not in formats():
        keys = ", ".join(formats())
        raise CuratorError(f"There is no export format {key!r}.", f"Choose one of: {keys}.")
    return formats()[key]


def text_fault(key: str, text: str) -> Fault | None:
    """Reason why a format cannot hold a text, None if it can."""
    fault = format_of(key).fault
    return fault(text) if fault is not None else None


def by_split(rows: Sequence[ManifestRow]) -> dict[Split, list[ManifestRow]]:
    """Rows of each split that has any, in order: train, then eval."""
    splits: tuple[Split, ...] = ("train", "eval")
    sides = {side: [row for row in rows if row.split == side] for side in splits}
    return {side: its for side, its in sides.items() if its}


def json_lines(
    rows: Sequence[ManifestRow],
    name: Callable[[Split], str],
    line: Callable[[ManifestRow], Mapping[str, object]],
) -> dict[str, bytes]:
    """Lists of both splits, one JSON object a row; file name by split."""
    encoder = msgspec.json.Encoder()
    return {
        name(side): encoder.encode_lines([line(row) for row in its])
        for side, its in by_split(rows).items()
    }


def bar_fault(name: str, text: str) -> Fault | None:
    """Fault of a text in a list separated by "|" without quoting."""
    if "|" not in text:
        return None
    return Fault("unknown_characters", f"{name} cannot hold '|', its column separator.")
