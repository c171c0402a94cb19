"""Audio file of a list row: by its exact name or the longest common tail of its path.

A list may have been written on another machine, with its folders and separators. A name is never a
pattern, and where several files fit equally the row is refused. Files outside the list's folder are
named, and only those with the extension of audio or video are opened.
"""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from curator.audio.intake import SUFFIXES
from curator.domain.errors import printable

AROUND = ("wavs", "wav", "audio", "audios", "clips", "sliced")
"""Folders beside a list in which a file is looked for by its name alone."""

SHOWN_OUTSIDE = 3

Name = tuple[str, bool]


def has_sound_suffix(name: str) -> bool:
    """Whether a name has the extension of an audio or video file."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower() in SUFFIXES


def is_sound(path: Path) -> bool:
    """Whether a path is a file with the extension of audio or video."""
    return path.suffix.lower() in SUFFIXES and path.is_file()


class SoundFiles:
    """Audio files below the folder of a list. notes: names that were matched otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._index: dict[str, list[tuple[tuple[str, ...], Path]]] | None = None

    def resolve(self, names: Iterable[Name]) -> Mapping[Name, Path | str]:
        """The file of each (name, whether it is an id without extension), or why there is none."""
        answers: dict[Name, Path | str] = {}
        loose: dict[Name, tuple[str, Path]] = {}  # by the file's name alone
        for name in dict.fromkeys(names):
            exact = self._exact(*name)
            answers[name] = exact if exact is not None else self._similar(name, loose)
        self._refuse_mixed(loose, answers)
        self._check_outside(answers)
        others = sum(
            isinstance(path, Path) and not is_id and _suffix(named) not in ("", path.suffix.lower())
            for (named, is_id), path in answers.items()
        )
        if others:
            self.notes.append(f"{others} files were found with another extension than listed.")
        return answers

    def _exact(self, named: str, is_id: bool) -> Path | None:
        slashed = named.replace("\\", "/")
        if slashed.startswith("//"):  # another machine, which Windows would sign in to
            return None
        tries = [named, slashed] if not is_id else [f"wavs/{slashed}.wav", slashed]
        for relative in tries:
            path = self.folder / relative
            try:
                if os.path.isfile(path):  # noqa: PTH113  # Path.is_file raises for odd names
                    return path
            except ValueError:
                return None
        return None

    def _similar(self, name: Name, loose: dict[Name, tuple[str, Path]]) -> Path | str:
        named, is_id = name
        parts = _parts(named)
        if not parts:
            return "it names no audio file"
        missing = f"there is no file {printable(named)}"
        last = parts[-1]
        has_suffix = not is_id and has_sound_suffix(last)
        stem = last.rpartition(".")[0] if has_suffix else last
        scored = [
            (_common_tail(parts, there, len(parts)), there[-1] == last, path)
            for there, path in self._by_stem().get(stem, ())
        ]
        if not scored:
            return missing
        best = max((length, same) for length, same, _ in scored)
        fits = [path for length, same, path in scored if (length, same) == best]
        if len(fits) > 1:
            shown = " and ".join(printable(self._shown(path)) for path in sorted(fits)[:2])
            return f"{printable(named)} could be {shown}"
        (path,) = fits
        if best[0] == 1 and len(parts) > 1:
            if path.parent != self.folder and self._shown(path.parent).lower() not in AROUND:
                return f"{missing}; {printable(self._shown(path))} is in another folder"
            loose[name] = ("/".join(parts[:-1]), path)
        return path

    def _refuse_mixed(
        self, loose: Mapping[Name, tuple[str, Path]], answers: dict[Name, Path | str]
    ) -> None:
        """Files of several listed folders may not all be taken from one folder by name alone."""
        folders: dict[Path, set[str]] = defaultdict(set)
        for listed, path in loose.values():
            folders[path.parent].add(listed)
        for name, (_, path) in loose.items():
            if len(folders[path.parent]) > 1:
                answers[name] = (
                    f"there is no file {printable(name[0])}, and the list names files of "
                    f"{len(folders[path.parent])} folders"
                )

    def _check_outside(self, answers: dict[Name, Path | str]) -> None:
        """Note files outside the folder, also by links; refuse those that are no sounds by name."""
        root = os.path.realpath(self.folder)
        outside: list[str] = []
        for name, path in answers.items():
            target = Path(os.path.realpath(path)) if isinstance(path, Path) else Path(root)
            if target.is_relative_to(root):
                continue
            if target.suffix.lower() not in SUFFIXES:
                answers[name] = (
                    f"{printable(name[0])} is outside the folder of the list and no audio file"
                )
            elif str(target) not in outside:
                outside.append(str(target))
        if outside:
            files = "1 file is" if len(outside) == 1 else f"{len(outside)} files are"
            more = ", ..." if len(outside) > SHOWN_OUTSIDE else ""
            shown = ", ".join(map(printable, outside[:SHOWN_OUTSIDE]))
            self.notes.append(f"{files} outside the folder of the list: {shown}{more}")

    def _by_stem(self) -> Mapping[str, list[tuple[tuple[str, ...], Path]]]:
        """Files below the folder by their name without extension, with folded path parts."""
        if self._index is None:
            self._index = defaultdict(list)
            for here, folders, files in os.walk(self.folder):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                for name in sorted(files):
                    path = Path(here) / name
                    if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                        continue
                    parts = _parts(path.relative_to(self.folder).as_posix())
                    self._index[parts[-1].rpartition(".")[0]].append((parts, path))
        return self._index

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _parts(name: str) -> tuple[str, ...]:
    """Path parts, comparable between machines: NFC, case folded, either separator."""
    folded = unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()
    return tuple(part for part in folded.split("/") if part not in ("", "."))


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower() if has_sound_suffix(name) else ""


def _common_tail(listed: tuple[str, ...], there: tuple[str, ...], most: int) -> int:
    """How many path parts agree from the end; the file names are known to have one stem."""
    length = 1
    while length < min(most, len(there)) and listed[-length - 1] == there[-length - 1]:
        length += 1
    return length
