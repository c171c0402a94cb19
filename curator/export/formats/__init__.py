"""The same clips as other programs want to read them; one file, one format.

A format either has the clips' sounds cut (``SOUNDS = True``), and says what lists them::

    files(rows: Sequence[ManifestRow]) -> dict[str, bytes]    names and contents
    fault(text: str) -> Fault | None                  a text that its lists cannot hold, if any
    place(row: ManifestRow) -> str                    path of a sound, if not in wavs/

or it refers to the recordings where they are::

    files(listing: Listing) -> dict[str, bytes]
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.export.checks import Fault
from curator.export.manifest import ManifestRow

BUNDLE = "bundle"
"""What the trainer reads, and the default."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be chosen. has_sounds: whether clips are cut into files of their own."""

    key: str
    name: str
    has_sounds: bool


FORMATS = (
    Format(BUNDLE, "Bundle for the trainer", True),
    Format("coqui", "coqui-tts", True),
    Format("ljspeech", "LJ Speech", True),
    Format("audiofolder", "Hugging Face audiofolder", True),
    Format("nemo", "NVIDIA NeMo", True),
    Format("gpt_sovits", "GPT-SoVITS list", True),
    Format("lhotse", "Lhotse (refers to the recordings)", False),
    Format("audacity", "Audacity labels", False),
    Format("textgrid", "Praat TextGrid", False),
    Format("elan", "ELAN", False),
    Format("table", "Table for a spreadsheet", False),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a format without sounds is made of: all clips by recording and time.

    names: of a file for each recording, without suffix; unlike one another and safe everywhere.
    """

    clips: Sequence[Clip]
    recordings: Mapping[int, Recording]
    names: Mapping[int, str]
    speaker: str
    language: str


def format_of(key: str) -> Format:
    """A format by its key, or CuratorError naming those there are."""
    for each in FORMATS:
        if each.key == key:
            return each
    keys = ", ".join(each.key for each in FORMATS)
    raise CuratorError(f"There is no export format {key!r}.", f"Choose one of: {keys}.")


def lister(key: str) -> Callable[[Any], dict[str, bytes]]:
    """What writes the lists of a format."""
    made: Callable[[Any], dict[str, bytes]] = _module(key).files
    return made


def text_fault(key: str, text: str) -> Fault | None:
    """What keeps a format from holding a text."""
    if key == BUNDLE:
        return None
    fault: Callable[[str], Fault | None] | None = getattr(_module(key), "fault", None)
    return fault(text) if fault is not None else None


def placer(key: str) -> Callable[[ManifestRow], str] | None:
    """Where a format wants the sound of a clip; None for ``wavs/``."""
    if key == BUNDLE:
        return None
    place: Callable[[ManifestRow], str] | None = getattr(_module(key), "place", None)
    return place


def bar_fault(name: str, text: str) -> Fault | None:
    """For lists whose columns are parted by "|" without any quoting."""
    if "|" not in text:
        return None
    return Fault("unknown_characters", f"{name} cannot hold '|', which parts its columns.")


def _module(key: str) -> Any:  # noqa: ANN401  # a module of this folder
    return importlib.import_module(f"curator.export.formats.{key}")
