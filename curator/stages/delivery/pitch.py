"""How high a voice speaks from moment to moment: autocorrelation of short frames.

After Boersma: each frame's autocorrelation divided by that of its window, so that the height of a
peak says how periodic the frame is, and a small cost for long periods, so that of two equal peaks
the shorter one wins. What is left of jumps by an octave is mended by the voice's own middle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples

HOP_S = 0.01
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0  # from a low man's to an excited woman's voice
RATE = 8_000  # Hz: harmonics up to 4 kHz tell the pitch, and half the samples cost half the time
WINDOW = 360  # samples at RATE, 45 ms: nearly three periods of the lowest pitch
HOP = round(HOP_S * RATE)
TRANSFORM = 512  # samples: the window and the longest lag fit without wrapping
VOICED = 0.5  # of 1; less periodic frames are not voiced
SURELY_VOICED = 0.7
QUIETEST = 1e-3  # of the loudest frame's power: what is quieter is no voice, however periodic
OCTAVE_COST = 0.03  # of periodicity, per octave of a longer period
OCTAVE_ERROR = 0.25  # of periodicity: how much better a peak far from the voice's middle must be
FARTHEST = 1.8  # octave errors lie at 2 and more; a lively voice moves by as much around its middle
STEADY = 4  # semitones between neighbouring frames; voices glide, errors jump

SHORTEST, LONGEST = int(RATE / HIGHEST_HZ), int(RATE / LOWEST_HZ)  # periods, samples at RATE

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """The pitch of each frame of 10 ms.

    hertz: 0 where the frame is not voiced. periodicity: 0..1, how much of the frame repeats itself.
    """

    hertz: Numbers  # (frames,)
    periodicity: Numbers  # (frames,)

    @property
    def voiced(self) -> Flags:
        """Which frames are voiced."""
        flags: Flags = self.hertz > 0
        return flags


def pitch(samples: Samples) -> Pitch:
    """The pitch of a clip. samples: at 16 kHz."""
    frames = _frames(samples)
    if len(frames) == 0:
        return Pitch(np.zeros(0), np.zeros(0))
    likeness, power = _autocorrelation(frames)
    loud = power > QUIETEST * power.max()
    rated = likeness[:, SHORTEST : LONGEST + 1] - _COST
    hertz, height = _peaks(likeness, rated)
    sure = loud & (height > SURELY_VOICED)
    if sure.any():
        middle = float(np.median(hertz[sure]))
        far = np.abs(np.log2(_TONES / middle)) > np.log2(FARTHEST)
        hertz, height = _peaks(likeness, rated - np.float32(OCTAVE_ERROR) * far)
    voiced = loud & (height > VOICED)
    voiced &= _glides(hertz, voiced)
    return Pitch(np.where(voiced, hertz, 0.0), np.clip(height, 0.0, 1.0))


def _frames(samples: Samples) -> NDArray[np.float32]:
    """Windows of the clip at RATE, without offset, shape (frames, WINDOW)."""
    if samples.size < 2 * WINDOW:
        return np.zeros((0, WINDOW), np.float32)
    slow = _halved(samples)
    frames = np.lib.stride_tricks.sliding_window_view(slow, WINDOW)[::HOP]
    centred: NDArray[np.float32] = frames - frames.mean(axis=1, keepdims=True)
    return centred


_TONES = RATE / np.arange(SHORTEST, LONGEST + 1)
_COST = (OCTAVE_COST * np.log2(_TONES[0] / _TONES)).astype(np.float32)
# A half-band filter of 2 ms keeps what lies above 4 kHz out; every second of its taps is zero.
_TAPS = np.arange(-15, 16, 2)
_SIDES = (np.sinc(_TAPS / 2) / 2 * np.hamming(31)[::2]).astype(np.float32)
_WINDOW = np.hanning(WINDOW).astype(np.float32)
_OWN = np.fft.irfft(np.abs(np.fft.rfft(_WINDOW, TRANSFORM)) ** 2)[: LONGEST + 2]
_OWN = (_OWN / _OWN[0]).astype(np.float32)


def _halved(samples: Samples) -> Samples:
    """The clip at half the rate."""
    count = samples.size // 2
    sides = np.convolve(samples[1::2], _SIDES)[len(_SIDES) // 2 - 1 :][:count]
    return (samples[::2][:count] / 2 + sides).astype(np.float32)


def _autocorrelation(frames: NDArray[np.float32]) -> tuple[NDArray[np.float32], Numbers]:
    """How like each frame is to itself some samples later, (frames, lags); and their power."""
    spectrum = np.fft.rfft(frames * _WINDOW, TRANSFORM, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    raw = np.fft.irfft(power, axis=1)[:, : LONGEST + 2]
    likeness = raw / np.maximum(raw[:, :1], np.float32(1e-9)) / _OWN
    return likeness.astype(np.float32), raw[:, 0].astype(np.float64)


def _peaks(likeness: NDArray[np.float32], rated: NDArray[np.float32]) -> tuple[Numbers, Numbers]:
    """The best period of each frame as Hz, between samples, and how periodic it is with it."""
    rows = np.arange(len(rated))
    best = rated.argmax(axis=1) + SHORTEST
    before, at, after = (likeness[rows, best + step].astype(np.float64) for step in (-1, 0, 1))
    bend = before - 2 * at + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    shift = np.clip(shift, -0.5, 0.5)
    return RATE / (best + shift), at - 0.25 * (before - after) * shift


def _glides(hertz: Numbers, voiced: Flags) -> Flags:
    """Which frames lie near the frame before or after them, which a voice's frames do."""
    height = 12 * np.log2(hertz)
    near = np.abs(np.diff(height)) < STEADY
    near &= voiced[1:] & voiced[:-1]
    return np.append(near, False) | np.insert(near, 0, False)
