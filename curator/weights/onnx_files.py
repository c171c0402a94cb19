"""Check of ONNX models of a person's own: files that their tensors are stored in.

A tensor may be stored in another file, named in its field ``external_data`` (onnx.proto). The name
must be that of a file in the folder of the model.
"""

import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import open_regular

SUFFIX = ".onnx"
LOCATION = b"location"
MAX_DEPTH = 64
MAX_MODELS = 100
SHOWN = 80

# Messages of onnx.proto that lead to tensors: field number -> message.
_TENSOR: Mapping[int, Any] = {13: "entry"}
_SPARSE: Mapping[int, Any] = {1: _TENSOR, 2: _TENSOR}
_GRAPH: dict[int, Any] = {5: _TENSOR, 15: _SPARSE}
_ATTRIBUTE = {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE}
_NODE = {5: _ATTRIBUTE}
_GRAPH[1] = _NODE
_FUNCTION = {7: _NODE, 11: _ATTRIBUTE}
_TRAINING = {1: _GRAPH, 2: _GRAPH}
_MODEL = {7: _GRAPH, 20: _TRAINING, 25: _FUNCTION}


class DamagedModel(CuratorError):
    """An ONNX model that is damaged or reads files outside its folder."""


def require_own_files(folder: Path) -> None:
    """Raise DamagedModel if an ONNX model in ``folder`` names a file that is not in it."""
    models = sorted(folder.rglob(f"*{SUFFIX}"))
    if len(models) > MAX_MODELS:
        raise DamagedModel(f"{printable(str(folder))} has more than {MAX_MODELS} ONNX models.")
    for model in models:
        try:
            names = external_names(model)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DamagedModel(
                f"{printable(str(model))} cannot be read: {reason}.", "Download it again."
            ) from error
        for name in names:
            if not _is_own(model, name):
                raise DamagedModel(
                    f"{printable(str(model))} reads a file outside its folder: "
                    f"{printable(name[:SHOWN])!r}.",
                    "Do not use this model; get it from its publisher.",
                )


def external_names(model: Path) -> set[str]:
    """Names of files in an ONNX model's tensors. Raises OSError, or ValueError if damaged."""
    with open_regular(model) as file:
        if not file.seek(0, 2):
            raise ValueError("it is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return {
                name.decode("utf-8", "surrogateescape")
                for entry in _entries(data, 0, len(data), _MODEL, MAX_DEPTH)
                for name in _locations(data, *entry)
            }


def _is_own(model: Path, name: str) -> bool:
    """Whether a name is that of a regular file below the folder of the model.

    A download cache of huggingface_hub keeps files in ``blobs``, with links to them.
    """
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    if not name or "\0" in name or ".." in parts or PureWindowsPath(name).anchor or name[0] == "/":
        return False
    folder = model.parent
    roots = [folder.resolve()]
    if folder.parent.name == "snapshots":
        roots.append((folder.parent.parent / "blobs").resolve())
    try:
        path = (folder / name).resolve()
        if not any(path.is_relative_to(root) for root in roots):
            return False
        open_regular(path).close()
    except (OSError, ValueError, RuntimeError):
        return False
    return True


def _locations(data: mmap.mmap, start: int, stop: int) -> Iterator[bytes]:
    """Values of an entry of ``external_data``, if its key is the location."""
    fields = [(number, data[at:end]) for number, at, end in _fields(data, start, stop)]
    if (1, LOCATION) in fields:
        yield from (value for number, value in fields if number == 2)


def _entries(
    data: mmap.mmap, start: int, stop: int, message: Mapping[int, Any], depth: int
) -> Iterator[tuple[int, int]]:
    """Bounds of all entries of ``external_data`` below a message."""
    if not depth:
        raise ValueError("it is nested too deeply")
    for number, at, end in _fields(data, start, stop):
        inner = message.get(number)
        if inner == "entry":
            yield at, end
        elif inner is not None:
            yield from _entries(data, at, end, inner, depth - 1)


def _fields(data: mmap.mmap, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """(number, start, stop) of the fields with a length in a protobuf message.

    Raises ValueError for what is no message.
    """
    at = start
    while at < stop:
        key, at = _varint(data, at, stop)
        match key & 7:
            case 0:
                _, at = _varint(data, at, stop)
            case 1:
                at += 8
            case 2:
                length, begin = _varint(data, at, stop)
                at = begin + length
                if at <= stop:
                    yield key >> 3, begin, at
            case 5:
                at += 4
            case _:
                raise ValueError("it is not an ONNX model")
        if at > stop:
            raise ValueError("it is cut off")


def _varint(data: mmap.mmap, at: int, stop: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= stop:
            raise ValueError("it is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("it is not an ONNX model")
