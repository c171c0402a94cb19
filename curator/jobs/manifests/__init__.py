"""Sets that others have written down: one file, one format, and finding out which one it is."""

import gzip
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from curator.domain.errors import CuratorError, printable
from curator.jobs.manifests.listed import Listed

KEYS = ("bundle", "lhotse", "nemo", "audiofolder", "coqui", "gpt_sovits", "ljspeech")
"""The formats, in the order in which it is tried whether a file is of one of them."""


class Reader(Protocol):
    """What the module of a format has. FILES: names that a folder of it may have, as patterns."""

    FILES: tuple[str, ...]

    def is_one(self, path: Path, first: str) -> bool:
        """Whether a file, by its name and its first line, is of this format."""
        ...

    def read(self, path: Path) -> Iterator[Listed]:
        """What is listed in it; CuratorError naming the line that is wrong."""
        ...


def reader(key: str) -> Reader:
    """The module of a format."""
    return cast("Reader", importlib.import_module(f"curator.jobs.manifests.{key}"))


def read_manifest(path: Path) -> list[Listed]:
    """What a manifest lists, or all manifests of a folder; CuratorError when none is known."""
    if not path.exists():
        raise CuratorError(f"There is nothing at {printable(str(path))}.")
    found = list(_in_folder(path) if path.is_dir() else _in_file(path))
    if not found:
        raise CuratorError(f"{printable(path.name)} lists no clips.")
    return found


def _in_file(path: Path) -> Iterator[Listed]:
    first = first_line(path)
    for key in KEYS:
        if reader(key).is_one(path, first):
            return reader(key).read(path)
    raise CuratorError(
        f"{printable(path.name)} is in no format that can be merged.",
        "A project, a bundle, or a list of coqui, LJ Speech, GPT-SoVITS, NeMo, Lhotse or an "
        "audiofolder can.",
    )


def _in_folder(path: Path) -> Iterator[Listed]:
    for key in KEYS:
        files = {
            file
            for pattern in reader(key).FILES
            for file in path.glob(pattern)
            if file.is_file() and reader(key).is_one(file, first_line(file))
        }
        if files:
            # Cuts hold the supervisions, which may lie beside them.
            cuts = {file for file in files if "cuts" in file.name}
            for file in sorted(cuts if key == "lhotse" and cuts else files):
                yield from reader(key).read(file)
            return
    labelled = [file for file in sorted(path.glob("*/*")) if is_sound(file)]
    for file in labelled:  # an audiofolder without metadata: the folders are the labels
        yield Listed(file, emotion=file.parent.name)
    if not labelled:
        raise CuratorError(
            f"{printable(path.name)} is neither a project nor a folder with a list of clips.",
            "Import recordings without labels with `curator import`.",
        )


def first_line(path: Path) -> str:
    """The first line of a file that may be compressed; "" if it is no text."""
    try:
        with _opened(path) as file:
            return str(file.readline(1 << 20).decode("utf-8-sig")).rstrip("\r\n")
    except (OSError, EOFError, UnicodeDecodeError):
        return ""


def _opened(path: Path) -> Any:  # noqa: ANN401  # a binary file of either kind
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def content_of(path: Path) -> str:
    """All of a text file that may be compressed."""
    try:
        with _opened(path) as file:
            return str(file.read().decode("utf-8-sig"))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CuratorError(f"{printable(path.name)} cannot be read: {error}.") from error


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their numbers from 1, empty ones left out.

    Parted at line feeds only: a text may hold the other characters that count as line ends.
    """
    for number, line in enumerate(content_of(path).split("\n"), start=1):
        if line.strip():
            yield number, line.removesuffix("\r")


def objects(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The JSON objects of a file, one a line."""
    for number, line in lines(path):
        try:
            yield number, msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise CuratorError(f"{printable(path.name)}, line {number}: {error}.") from error


def as_object(line: str) -> Mapping[str, Any]:
    """A line that is a JSON object; {} if it is none."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}


def is_sound(path: Path) -> bool:
    """Whether a file's name says that it holds sound."""
    from curator.audio.intake import SUFFIXES

    return path.is_file() and path.suffix.lower() in SUFFIXES


def beside(path: Path, named: str) -> Path:
    """A file that a manifest names: absolute, or from the manifest's folder."""
    return path.parent / named
