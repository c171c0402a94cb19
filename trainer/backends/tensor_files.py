"""Loading of tensor files without executing code, and of tensors into a network."""

import pickle
import re
import struct
import types
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.errors import BrokenBase
from trainer.foreign_files import require_regular
from trainer.tensor_limits import is_plain, load_safetensors, refuse_oversized

if TYPE_CHECKING:
    import torch
    from torch import nn

    Tensors = Mapping[str, torch.Tensor]

# In torch's message, after its advice on how to load the file unsafely.
REFUSED_GLOBAL = re.compile(r"GLOBAL (\S+) was not an allowed global")
TENSOR_FILES = (".safetensors", ".pth", ".pt")
NAME_SHOWN = 100  # characters of a tensor's name in a message
SHOWN = 3  # differing tensors named in a message
# Damaged files make torch's unpickler, which is Python code, fail in any of these ways.
DAMAGED = (
    pickle.UnpicklingError, zipfile.BadZipFile, struct.error, ArithmeticError, AssertionError,
    AttributeError, EOFError, LookupError, MemoryError, RuntimeError, TypeError, ValueError,
)  # fmt: skip


def load_file(path: Path, classes: Sequence[str] = ()) -> object:
    """Load a .safetensors or torch file on the CPU, memory-mapped if possible.

    classes: names of classes that are replaced by empty ones. Numpy numbers are allowed.
    Raises BrokenBase if the file is damaged or contains other objects than tensors.
    """
    import torch

    empty: list[Any] = [(types.new_class(name.rpartition(".")[2]), name) for name in classes]
    try:
        if path.suffix == ".safetensors":
            return load_safetensors(path)
        refuse_oversized(path)
        allowed = torch.serialization.safe_globals([*empty, *_numpy_scalars()])
        with allowed, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of damaged files, before their error
            mapped = zipfile.is_zipfile(path)  # files of torch before 1.6 cannot be mapped
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except OSError as error:
        raise BrokenBase(f"{path} cannot be read: {error.strerror or error}.") from error
    except DAMAGED as error:
        raise BrokenBase(
            f"{path} is damaged or contains more than tensors: {_reason(error)}.",
            "Download it again, or get it from a source that you trust.",
        ) from error


def load_tensors(path: Path, classes: Sequence[str] = ()) -> "dict[str, torch.Tensor]":
    """Load the tensors of a file, of its entry "model" if it has one; BrokenBase if none."""
    content = load_file(path, classes)
    tensors = content.get("model", content) if isinstance(content, dict) else None
    if isinstance(tensors, list | tuple) and len(tensors) == 1:  # as some Chatterbox forks
        tensors = tensors[0]
    if not isinstance(tensors, dict) or not all(isinstance(name, str) for name in tensors):
        raise BrokenBase(f"{path} does not contain a dictionary of tensors.")
    odd = next((name for name, value in tensors.items() if not is_plain(value)), None)
    if odd is not None:
        raise BrokenBase(f"{path}: {odd[:NAME_SHOWN]} is not a tensor with all its numbers.")
    return tensors


def check_folder(folder: Path) -> None:
    """Raise BrokenBase for files of a model that its stock class must not open.

    Pipes and devices, and files of tensors that are beyond the limits.
    """
    for path in sorted(folder.iterdir()):
        try:
            if path.suffix in TENSOR_FILES:
                refuse_oversized(path)
            elif not path.is_dir():
                require_regular(path)
        except OSError as error:
            raise BrokenBase(f"{path} cannot be read: {error.strerror or error}.") from error
        except (ValueError, zipfile.BadZipFile) as error:
            raise BrokenBase(f"{path} is damaged: {error}.") from error


def fill(network: "nn.Module", tensors: "Tensors", path: Path, hint: str) -> None:
    """Load tensors into a network strictly; BrokenBase names the first that do not fit."""
    own = network.state_dict()
    problems = [f"{name} is missing" for name in own if name not in tensors]
    problems += [f"{name} is unknown" for name in tensors if name not in own]
    problems += [
        f"{name} is {_size(tensors[name])} instead of {_size(value)}"
        for name, value in own.items()
        if name in tensors and tensors[name].shape != value.shape
    ]
    if problems:
        more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise BrokenBase(
            f"{path} does not fit the network: {'; '.join(problems[:SHOWN])}{more}.", hint
        )
    network.load_state_dict(dict(tensors), strict=True)


def _size(value: "torch.Tensor") -> str:
    return " x ".join(map(str, value.shape)) or "a number"


def _numpy_scalars() -> list[Any]:
    """Allowed objects for pickled numpy numbers, under the names of numpy 1 and 2."""
    scalar = np._core.multiarray.scalar  # type: ignore[attr-defined]
    names = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
    # The unpickler also checks the type of each dtype that it restores.
    dtypes = [type(np.dtype(name)) for name in ("f8", "f4", "f2", "i8", "i4", "?")]
    return [*((scalar, name) for name in names), np.dtype, *dtypes]


def _reason(error: Exception) -> str:
    """The refused name, or torch's first line without its advice to load unsafely."""
    named = REFUSED_GLOBAL.search(str(error))
    if named:
        return f"it names {named[1]}"
    line = str(error).strip().partition("\n")[0].partition("Weights only")[0]
    return line.rstrip(". ") or type(error).__name__
