"""Transcription by Whisper; deterministic: the same sound always gives the same text."""

from typing import Any

from trainer.errors import TrainerError
from trainer.languages import base_code, english_name
from trainer.speech.sound import LISTENING_RATE, Samples
from trainer.speech.whisper_models import model_for, whisper_folder

BEAM = 5  # OpenAI's and faster-whisper's default
NO_LOOPS_OF = 0  # n-grams may repeat: a repetition in the sound must be in the text
MOST_TOKENS, MOST_TOKENS_S = 16, 12  # at most so many and so many a second: people say six or seven
WINDOW_S = 30.0  # what Whisper takes at once
LEAST_S = 0.1  # shorter sound holds no word
NOBODY_SPEAKS = 0.6  # no-speech probability above which an unsure text is none (OpenAI's)
UNSURE = -1.0  # mean log probability below which a text is unsure (OpenAI's)


class Transcriber:
    """Whisper models, loaded at first use. model: "" chooses by language."""

    def __init__(self, model: str = "", threads: int = 1) -> None:
        self._wanted = model
        self._threads = threads
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
        model = self._model(self.name(language))
        code = base_code(language)
        if code != "en" and list(model.supported_languages) == ["en"]:
            raise TrainerError(
                f"{self.name(language)} transcribes English only, not {english_name(code)}.",
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

    def _model(self, name: str) -> Any:  # noqa: ANN401 - faster-whisper has no types
        if name not in self._loaded:
            import ctranslate2
            from faster_whisper import WhisperModel

            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
            self._loaded[name] = WhisperModel(
                str(whisper_folder(name)),
                device=device,
                compute_type="float16" if device == "cuda" else "int8",
                cpu_threads=self._threads,
            )
        return self._loaded[name]
