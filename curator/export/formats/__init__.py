"""Registry of export formats: one module of this folder is one format. Each module has

LABEL         name shown to people
HAS_SOUNDS    True: clips are cut into WAV files; False: the lists refer to the recordings
files         (Sequence[ManifestRow]) -> content by file name; (Listing) without sounds
fault         optional, (text) -> Fault | None: why the lists cannot hold a text
place         optional, (ManifestRow) -> path of a clip's WAV file; ``wavs/ID.wav`` without it

The window, ``--format`` and its help derive from ``formats()``; no other file changes when a
format is added.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.domain.text_rules import Fault
from curator.export.manifest import ManifestRow

BUNDLE = "bundle"
"""Key of the default format, which the trainer reads."""


@dataclass(frozen=True, slots=True)
class Format:
    """A module of this folder. has_sounds: whether clips are cut into files of their own."""

    key: str
    label: str
    has_sounds: bool
    files: Callable[[Any], dict[str, bytes]]
    fault: Callable[[str], Fault | None] | None
    place: Callable[[ManifestRow], str] | None


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
    optional = [getattr(module, name, None) for name in ("fault", "place")]
    return Format(key, module.LABEL, module.HAS_SOUNDS, module.files, *optional)


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


def bar_fault(name: str, text: str) -> Fault | None:
    """Fault of a text in a list separated by "|" without quoting."""
    if "|" not in text:
        return None
    return Fault("unknown_characters", f"{name} cannot hold '|', its column separator.")
