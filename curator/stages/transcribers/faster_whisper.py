"""Whisper through CTranslate2: int8 on the CPU, float16 on a GPU.

It listens to windows of at most 30 s, each on its own: without the text before as a prompt, which
carries one invention into the next, and without Whisper's own time stamps, which make it listen
twice to the end of a window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curator.audio.waveform import CACHE_RATE, Samples
from curator.domain.errors import MissingModel
from curator.domain.invention import COMPRESSED, compression
from curator.stages.models import whisper_folder

WINDOW_S = 30.0
"""What Whisper takes at once; shorter windows are filled up and cost the same."""

BEAM = 5  # OpenAI's and faster-whisper's default; 1 is faster and hears a little worse
UNSURE = -1.0  # mean log probability below which Whisper is asked again (OpenAI's threshold)
NOBODY_SPEAKS = 0.6  # no-speech probability above which an unsure window is left empty (OpenAI's)
AGAIN = (0.2, 0.4, 0.6, 0.8, 1.0)  # temperatures of the second hearing, until one is good
GPU_WINDOWS = 8  # windows decoded together on a GPU
CPU_WINDOWS = 1  # on a CPU together is no faster


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word in a window. start_s, stop_s: seconds of the window. text: as Whisper spaced it."""

    start_s: float
    stop_s: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What Whisper heard in one window. no_speech: probability that nobody speaks, 0..1."""

    words: tuple[HeardWord, ...]
    no_speech: float

    @property
    def text(self) -> str:
        """All words."""
        return "".join(word.text for word in self.words).strip()


class FasterWhisper:
    """One loaded model.

    model: a name or a folder (see ``whisper_folder``). device: "auto", "cpu" or "cuda".
    threads: of the CPU; one model per process.
    """

    def __init__(self, model: str | Path, device: str = "auto", threads: int = 1) -> None:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        folder = whisper_folder(model)
        self.name = described(model)
        self.device = _usable(device)
        kind = "float16" if self.device == "cuda" else "int8"
        try:
            self._model = WhisperModel(
                str(folder), device=self.device, compute_type=kind, cpu_threads=threads
            )
        except (RuntimeError, ValueError) as reason:
            raise MissingModel(
                f"Whisper could not be loaded from {folder}: {str(reason).splitlines()[0]}",
                "Give another model or folder, or --device cpu.",
            ) from reason
        self._batches = BatchedInferencePipeline(self._model)
        self.windows_at_once = GPU_WINDOWS if self.device == "cuda" else CPU_WINDOWS

    @property
    def languages(self) -> frozenset[str]:
        """The languages it knows, two letters each."""
        return frozenset(self._model.supported_languages)

    def language_of(self, sound: Samples) -> str:
        """The language of up to 90 s of speech at 16 kHz, two letters."""
        if self.languages == {"en"}:
            return "en"
        language, _, _ = self._model.detect_language(sound, language_detection_segments=3)
        return str(language)

    def listen(self, windows: Sequence[Samples], language: str) -> list[Heard]:
        """What is said in each window (float32 at 16 kHz, at most 30 s)."""
        if not windows:
            return []
        known = language if language in self.languages else None
        heard = [self._joined(segments) for segments in self._batch(windows, known)]
        return [
            self._again(window, known) if _doubtful(found) else found[0]
            for window, found in zip(windows, heard, strict=True)
        ]

    def _batch(self, windows: Sequence[Samples], language: str | None) -> list[list[Any]]:
        stops = np.cumsum([len(window) for window in windows]) / CACHE_RATE
        starts = np.concatenate([[0.0], stops[:-1]])
        half = 0.5 / CACHE_RATE  # faster-whisper rounds seconds down to samples
        segments, _ = self._batches.transcribe(
            np.concatenate(windows),
            language=language,
            beam_size=BEAM,
            word_timestamps=True,
            clip_timestamps=[
                {"start": start + half, "end": stop + half}
                for start, stop in zip(starts, stops, strict=True)
            ],
            batch_size=self.windows_at_once,
        )
        found: list[list[Any]] = [[] for _ in windows]
        for segment in segments:
            at = int(np.searchsorted(stops, segment.seek / 100 + 0.02, side="right"))
            found[min(at, len(windows) - 1)].append((segment, float(starts[at])))
        return found

    def _joined(self, segments: Sequence[tuple[Any, float]]) -> tuple[Heard, float]:
        """The window's words in seconds of the window, and the mean log probability."""
        words = tuple(
            HeardWord(
                max(0.0, word.start - offset),
                max(0.0, word.end - offset),
                word.word,
                float(word.probability),
            )
            for segment, offset in segments
            for word in segment.words or ()
        )
        no_speech = max((float(s.no_speech_prob) for s, _ in segments), default=1.0)
        log_probability = min((float(s.avg_logprob) for s, _ in segments), default=0.0)
        return Heard(words, no_speech), log_probability

    def _again(self, window: Samples, language: str | None) -> Heard:
        """Whisper's own way out of a bad hearing: again, warmer, until the text is plausible."""
        import ctranslate2

        ctranslate2.set_random_seed(0)  # the same sound gives the same text
        segments, _ = self._model.transcribe(
            window,
            language=language,
            beam_size=BEAM,
            temperature=list(AGAIN),
            word_timestamps=True,
            condition_on_previous_text=False,
            hallucination_silence_threshold=2.0,
        )
        found, log_probability = self._joined([(segment, 0.0) for segment in segments])
        if found.no_speech > NOBODY_SPEAKS and log_probability < UNSURE:
            return Heard((), found.no_speech)
        return found


def _doubtful(found: tuple[Heard, float]) -> bool:
    heard, log_probability = found
    return log_probability < UNSURE or compression(heard.text) > COMPRESSED


def described(model: str | Path) -> str:
    """The model's name for the facts it makes: a folder by its name and the size of its weights."""
    weights = Path(model) / "model.bin"
    if weights.is_file():
        return f"{Path(model).resolve().name}-{weights.stat().st_size}"
    return str(model)


def _usable(device: str) -> str:
    """cuda where CTranslate2 can use it and it is not refused, else cpu."""
    import ctranslate2

    if device == "cpu":
        return "cpu"
    count = ctranslate2.get_cuda_device_count()
    if device == "cuda" and count == 0:
        raise MissingModel(
            "CTranslate2 finds no GPU it can use.", "Use --device cpu, or run: curator doctor."
        )
    return "cuda" if count else "cpu"
