"""How near the voice is to the real one: cosine to the mean of the held-out clips.

Read it beside the same number of the real clips, each against the others: nothing can be nearer
to a voice than the voice is to itself.
"""

import functools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics
from trainer.speech.sound import LISTENING_RATE, Samples

if TYPE_CHECKING:
    from resemblyzer import VoiceEncoder

VERSION = 1
KEYS = ("similarity",)
DIRECTIONS = {"similarity": 1}

LEAST_S = 0.4  # of speech; from less the network tells no voices apart
LOUDNESS_DBFS = -30.0  # as Resemblyzer raises quiet sound


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
    vector: NDArray[np.float32] = _encoder().embed_utterance(_loud_enough(speech))
    return vector


def get_ready() -> None:
    """Load the encoder; its initialisation uses the global random generator, which is restored."""
    _encoder()


def _loud_enough(samples: Samples) -> Samples:
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    gain_db = LOUDNESS_DBFS - 10.0 * np.log10(max(power, 1e-12))
    return samples if gain_db <= 0 else samples * np.float32(10.0 ** (gain_db / 20.0))


@functools.cache
def _encoder() -> "VoiceEncoder":
    import torch
    from resemblyzer import VoiceEncoder

    with torch.random.fork_rng(devices=[]):  # its layers are drawn before they are loaded
        return VoiceEncoder("cpu", verbose=False)
