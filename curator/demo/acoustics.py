"""Room impulse responses, background noise and speech activity of generated recordings."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import fftconvolve

from curator.audio.waveform import Samples
from curator.domain.span import Span

Stereo = NDArray[np.float32]  # (samples, 2)

FRAME_MS = 5
"""Frame length of the speech activity detection."""
AUDIBLE_DB = 40.0
"""A frame is speech when it is at most this far below the loudest frame of its sentence."""
CLOSURE_MS = 100
"""Silence shorter than this lies inside a word: the lips close before p, t or k for up to 90 ms."""
HUM_HZ = 50.0
HUM_SHARE = 0.1
"""The part of the background's power that is mains hum; the rest is hiss."""


def stretches(voice: Samples, rate: int, closure_ms: int = CLOSURE_MS) -> tuple[Span, ...]:
    """Speech spans of a clean voice; closures inside words are filled.

    voice: mono, no noise and no room. Returns spans in order; between two is a pause of at least
    ``closure_ms``. Empty for silence.
    """
    frame = rate * FRAME_MS // 1000
    whole = voice[: voice.size // frame * frame].reshape(-1, frame)  # (frames, samples)
    power = np.mean(np.square(whole, dtype=np.float64), axis=1)
    if not power.size or power.max() == 0.0:
        return ()
    speaks = power >= power.max() * 10 ** (-AUDIBLE_DB / 10)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], speaks, [False])).astype(np.int8)))
    joined: list[Span] = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        span = Span(int(start) * frame, int(stop) * frame)
        if joined and (span.start - joined[-1].stop) * 1000 < closure_ms * rate:
            joined[-1] = joined[-1].join(span)
        else:
            joined.append(span)
    return tuple(joined)


def speech_rms(voice: Samples, spoken: tuple[Span, ...]) -> float:
    """Root mean square of the samples inside ``spoken``."""
    power = sum(float(np.sum(np.square(voice[s.start : s.stop], dtype=np.float64))) for s in spoken)
    return float(np.sqrt(power / max(1, sum(span.samples for span in spoken))))


def room(rate: int, decay_s: float, direct_db: float, seed: int) -> Stereo:
    """Impulse response: direct sound and a tail with an RT60 of ``decay_s``.

    direct_db: how much louder the direct sound is than the whole tail. Shape (samples, 2).
    """
    samples = int(rate * decay_s)
    time_s = np.arange(samples) / rate
    tail = np.random.default_rng(seed).standard_normal((samples, 2))
    tail *= 10 ** (-3 * time_s[:, None] / decay_s)
    tail[: rate // 500] = 0.0  # the nearest wall is 2 ms away
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2, axis=0))
    tail[0] = 1.0
    return tail.astype(np.float32)


def in_room(voice: Samples, response: Stereo) -> Stereo:
    """Convolve a voice with a room response; longer by the response's tail."""
    return np.stack([fftconvolve(voice, response[:, side]) for side in (0, 1)], axis=1).astype(
        np.float32
    )


def background(samples: int, rate: int, seed: int) -> Stereo:
    """Hiss and a little hum with a root mean square of 1. Shape (samples, 2)."""
    random = np.random.default_rng(seed)
    hum = np.sin(2 * np.pi * HUM_HZ / rate * np.arange(samples)) * np.sqrt(2)
    length = next_fast_len(samples, real=True)  # other lengths take ten times longer
    # Power falls by 3 dB an octave above 100 Hz, as the noise of rooms and fans does.
    falls = 1 / np.sqrt(np.maximum(np.fft.rfftfreq(length, 1 / rate), 100.0))
    noise = np.empty((samples, 2), dtype=np.float32)
    for side in (0, 1):
        spectrum = rfft(random.standard_normal(length, dtype=np.float32))
        hiss = irfft(spectrum * falls.astype(np.float32), length)[:samples]
        hiss /= np.sqrt(np.mean(np.square(hiss)))
        noise[:, side] = np.sqrt(1 - HUM_SHARE) * hiss + np.sqrt(HUM_SHARE) * hum
    return noise
