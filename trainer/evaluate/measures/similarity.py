"""How near the voice is to the real one: cosine to the mean of the held-out clips.

Read it beside the same number of the real clips, each against the others: nothing can be nearer
to a voice than the voice is to itself. The speaker encoder is Resemblyzer's, from
``resources/speaker_encoder/``.
"""

import functools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainer.errors import TrainerError
from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics
from trainer.resources import resources
from trainer.speech.sound import LISTENING_RATE, Samples

if TYPE_CHECKING:
    import onnxruntime

VERSION = 1
KEYS = ("similarity",)
DIRECTIONS = {"similarity": 1}

LEAST_S = 0.4  # of speech; from less the network tells no voices apart
LOUDNESS_DBFS = -30.0  # as Resemblyzer raises quiet sound
FILE = "speaker_encoder/encoder.onnx"

# Spectra and windows as Resemblyzer 0.1.4 takes them.
WINDOW, HOP = 400, 160  # samples
PARTIAL, PARTIAL_STEP = 160, 77  # frames
COVERAGE = 0.75  # of the last partial must be sound, or it is left out


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """-1 to 1; a real clip is compared with the others only."""
    others = [vector for clip, vector in voice.vectors.items() if clip != sample.clip]
    own = voice.vectors.get(sample.clip) if sample.clip else None
    own = direction(sample) if own is None else own
    if own is None or not others:
        return {}
    mean = np.mean(others, axis=0)
    return {"similarity": float(own @ mean / max(float(np.linalg.norm(mean)), 1e-9))}


def direction(sample: Sample) -> NDArray[np.float32] | None:
    """Unit-length speaker embedding of the speech in a waveform."""
    pieces = [
        sample.listening[round(start * LISTENING_RATE) : round(stop * LISTENING_RATE)]
        for start, stop in sample.spans
    ]
    speech = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    if len(speech) < LEAST_S * LISTENING_RATE:
        return None
    return embedding(_loud_enough(speech))


def embedding(samples: Samples) -> NDArray[np.float32]:
    """Unit-length speaker embedding of a waveform at 16 kHz, shape (256,)."""
    starts = range(0, max(1, samples.size // HOP + 1 - PARTIAL + PARTIAL_STEP), PARTIAL_STEP)
    covered = (samples.size - starts[-1] * HOP) / (PARTIAL * HOP)
    starts = starts[:-1] if covered < COVERAGE and len(starts) > 1 else starts
    length = max(samples.size, (starts[-1] + PARTIAL) * HOP) + WINDOW
    padded = np.pad(samples, (WINDOW // 2, length - samples.size - WINDOW // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW)
    spectra = np.fft.rfft(frames * hann.astype(np.float32), axis=1)
    power = np.square(spectra.real) + np.square(spectra.imag)
    batch = np.stack([power[start : start + PARTIAL] for start in starts]).astype(np.float32)
    (directions,) = _encoder().run(["directions"], {"power": batch})
    mean: NDArray[np.float32] = directions.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def get_ready() -> None:
    """Load the encoder."""
    _encoder()


def _loud_enough(samples: Samples) -> Samples:
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    gain_db = LOUDNESS_DBFS - 10.0 * np.log10(max(power, 1e-12))
    return samples if gain_db <= 0 else samples * np.float32(10.0 ** (gain_db / 20.0))


@functools.cache
def _encoder() -> "onnxruntime.InferenceSession":
    import onnxruntime

    path = resources() / FILE
    if not path.is_file():
        raise TrainerError(f"The speaker encoder is missing: {path}.", "Reinstall voice-curator.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
