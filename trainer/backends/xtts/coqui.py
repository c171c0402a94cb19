"""The one door to coqui-tts: every import of TTS goes through ``coqui``.

coqui-tts needs the package coqui-tts-trainer, whose import name is ``trainer``, like ours. While
one of TTS's modules is being imported, ``trainer`` means theirs; afterwards it means ours again.
Both stay loaded, each under the names its own modules were bound to.
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
    """The module ``TTS.<module>``, such as "tts.layers.xtts.gpt"."""
    name = f"TTS.{module}"
    with _their_trainer():
        found = importlib.import_module(name)
    # transformers warns about token ids of GPT-2 that XTTS never uses.
    logging.getLogger("transformers").setLevel(logging.ERROR)
    return found


def coqui_version() -> str:
    """The installed version of coqui-tts, "" if there is none."""
    try:
        return importlib.metadata.version("coqui-tts")
    except importlib.metadata.PackageNotFoundError:
        return ""


@contextmanager
def _their_trainer() -> Iterator[None]:
    """While open, ``import trainer`` gives coqui's package."""
    global _depth
    with _lock:
        if _depth:
            yield
            return
        home = str(_home_of_theirs())
        ours = _take_out()
        sys.modules.update(_theirs)
        sys.path.insert(0, home)
        _depth += 1
        try:
            with warnings.catch_warnings():
                # Deprecations inside coqui's dependencies are not ours to act on.
                warnings.simplefilter("ignore")
                yield
        finally:
            _depth -= 1
            sys.path.remove(home)
            _theirs.update(_take_out())
            sys.modules.update(ours)


def _take_out() -> dict[str, types.ModuleType]:
    """Remove every module called ``trainer`` or below it, and return them."""
    names = [name for name in sys.modules if name.partition(".")[0] == SHARED_NAME]
    return {name: sys.modules.pop(name) for name in names}


def _home_of_theirs() -> Path:
    """The folder that holds coqui's package ``trainer``."""
    try:
        found = importlib.metadata.distribution("coqui-tts-trainer")
    except importlib.metadata.PackageNotFoundError as error:
        raise TrainerError(
            "coqui-tts is not installed, and XTTS cannot be trained without it.",
            "Install the extra: pip install voice-curator[xtts].",
        ) from error
    home = Path(str(found.locate_file("")))
    if not (home / SHARED_NAME / "trainer_utils.py").is_file():
        raise TrainerError(
            "The package coqui-tts-trainer is damaged: its folder holds another `trainer`.",
            "Install it again: pip install --force-reinstall --no-deps coqui-tts-trainer.",
        )
    return home
