"""Loading of an export as a ``Speaker``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from trainer.backends import Backend
from trainer.runs.files import private_folder
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound, read_sound
from trainer.speech.speaker import DEFAULT_SAMPLING, SamplingSettings, Speaker


@runtime_checkable
class HasSpeaker(Protocol):
    """Back-end that loads an export once for many texts."""

    def speaker(self, export: Path) -> Speaker:
        """Load an exported model."""
        ...


class FileSpeaker:
    """Speaker through the files that the back-end's ``speak`` writes, without ending control."""

    tokens_per_second = 0.0
    stop_token = -1

    def __init__(self, backend: Backend, export: Path) -> None:
        self._backend, self._export = backend, export

    def synthesise(
        self,
        text: str,
        language: str,
        prompts: Sequence[Path],
        seed: int,
        ending: Ending | None,
        sampling: SamplingSettings = DEFAULT_SAMPLING,
    ) -> Sound:
        """Synthesise one piece of text; ``ending`` and ``sampling`` are ignored."""
        with private_folder("speech") as folder:
            out = Path(folder) / "speech.wav"
            self._backend.speak(self._export, text, language, prompts, out, seed)
            return read_sound(out)


def open_speaker(backend: Backend, export: Path) -> Speaker:
    """Load an export with the back-end's own speaker, or as a FileSpeaker."""
    if isinstance(backend, HasSpeaker):
        return backend.speaker(export)
    return FileSpeaker(backend, export)
