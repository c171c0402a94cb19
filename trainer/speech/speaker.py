"""What a model family gives so that its voice can be helped to end and be paced.

A back-end that can do more than ``speak`` has a method ``speaker(export) -> Speaker``; any other is
heard through its files, without help.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from trainer.backends import Backend
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound, read_sound


class Speaker(Protocol):
    """An export, loaded once.

    tokens_per_second: of speech, 0.0 where nobody says. stop_token: ends speech; -1: not known.
    """

    tokens_per_second: float
    stop_token: int

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """One piece of text. ending: shapes the choice of each token; None: as the model likes."""
        ...


@runtime_checkable
class HasSpeaker(Protocol):
    """A back-end that loads an export once for many texts."""

    def speaker(self, export: Path) -> Speaker:
        """Load it."""
        ...


class FileSpeaker:
    """Any back-end, through the files that its ``speak`` writes."""

    tokens_per_second = 0.0
    stop_token = -1

    def __init__(self, backend: Backend, export: Path) -> None:
        self._backend, self._export = backend, export

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """See ``Speaker``; endings are the model's own."""
        with tempfile.TemporaryDirectory(prefix="say-") as folder:
            out = Path(folder) / "said.wav"
            self._backend.speak(self._export, text, language, prompts, out, seed)
            return read_sound(out)


def open_speaker(backend: Backend, export: Path) -> Speaker:
    """The back-end's own speaker, or its files."""
    if isinstance(backend, HasSpeaker):
        return backend.speaker(export)
    return FileSpeaker(backend, export)
