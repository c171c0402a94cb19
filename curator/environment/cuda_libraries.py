"""CUDA libraries that CTranslate2 opens by name when it first uses a GPU."""

import ctypes
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from curator.domain import system
from curator.environment.installed import environment_folder

# File name and folder inside NVIDIA's packages, which torch brings.
LIBRARIES = (("libcublas.so.12", "cublas"), ("libcudnn.so.9", "cudnn"))


def missing_cuda_library(path: Sequence[str] | None = None) -> str:
    """Load the libraries; returns the name of the first that is missing, or "".

    path: package folders to search beside the system's, default: this process's and that of
    ``curator setup``. Not checked on Windows.
    """
    if system.WINDOWS:
        return ""
    for name, package in LIBRARIES:
        if not any(_loads(candidate) for candidate in _candidates(name, package, path)):
            return name
    return ""


def _candidates(name: str, package: str, path: Sequence[str] | None) -> Iterator[str]:
    yield name
    folders = sys.path if path is None else path
    for folder in (*map(Path, folders), *environment_folder().glob("lib/python*/site-packages")):
        library = folder / "nvidia" / package / "lib" / name
        if library.is_file():
            yield str(library)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True
