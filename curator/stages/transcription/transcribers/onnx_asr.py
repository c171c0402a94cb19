"""Parakeet, Canary and other models in a folder, run by onnx-asr on ONNX Runtime.

``onnx_asr:TYPE=FOLDER`` names the type of the model, such as ``nemo-parakeet-tdt-0.6b-v3`` or
``nemo-canary-1b-v2``; ``onnx_asr:FOLDER`` reads it from the folder's config.json. Word times are
those of the tokens; models that give none, such as Canary, spread the words over the speech.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from curator.audio.waveform import CACHE_RATE, Samples
from curator.domain.errors import CuratorError, MissingModel, printable
from curator.domain.languages import base_code
from curator.stages.transcription.transcribers import Hypothesis, HypothesisWord, transcriber
from curator.weights.onnx_files import require_own_files

TYPE_MARK = "="
LONGEST_TOKEN_S = 0.4
"""Upper bound of a token's duration: models tell where tokens start, not where a pause begins."""


def described(model: str) -> str:
    """Name that transcripts are stored under: type and folder name, wherever the folder is."""
    kind, _, folder = model.rpartition(TYPE_MARK)
    return f"onnx_asr-1:{kind or 'model'} {Path(folder).name}"


def _on_gpu(device: str) -> bool:
    import onnxruntime

    return device != "cpu" and "CUDAExecutionProvider" in onnxruntime.get_available_providers()


@transcriber(
    label="Parakeet, Canary and others through onnx-asr", name_of=described, on_gpu=_on_gpu
)
class OnnxAsr:
    """One loaded model. model: "TYPE=FOLDER" or "FOLDER"."""

    windows_at_once = 4
    recordings_at_once = 1

    def __init__(self, model: str, device: str = "auto", threads: int = 1) -> None:
        kind, _, folder = model.rpartition(TYPE_MARK)
        if not folder:
            raise CuratorError(
                "onnx_asr needs a model folder.", "Use: --whisper onnx_asr:TYPE=FOLDER"
            )
        if not Path(folder).is_dir():
            raise MissingModel(
                f"{printable(folder)} is not a folder.", "Give the folder of an onnx-asr model."
            )
        require_own_files(Path(folder))
        self.name = described(model)
        self._model = _loaded(kind, folder, device, threads)

    def language_of(self, sound: Samples) -> str:
        """These models do not detect languages; the project's language is the better guess."""
        return "en"

    def listen(self, windows: Sequence[Samples], language: str) -> list[Hypothesis]:
        """Transcribe windows of 16 kHz float32 samples."""
        if not windows:
            return []
        waves = [np.ascontiguousarray(window, np.float32) for window in windows]
        try:  # models that know one language ignore it
            results = self._model.recognize(
                waves, sample_rate=CACHE_RATE, language=base_code(language)
            )
        except KeyError as error:
            raise ValueError(f"{self.name} does not know the language {language!r}") from error
        return [
            _hypothesis(result, window.size / CACHE_RATE)
            for result, window in zip(results, windows, strict=True)
        ]


def _loaded(kind: str, folder: str, device: str, threads: int) -> Any:  # noqa: ANN401 - onnx-asr
    try:
        import onnx_asr
    except ImportError as error:
        raise MissingModel(
            "onnx-asr is not installed.", 'Install it: pip install "voice-curator[quality]"'
        ) from error
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    cuda = ["CUDAExecutionProvider"] if _on_gpu(device) else []
    providers = [*cuda, "CPUExecutionProvider"]
    load: Any = onnx_asr.load_model  # its types list the names of the types
    try:
        model = load(kind or None, folder, sess_options=options, providers=providers)
    except Exception as error:
        reason = printable(str(error).split("\n")[0]) or type(error).__name__
        raise MissingModel(
            f"{printable(folder)} could not be loaded by onnx-asr: {reason}",
            "Name the type of the model: --whisper onnx_asr:TYPE=FOLDER",
        ) from error
    return model.with_timestamps()


def _hypothesis(result: Any, seconds: float) -> Hypothesis:  # noqa: ANN401 - onnx-asr's result
    """Words of one window; tokens that start with a space start a word."""
    tokens, times, logs = result.tokens, result.timestamps, result.logprobs
    if tokens and times:
        words = _by_tokens(tokens, times, logs, seconds)
    else:
        words = _spread(result.text.split(), seconds)
    mean = float(np.mean(logs)) if logs else 0.0
    return Hypothesis(words, 0.0 if words else 1.0, min(0.0, mean))


def _by_tokens(
    tokens: Sequence[str], times: Sequence[float], logs: Sequence[float] | None, seconds: float
) -> tuple[HypothesisWord, ...]:
    following = [*times[1:], seconds]
    stops = [
        min(start + LONGEST_TOKEN_S, after) for start, after in zip(times, following, strict=True)
    ]
    probabilities = [math.exp(min(0.0, log)) for log in logs] if logs else [1.0] * len(tokens)
    words: list[list[tuple[str, float, float, float]]] = []
    for token in zip(tokens, times, stops, probabilities, strict=True):
        if token[0].startswith(" ") or not words:
            words.append([])
        words[-1].append(token)
    return tuple(
        HypothesisWord(
            min(word[0][1], seconds),
            min(max(word[0][1], word[-1][2]), seconds),
            f" {''.join(token[0] for token in word).strip()}",
            min(token[3] for token in word),
        )
        for word in words
        if "".join(token[0] for token in word).strip()
    )


def _spread(texts: Sequence[str], seconds: float) -> tuple[HypothesisWord, ...]:
    """Words over the window by their length, where the model gives no times."""
    if not texts:
        return ()
    ends = np.cumsum([len(text) for text in texts]) / max(1, sum(map(len, texts))) * seconds
    starts = [0.0, *ends[:-1]]
    return tuple(
        HypothesisWord(float(start), float(stop), f" {text}", 1.0)
        for start, stop, text in zip(starts, ends, texts, strict=True)
    )
