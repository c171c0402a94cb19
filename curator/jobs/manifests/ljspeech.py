"""LJ Speech's list: ``id|text|text with numbers written out``, sounds in ``wavs/``, no quoting."""

from collections.abc import Iterator
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.jobs.manifests import lines
from curator.jobs.manifests.listed import Listed

FILES = ("metadata.csv",)
COLUMNS = (2, 3)
SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".opus")


def is_one(path: Path, first: str) -> bool:
    """See Reader."""
    columns = first.split("|")
    return len(columns) in COLUMNS and _sound(path, columns[0]) is not None


def read(path: Path) -> Iterator[Listed]:
    """See Reader. The last column is what is spoken, as in coqui-tts's reader."""
    for number, line in lines(path):
        columns = line.split("|")
        sound = _sound(path, columns[0])
        if len(columns) not in COLUMNS or sound is None:
            raise CuratorError(
                f"{printable(path.name)}, line {number}: there is no sound called "
                f"{columns[0]!r}, or it has not 2 or 3 columns."
            )
        yield Listed(sound, columns[-1])


def _sound(path: Path, name: str) -> Path | None:
    for folder in (path.parent / "wavs", path.parent):
        for suffix in ("", *SUFFIXES):
            sound = folder / f"{name}{suffix}"
            if name and sound.is_file():
                return sound
    return None
