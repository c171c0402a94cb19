"""Limits of files of tensors, checked before and after they are loaded.

A file of a few kB may name tensors of terabytes, hold compressed parts that fill the memory, or
list a million tensors.
"""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeGuard

from trainer.foreign_files import ANY_SIZE, open_regular

if TYPE_CHECKING:
    import torch

MAX_LIST = 1 << 23  # bytes of the list of tensors; released models have 0.2 MB
MAX_PICKLE = 1 << 26  # bytes
LENGTH_BYTES = 8  # of the list of a safetensors file, at its start
UNPICKLED_SIZE = b"bytearray"  # a name that torch's unpickler allows, with any size


def refuse_oversized(path: Path) -> None:
    """Raise ValueError for a tensor file that may take much more memory than its own size.

    OSError unless it is a regular file.
    """
    with open_regular(path, ANY_SIZE) as file:
        if path.suffix == ".safetensors":
            if int.from_bytes(file.read(LENGTH_BYTES), "little") > MAX_LIST:
                raise ValueError(f"its list of tensors has more than {MAX_LIST >> 20} MB")
        elif zipfile.is_zipfile(file):
            _check_zip(file)
        else:  # of torch before 1.6: pickles, then the numbers
            file.seek(0)
            _check_pickle(file.read(MAX_PICKLE))


def load_safetensors(path: Path) -> "dict[str, torch.Tensor]":
    """Tensors of a safetensors file. Raises OSError, or ValueError if it is damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    refuse_oversized(path)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def _check_zip(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError("its parts are compressed")
            if member.filename.endswith(".pkl"):
                if member.file_size > MAX_PICKLE:
                    raise ValueError(f"its index has more than {MAX_PICKLE >> 20} MB")
                _check_pickle(archive.read(member))


def _check_pickle(data: bytes) -> None:
    if UNPICKLED_SIZE in data:
        raise ValueError(f"it names {UNPICKLED_SIZE.decode()}")


def is_plain(value: Any) -> "TypeGuard[torch.Tensor]":  # noqa: ANN401 - whatever was loaded
    """Whether a value is a dense tensor in memory that has as many numbers as its shape says."""
    import torch

    if not isinstance(value, torch.Tensor) or value.is_quantized:
        return False
    if value.layout is not torch.strided or value.device.type != "cpu":
        return False
    return value.numel() * value.element_size() <= value.untyped_storage().nbytes()
