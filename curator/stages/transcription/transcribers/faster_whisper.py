"""Whisper through CTranslate2: int8 on the CPU, float16 on a GPU.

It listens to windows of at most 30 s, each on its own: without the text before as a prompt, which
carries one invention into the next, and without Whisper's own time stamps, which make it listen
twice to the end of a window. Measured with tiny.en on eight clips of LJ Speech with pauses and on
a quiz show with 12 s of noise between its turns: 0.8 % and 3.0 % of the words wrong and none
invented; with time stamps 20 % and 4 %; faster-whisper's own way 0 % and 2.4 to 2.6 %, with one or
two words invented in the noise, for 1.2 to 1.6 times the work.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import CACHE_RATE, Samples
from curator.domain.errors import MissingModel
from curator.domain.hallucination import COMPRESSED, compression
from curator.domain.languages import base_code, language_code
from curator.environment.cuda_libraries import missing_cuda_library
from curator.environment.parts import setup_hint
from curator.stages.transcription.transcribers import (
    ENGLISH_MODEL,
    Hypothesis,
    HypothesisWord,
    transcriber,
)
from curator.weights.lookup import is_english_only, whisper_folder

WINDOW_S = 30.0
"""What Whisper takes at once; shorter windows are filled up and cost the same."""

BEAM = 5  # OpenAI's and faster-whisper's default; 1 is faster and hears a little worse
UNSURE = -1.0  # mean log probability below which Whisper is asked again (OpenAI's threshold)
NOBODY_SPEAKS = 0.6  # no-speech probability above which an unsure window is left empty (OpenAI's)
NO_LOOPS_OF = 3  # words of a repetition that a second hearing does not allow
MOST_TOKENS, MOST_TOKENS_S = 16, 12  # at most so many and so many a second: people say six or seven
OTHER_CODES = {"jv": "jw"}  # Whisper's code of a language where it is not ISO 639-1
GPU_WINDOWS = 8  # windows decoded together on a GPU
CPU_WINDOWS = 1  # on a CPU together is no faster
TOGETHER = 32  # short recordings that share windows
SMALLEST_TOGETHER = 100_000_000
"""Bytes of the weights from which recordings share windows: float16 base and larger.

Measured on 60 recordings of 3.6 s by eleven readers, against what base recognises: tiny.en alone
11 % different words, together 17 to 37 %.
"""


def described(model: str | Path) -> str:
    """Name of a model for the facts it produces: a folder's name and the size of its weights."""
    weights = Path(model) / "model.bin"
    if weights.is_file():
        return f"{Path(model).resolve().name}-{weights.stat().st_size}"
    return str(model) or ENGLISH_MODEL


def languages_of(model: str) -> frozenset[str] | None:
    """English for English-only models; None for multilingual ones."""
    return frozenset({"en"}) if is_english_only(model or ENGLISH_MODEL) else None


