"""Registry of transcribers: one module of this folder is one transcriber.

A transcriber is a class with the decorator ``transcriber``; no other file changes when one is
added. The option ``--whisper`` and the setting of the same name choose it: ``KEY`` or
``KEY:MODEL``. Any other value is a model's name or folder for the default transcriber; ``auto``
chooses a model by language. Modules import nothing heavy before a transcriber is created.
"""

import functools
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.domain.errors import MissingModel
from curator.domain.languages import base_code, languages

DEFAULT = "faster_whisper"
"""Key of the transcriber that runs when only a model's name or folder is given."""

AUTO = "auto"
"""Choice of a model by language: ENGLISH_MODEL, or MULTILINGUAL_MODEL for any other or none."""

ENGLISH_MODEL, MULTILINGUAL_MODEL = "tiny.en", "base"


@dataclass(frozen=True, slots=True)
class HypothesisWord:
    """A recognised word. start_s, stop_s: seconds of the window. text: spaced as recognised."""

    start_s: float
    stop_s: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Recognised words of one window.

    no_speech: probability that the window holds no speech, 0..1. log_probability: mean over the
    tokens, <= 0. encoded: encoder output (frames of 20 ms, dimensions), None if it is not known.
    """

    words: tuple[HypothesisWord, ...]
    no_speech: float
    log_probability: float = 0.0
    encoded: NDArray[np.floating[Any]] | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The words joined as they were spaced."""
        return "".join(word.text for word in self.words).strip()


class Transcriber(Protocol):
    """A loaded speech recogniser.

    name: stored with its transcripts; two names mean two sets of results. windows_at_once: batch
    size of ``listen``. recordings_at_once: short recordings that may share windows; 1 where a model
    recognises them worse together than alone.
    """

    name: str
    windows_at_once: int
    recordings_at_once: int

    def language_of(self, sound: Samples, /) -> str:
        """Language code, two letters, of up to 90 s of speech at 16 kHz."""
        ...

    def listen(self, windows: Sequence[Samples], language: str, /) -> list[Hypothesis]:
        """Transcribe windows (float32 at 16 kHz, at most 30 s each); one result per window.

        Raises RuntimeError or ValueError for a window that cannot be transcribed.
        """
        ...


LanguagesOf = Callable[[str], frozenset[str] | None]

Create = Callable[[str, str, int], Transcriber]
"""Creates a transcriber from (model, device, threads). device: "auto", "cpu" or "cuda"."""


@dataclass(frozen=True, slots=True)
class TranscriberInfo:
    """Description of a transcriber.

    key: name of its module. label: for people. name_of: a model's name or folder -> ``name`` of
    the transcriber, without loading it. languages_of: a model's name or folder -> codes of its
    languages, without loading it; None if it takes any or they are unknown. on_gpu: "auto", "cpu"
    or "cuda" -> whether it would run on a GPU here. create: loads it.
    """

    key: str
    label: str
    name_of: Callable[[str], str]
    languages_of: "LanguagesOf"
    on_gpu: Callable[[str], bool]
    create: Create


_registered: dict[str, TranscriberInfo] = {}


def transcriber(
    *,
    label: str,
    version: int = 1,
    name_of: Callable[[str], str] | None = None,
    languages_of: LanguagesOf = lambda _model: None,
    on_gpu: Callable[[str], bool] = lambda _device: False,
) -> Callable[[type], type]:
    """Register a class as the transcriber of its module; the module's name is its key.

    The class is called with (model, device, threads); model is "" when only the key was given.
    version: raise it when the transcripts change, older ones then count as missing. name_of,
    languages_of, on_gpu: see TranscriberInfo; by default the key, the version and the model, None,
    and False.
    """

    def register(cls: type) -> type:
        key = cls.__module__.rpartition(".")[2]
        default = functools.partial("{}-{}:{}".format, key, version)
        _registered[key] = TranscriberInfo(
            key, label, name_of or default, languages_of, on_gpu, cls
        )
        return cls

    return register


def transcriber_keys() -> list[str]:
    """Keys of all transcribers, sorted; their modules are not imported."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


@functools.cache
def transcribers() -> Mapping[str, TranscriberInfo]:
    """All transcribers of this folder, by key."""
    return {key: _info(key) for key in transcriber_keys()}


def _info(key: str) -> TranscriberInfo:
    import_module(f"{__name__}.{key}")
    return _registered[key]


def choice_for(choice: str, language: str) -> str:
    """The choice with AUTO resolved. language: of the project, "" if it is to be detected."""
    if choice != AUTO:
        return choice
    return ENGLISH_MODEL if base_code(language) == "en" else MULTILINGUAL_MODEL


def languages_of(choice: str) -> frozenset[str] | None:
    """Codes of the languages of a choice, None if it takes any or they are unknown."""
    info, model = _chosen(choice)
    return info.languages_of(model)


def require_language(choice: str, language: str) -> None:
    """Raise MissingModel if the choice does not know the language; "" is known to all."""
    supported, code = languages_of(choice), base_code(language)
    if not code or supported is None or code in supported:
        return
    names = {key: entry.english for key, entry in languages().items()}
    listed = ", ".join(sorted(names.get(key, key) for key in supported))
    raise MissingModel(
        f"{transcriber_name(choice)} transcribes {listed} only; "
        f"the project's language is {names.get(code, code)}.",
        f"Use --whisper {AUTO} or a multilingual model such as {MULTILINGUAL_MODEL}, small or "
        "large-v3; in the window: Settings, Transcription model.",
    )


def transcriber_name(choice: str) -> str:
    """Name under which transcripts are stored, known without loading a model.

    choice: KEY, KEY:MODEL, or a model's name or folder for the default transcriber.
    """
    info, model = _chosen(choice)
    return info.name_of(model)


def runs_on_gpu(choice: str, device: str) -> bool:
    """Whether a choice would run on a GPU of this machine. device: "auto", "cpu" or "cuda"."""
    return device != "cpu" and _chosen(choice)[0].on_gpu(device)


def open_transcriber(choice: str, device: str = "auto", threads: int = 1) -> Transcriber:
    """Load a transcriber. choice: see ``transcriber_name``. Raises MissingModel."""
    info, model = _chosen(choice)
    transcriber = info.create(model, device, threads)
    transcriber.name = info.name_of(model)
    return transcriber


def _chosen(choice: str) -> tuple[TranscriberInfo, str]:
    key, _, model = choice.partition(":")
    if key in transcribers():
        return transcribers()[key], model
    return transcribers()[DEFAULT], choice
