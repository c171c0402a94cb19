"""Import of coqui-tts modules; all imports of TTS go through ``coqui``.

coqui-tts requires coqui-tts-trainer, which has the import name ``trainer`` like this package. While
a module of TTS is imported, ``sys.modules`` maps ``trainer`` to theirs, afterwards to ours again.
Both stay loaded in the modules that imported them.
"""

import importlib
import importlib.metadata
import logging
import sys
import threading
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trainer.errors import TrainerError

SHARED_NAME = "trainer"

_lock = threading.RLock()
_theirs: dict[str, types.ModuleType] = {}
_depth = 0


def coqui(module: str) -> types.ModuleType:
    """Import the module ``TTS.<module>``, such as "tts.layers.xtts.gpt"."""
    name = f"TTS.{module}"
    with _their_trainer():
        imported = importlib.import_module(name)
    # transformers warns about token ids of GPT-2 that XTTS never uses.
    logging.getLogger("transformers").setLevel(logging.ERROR)
    return imported


def coqui_version() -> str:
    """Installed version of coqui-tts, "" if missing."""
    try:
        return importlib.metadata.version("coqui-tts")
    except importlib.metadata.PackageNotFoundError:
        return ""


@contextmanager
def _their_trainer() -> Iterator[None]:
    """Context manager: ``import trainer`` imports coqui's package."""
    global _depth
    with _lock:
        if _depth:
            yield
            return
        folder = str(_their_folder())
        ours = _remove_modules()
        sys.modules.update(_theirs)
        sys.path.insert(0, folder)
        _depth += 1
        try:
            with warnings.catch_warnings():
                # Deprecation warnings of coqui's dependencies.
                warnings.simplefilter("ignore")
                yield
        finally:
            _depth -= 1
            sys.path.remove(folder)
            _theirs.update(_remove_modules())
            sys.modules.update(ours)


def _remove_modules() -> dict[str, types.ModuleType]:
    """Remove ``trainer`` and its submodules from sys.modules and return them."""
    names = [name for name in sys.modules if name.partition(".")[0] == SHARED_NAME]
    return {name: sys.modules.pop(name) for name in names}


def _their_folder() -> Path:
    """Folder that contains coqui's package ``trainer``."""
    try:
        installed = importlib.metadata.distribution("coqui-tts-trainer")
    except importlib.metadata.PackageNotFoundError as error:
        raise TrainerError(
            "coqui-tts is not installed; XTTS requires it.",
            "Install it with: curator setup training.",
        ) from error
    folder = Path(str(installed.locate_file("")))
    if not (folder / SHARED_NAME / "trainer_utils.py").is_file():
        raise TrainerError(
            "The package coqui-tts-trainer is damaged: its folder contains another `trainer`.",
            "Reinstall it: pip install --force-reinstall --no-deps coqui-tts-trainer.",
        )
    return folder
