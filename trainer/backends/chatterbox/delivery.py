"""Expressiveness of clips: pitch and level spread, and the exaggeration scalar.

Training with a constant scalar (0.5 in other trainers) teaches the network to ignore it. Here the
scalar of a clip is the rank of its delivery among the clips of its speaker.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.foreign_files import read_json
from trainer.runs.files import write_atomically

FRAME_S, HOP_S = 0.04, 0.01
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
VOICED = 0.45  # normalised autocorrelation threshold of voiced frames
FLOOR_DB = 40.0  # below the loudest frame; quieter frames are ignored
MIN_FRAMES = 10  # voiced frames needed for a spread
NEUTRAL = 0.5  # default of the stock package
CALM, LIVELY = 0.25, 0.8  # scalars of the lowest and highest rank
MIN_CLIPS = 3  # clips of a speaker needed for ranks
SHARE_OF_CATEGORY = 0.5  # weight of the category median in the scalar of a clip


@dataclass(frozen=True, slots=True)
class Delivery:
    """Spread of pitch in semitones and of level in dB; NaN with too few voiced frames."""

    pitch_spread: float
    level_spread: float


def measure(wave: NDArray[np.float32], rate: int) -> Delivery:
    """Measure the delivery of a clip. wave: float32 (samples,)."""
    frame, hop = int(FRAME_S * rate), int(HOP_S * rate)
    if len(wave) < frame:
        return Delivery(float("nan"), float("nan"))
    frames = np.lib.stride_tricks.sliding_window_view(wave, frame)[::hop]  # (frames, frame)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    loud = level > level.max() - FLOOR_DB
    pitch = _pitch(frames[loud] - frames[loud].mean(axis=1, keepdims=True), rate)
    voiced = pitch > 0
    if voiced.sum() < MIN_FRAMES:
        return Delivery(float("nan"), float("nan"))
    return Delivery(float(_spread(12 * np.log2(pitch[voiced]))), float(_spread(level[loud])))


def _pitch(frames: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Pitch by frame in Hz from the autocorrelation, 0 if unvoiced."""
    size = 1 << (2 * frames.shape[1] - 1).bit_length()
    window = np.hanning(frames.shape[1])
    spectrum = np.abs(np.fft.rfft(frames * window, size, axis=1)) ** 2
    autocorrelation = np.fft.irfft(spectrum, axis=1)[:, : frames.shape[1]]
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: frames.shape[1]]
    normaliser = (autocorrelation[:, :1] + 1e-12), (of_window / of_window[0] + 1e-12)
    autocorrelation = autocorrelation / normaliser[0] / normaliser[1]
    shortest, longest = int(rate / HIGHEST_HZ), int(rate / LOWEST_HZ)
    lags = autocorrelation[:, shortest : min(longest, frames.shape[1] - 1)]
    best = lags.argmax(axis=1)
    is_voiced = lags[np.arange(len(lags)), best] > VOICED
    return np.where(is_voiced, rate / (best + shortest), 0.0)


def _spread(values: NDArray[np.floating]) -> float:
    """Distance from the 10th to the 90th percentile."""
    low, high = np.percentile(values, (10, 90))
    return float(high - low)


@dataclass(frozen=True, slots=True)
class Expression:
    """Fitted scalars by clip, and by category (median of its clips).

    scale: percentiles 0, 5 ... 100 of pitch and level spread, for other audio.
    """

    of_clip: Mapping[str, float]
    of_category: Mapping[str, float]
    scale: tuple[Sequence[float], Sequence[float]] = ((), ())

    def of(self, sounds: Sequence[Delivery]) -> float:
        """Scalar of other audio, such as a voice prompt."""
        shares = [
            float(np.interp(value, scale, np.linspace(0, 1, len(scale))))
            for sound in sounds
            for value, scale in zip(
                (sound.pitch_spread, sound.level_spread), self.scale, strict=True
            )
            if len(scale) and np.isfinite(value)
        ]
        return scalar(float(np.mean(shares))) if shares else NEUTRAL


def fit_expression(
    spreads: Mapping[str, tuple[float, float]],
    speakers: Mapping[str, str],
    categories: Mapping[str, str | None],
) -> Expression:
    """Fit the expression scalars of all clips.

    spreads: (pitch, level) by clip; NaN gives the neutral scalar. speakers, categories: by clip.
    The scalar is the rank among the clips of the speaker, moved halfway to the category median.
    """
    by_rank: dict[str, float] = {}
    for speaker in sorted(set(speakers.values())):
        clips = sorted(clip for clip in spreads if speakers[clip] == speaker)
        by_rank |= _ranked(clips, np.array([spreads[clip] for clip in clips]))
    medians = {
        kind: float(np.median([by_rank[clip] for clip in by_rank if categories.get(clip) == kind]))
        for kind in sorted({kind for clip in by_rank for kind in [categories.get(clip)] if kind})
    }
    scalars = {}
    for clip, value in by_rank.items():
        kind = categories.get(clip)
        target = medians[kind] if kind else value
        scalars[clip] = value + SHARE_OF_CATEGORY * (target - value)
    return Expression(scalars, medians, _scale(np.array(list(spreads.values()))))


def scalar(rank: float) -> float:
    """Map a rank in 0..1 to a scalar, piecewise linear through CALM, NEUTRAL, LIVELY."""
    low, high = (CALM, NEUTRAL) if rank < 0.5 else (NEUTRAL, LIVELY)
    return round(low + (high - low) * (rank % 0.5 if rank < 1 else 0.5) * 2, 4)


def _scale(spreads: NDArray[np.float64]) -> tuple[Sequence[float], Sequence[float]]:
    """Percentiles of both spreads; empty with too few clips. spreads: (clips, 2)."""
    finite = spreads[np.isfinite(spreads).all(axis=1)] if len(spreads) else spreads
    if len(finite) < MIN_CLIPS:
        return (), ()
    steps = np.percentile(finite, np.arange(0, 101, 5), axis=0)  # (21, 2)
    return tuple(map(float, steps[:, 0])), tuple(map(float, steps[:, 1]))


def _ranked(clips: Sequence[str], spreads: NDArray[np.float64]) -> dict[str, float]:
    """Scalars by rank of the clips of one speaker. spreads: (clips, 2)."""
    measurable = np.isfinite(spreads).all(axis=1)
    scalars = np.full(len(clips), NEUTRAL)
    if measurable.sum() >= MIN_CLIPS:
        ranks = spreads[measurable].argsort(axis=0).argsort(axis=0).mean(axis=1)
        scalars[measurable] = [scalar(share) for share in ranks / (measurable.sum() - 1)]
    return {clip: float(value) for clip, value in zip(clips, scalars, strict=True)}


def write_expression(path: Path, expression: Expression) -> None:
    """Write a fitted expression as JSON."""
    about = {
        "of_clip": dict(expression.of_clip),
        "of_category": dict(expression.of_category),
        "scale": expression.scale,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(about).encode())


def read_expression(path: Path | None) -> Expression:
    """Read a fitted expression; empty if the file does not exist."""
    if path is None or not path.is_file():
        return Expression({}, {})
    return Expression(**read_json(path))
