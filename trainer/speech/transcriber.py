"""Transcription by Whisper; deterministic: the same sound always gives the same text."""

from collections.abc import Callable
from typing import Any

from trainer.errors import TrainerError
from trainer.languages import base_code, english_name
from trainer.output import print_error
from trainer.speech.sound import LISTENING_RATE, Samples
from trainer.speech.whisper_models import model_for, whisper_folder

BEAM = 5  # OpenAI's and faster-whisper's default
NO_LOOPS_OF = 0  # n-grams may repeat: a repetition in the sound must be in the text
MOST_TOKENS, MOST_TOKENS_S = 16, 12  # at most so many and so many a second: people say six or seven
WINDOW_S = 30.0  # what Whisper takes at once
LEAST_S = 0.1  # shorter sound holds no word
NOBODY_SPEAKS = 0.6  # no-speech probability above which an unsure text is none (OpenAI's)
UNSURE = -1.0  # mean log probability below which a text is unsure (OpenAI's)


def _to_stderr(sentence: str) -> None:
    print_error(f"trainer: {sentence}")


class Transcriber:
    """Whisper models, loaded at first use.

    model: "" chooses by language. device: auto, cpu, cuda or cuda:N, as ``run.device``.
    report: told once if the GPU cannot be used.
    """

    def __init__(
        self,
        model: str = "",
        threads: int = 1,
        device: str = "auto",
        report: Callable[[str], None] = _to_stderr,
    ) -> None:
        self._wanted = model
        self._threads = threads
        self._device = device
        self._report = report
        self._loaded: dict[str, Any] = {}

    def name(self, language: str) -> str:
        """Name of the model for a language; raises MissingWhisper."""
        return self._wanted or model_for(language)

    def transcribe(self, samples: Samples, language: str) -> str:
        """Transcript, "" without speech; samples at 16 kHz, of any length.

        Raises TrainerError if the chosen model is English-only and the language is another.
        """
        if len(samples) < LEAST_S * LISTENING_RATE:
            return ""
        name = self.name(language)
        try:
            return self._transcribe(name, samples, language)
        except RuntimeError as error:
            if not self._leave_gpu(error):
                raise
        return self._transcribe(name, samples, language)

    def _transcribe(self, name: str, samples: Samples, language: str) -> str:
        model = self._model(name)
        code = base_code(language)
        if code != "en" and list(model.supported_languages) == ["en"]:
            raise TrainerError(
                f"{name} transcribes English only, not {english_name(code)}.",
                "Use --whisper base or another multilingual model, or leave --whisper out.",
            )
        seconds = min(WINDOW_S, len(samples) / LISTENING_RATE)
        segments, _ = model.transcribe(
            samples,
            language=code if code in model.supported_languages else None,
            beam_size=BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=len(samples) <= WINDOW_S * LISTENING_RATE,
            max_new_tokens=MOST_TOKENS + int(MOST_TOKENS_S * seconds),
            no_repeat_ngram_size=NO_LOOPS_OF,
            no_speech_threshold=NOBODY_SPEAKS,
            log_prob_threshold=UNSURE,
        )
        return " ".join(segment.text.strip() for segment in segments).strip()

    def _leave_gpu(self, error: RuntimeError) -> bool:
        """Use the CPU from now on; False if it was the CPU that failed."""
        if not self._uses_gpu():
            return False
        reason = str(error).strip().partition("\n")[0]
        self._report(f"Whisper cannot use the GPU ({reason}); it listens on the CPU, more slowly.")
        self._device = "cpu"
        self._loaded.clear()
        return True

    def _uses_gpu(self) -> bool:
        if self._device == "auto":
            import ctranslate2

            return bool(ctranslate2.get_cuda_device_count())
        return self._device.startswith("cuda")

    def _model(self, name: str) -> Any:  # noqa: ANN401 - faster-whisper has no types
        if name not in self._loaded:
            from faster_whisper import WhisperModel

            gpu = self._uses_gpu()
            index = self._device.partition(":")[2]
            self._loaded[name] = WhisperModel(
                str(whisper_folder(name)),
                device="cuda" if gpu else "cpu",
                device_index=int(index) if gpu and index else 0,
                compute_type="float16" if gpu else "int8",
                cpu_threads=self._threads,
            )
        return self._loaded[name]