@transcriber(
    label="Whisper through CTranslate2 (faster-whisper)",
    name_of=described,
    languages_of=languages_of,
    on_gpu=lambda device: _usable(device) == "cuda",
)
class FasterWhisper:
    """One loaded model.

    model: a name or a folder (see ``whisper_folder``). device: "auto", "cpu" or "cuda".
    threads: of the CPU; one model per process.
    """

    def __init__(self, model: str | Path, device: str = "auto", threads: int = 1) -> None:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        folder = whisper_folder(model or ENGLISH_MODEL)
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
        self._encoder = KeepingEncoder(self._model.encode)
        self._model.encode = self._encoder
        small = (Path(folder) / "model.bin").stat().st_size < SMALLEST_TOGETHER
        self.recordings_at_once = 1 if small else TOGETHER
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
        return language_code(str(language))

    def listen(self, windows: Sequence[Samples], language: str) -> list[Hypothesis]:
        """What is said in each window (float32 at 16 kHz, at most 30 s)."""
        if not windows:
            return []
        code = OTHER_CODES.get(base_code(language), base_code(language))
        known = code if code in self.languages else None
        if known is None and self.languages == {"en"}:
            raise ValueError(f"{self.name} transcribes English only, and this is {language!r}")
        hypotheses = self._batch(windows, known)
        encoded = self._encoder.outputs(len(windows))
        return [
            replace(
                self._again(window, known) if doubtful(hypothesis) else hypothesis, encoded=frames
            )
            for window, hypothesis, frames in zip(windows, hypotheses, encoded, strict=True)
        ]

    def _batch(
        self, windows: Sequence[Samples], language: str | None, no_loops_of: int = 0
    ) -> list[Hypothesis]:
        stops = np.cumsum([len(window) for window in windows]) / CACHE_RATE
        starts = np.concatenate([[0.0], stops[:-1]])
        self._encoder.clear()
        half = 0.5 / CACHE_RATE  # faster-whisper rounds seconds down to samples
        longest_s = float(np.max(stops - starts))
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
            max_new_tokens=MOST_TOKENS + int(MOST_TOKENS_S * longest_s),
            no_repeat_ngram_size=no_loops_of,
        )
        by_window: list[list[Any]] = [[] for _ in windows]
        for segment in segments:
            at = int(np.searchsorted(stops, segment.seek / 100 + 0.02, side="right"))
            by_window[min(at, len(windows) - 1)].append(segment)
        return [
            _heard(window_segments, float(start))
            for window_segments, start in zip(by_window, starts, strict=True)
        ]

    def _again(self, window: Samples, language: str | None) -> Hypothesis:
        """A second hearing that may not say the same three words twice.

        Not Whisper's own way out, which draws lots: the same sound shall give the same text.
        """
        (hypothesis,) = self._batch([window], language, no_loops_of=NO_LOOPS_OF)
        if hypothesis.no_speech > NOBODY_SPEAKS and hypothesis.log_probability < UNSURE:
            return Hypothesis((), hypothesis.no_speech, hypothesis.log_probability)
        return hypothesis


class KeepingEncoder:
    """Whisper's encoder that keeps its outputs."""

    def __init__(self, encode: Callable[[Any], Any]) -> None:
        self._encode = encode
        self._kept: list[Any] = []

    def __call__(self, features: object) -> object:
        """Encode a batch of features."""
        output = self._encode(features)
        self._kept.append(output)
        return output

    def clear(self) -> None:
        """Forget the outputs so far."""
        self._kept.clear()

    def outputs(self, windows: int) -> list[NDArray[np.float32] | None]:
        """Output of each window, (frames, dimensions); None each unless there is one per window."""
        import ctranslate2

        frames: list[NDArray[np.float32] | None] = []
        for output in self._kept:
            on_cpu = output if output.device == "cpu" else output.to_device(ctranslate2.Device.cpu)
            frames.extend(np.asarray(on_cpu.to(ctranslate2.DataType.float32)))
        return frames if len(frames) == windows else [None] * windows


def _heard(segments: Sequence[Any], offset_s: float) -> Hypothesis:
    """What the segments of one window say, times in seconds of the window."""
    words = tuple(
        HypothesisWord(
            max(0.0, float(word.start) - offset_s),
            max(0.0, float(word.end) - offset_s),
            word.word,
            float(word.probability),
        )
        for segment in segments
        for word in segment.words or ()
    )
    no_speech = max((float(s.no_speech_prob) for s in segments), default=1.0)
    log_probability = min((float(s.avg_logprob) for s in segments), default=0.0)
    return Hypothesis(words, no_speech, log_probability)


def doubtful(hypothesis: Hypothesis) -> bool:
    """Whether Whisper was unsure or repeated itself."""
    return hypothesis.log_probability < UNSURE or compression(hypothesis.text) > COMPRESSED


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
    missing = missing_cuda_library() if count else ""
    if device == "cuda" and missing:
        raise MissingModel(
            f"CTranslate2 cannot use the GPU: {missing} is missing.",
            f"{setup_hint('training')}, which brings it, or use --device cpu.",
        )
    return "cuda" if count and not missing else "cpu"
