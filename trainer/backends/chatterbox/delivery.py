"""How lively a clip is spoken, measured, and as the scalar that Chatterbox is told.

Other kits tell the network the same 0.5 for every clip, so that it learns to pass over the scalar.
Here a clip's scalar says where its delivery lies among the clips of its speaker.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.runs.files import write_atomically

FRAME_S, HOP_S = 0.04, 0.01
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
VOICED = 0.45  # normalised autocorrelation above which a frame has a pitch
FLOOR_DB = 40.0  # below the loudest frame, a frame says nothing about the delivery
FEWEST_FRAMES = 10  # voiced ones, for a spread that means something
USUAL = 0.5  # the scalar of the stock package for usual speech
CALM, LIVELY = 0.25, 0.8  # scalars of a speaker's calmest and liveliest clips
FEWEST_FOR_A_SCALE = 3  # clips, for a rank among them to mean something
SHARE_OF_CATEGORY = 0.5  # of a clip's scalar that its category decides, where it has one


@dataclass(frozen=True, slots=True)
class Delivery:
    """Spread of pitch in semitones and of level in dB; NaN where too little is voiced."""

    pitch_spread: float
    level_spread: float


def measured(wave: NDArray[np.float32], rate: int) -> Delivery:
    """The delivery of a clip. wave: float32 (samples,)."""
    frame, hop = int(FRAME_S * rate), int(HOP_S * rate)
    if len(wave) < frame:
        return Delivery(float("nan"), float("nan"))
    frames = np.lib.stride_tricks.sliding_window_view(wave, frame)[::hop]  # (frames, frame)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    loud = level > level.max() - FLOOR_DB
    pitch = _pitch(frames[loud] - frames[loud].mean(axis=1, keepdims=True), rate)
    voiced = pitch > 0
    if voiced.sum() < FEWEST_FRAMES:
        return Delivery(float("nan"), float("nan"))
    return Delivery(float(_spread(12 * np.log2(pitch[voiced]))), float(_spread(level[loud])))


def _pitch(frames: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Pitch of each frame in Hz, 0 where there is none, by its autocorrelation."""
    size = 1 << (2 * frames.shape[1] - 1).bit_length()
    window = np.hanning(frames.shape[1])
    spectrum = np.abs(np.fft.rfft(frames * window, size, axis=1)) ** 2
    found = np.fft.irfft(spectrum, axis=1)[:, : frames.shape[1]]
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: frames.shape[1]]
    found = found / (found[:, :1] + 1e-12) / (of_window / of_window[0] + 1e-12)
    shortest, longest = int(rate / HIGHEST_HZ), int(rate / LOWEST_HZ)
    lags = found[:, shortest : min(longest, frames.shape[1] - 1)]
    best = lags.argmax(axis=1)
    is_voiced = lags[np.arange(len(lags)), best] > VOICED
    return np.where(is_voiced, rate / (best + shortest), 0.0)


def _spread(values: NDArray[np.floating]) -> float:
    """From the 10th to the 90th percentile."""
    low, high = np.percentile(values, (10, 90))
    return float(high - low)


@dataclass(frozen=True, slots=True)
class Expression:
    """The scalar of each clip, and of each category (the median of its clips).

    scale: spreads of pitch and of level at 0, 5 ... 100 % of the clips, for other sounds.
    """

    of_clip: Mapping[str, float]
    of_category: Mapping[str, float]
    scale: tuple[Sequence[float], Sequence[float]] = ((), ())

    def of(self, sounds: Sequence[Delivery]) -> float:
        """The scalar of sounds that are none of the clips, such as a voice prompt."""
        shares = [
            float(np.interp(value, scale, np.linspace(0, 1, len(scale))))
            for sound in sounds
            for value, scale in zip(
                (sound.pitch_spread, sound.level_spread), self.scale, strict=True
            )
            if len(scale) and np.isfinite(value)
        ]
        return scalar(float(np.mean(shares))) if shares else USUAL


def expression(
    found: Mapping[str, tuple[float, float]],
    speakers: Mapping[str, str],
    categories: Mapping[str, str | None],
) -> Expression:
    """What the network is told, from the measured delivery of all clips.

    found: clip -> (pitch spread, level spread), NaN where unmeasured: such a clip is usual.
    speakers, categories: by clip; a category of None does not count. A clip lies between calm and
    lively as its rank among its speaker's clips says, and halfway towards its category's median.
    """
    own: dict[str, float] = {}
    for speaker in sorted(set(speakers.values())):
        clips = sorted(clip for clip in found if speakers[clip] == speaker)
        own |= _ranked(clips, np.array([found[clip] for clip in clips]))
    medians = {
        kind: float(np.median([own[clip] for clip in own if categories.get(clip) == kind]))
        for kind in sorted({kind for clip in own for kind in [categories.get(clip)] if kind})
    }
    told = {}
    for clip, value in own.items():
        kind = categories.get(clip)
        toward = medians[kind] if kind else value
        told[clip] = value + SHARE_OF_CATEGORY * (toward - value)
    return Expression(told, medians, _scale(np.array(list(found.values()))))


def scalar(share: float) -> float:
    """The scalar of a clip that is livelier than this share of its speaker's clips."""
    low, high = (CALM, USUAL) if share < 0.5 else (USUAL, LIVELY)
    return round(low + (high - low) * (share % 0.5 if share < 1 else 0.5) * 2, 4)


def _scale(spreads: NDArray[np.float64]) -> tuple[Sequence[float], Sequence[float]]:
    """Percentiles of both spreads; empty where nothing could be measured. spreads: (clips, 2)."""
    known = spreads[np.isfinite(spreads).all(axis=1)] if len(spreads) else spreads
    if len(known) < FEWEST_FOR_A_SCALE:
        return (), ()
    steps = np.percentile(known, np.arange(0, 101, 5), axis=0)  # (21, 2)
    return tuple(map(float, steps[:, 0])), tuple(map(float, steps[:, 1]))


def _ranked(clips: Sequence[str], spreads: NDArray[np.float64]) -> dict[str, float]:
    """Scalars of one speaker's clips. spreads: (clips, 2)."""
    measurable = np.isfinite(spreads).all(axis=1)
    scalars = np.full(len(clips), USUAL)
    if measurable.sum() >= FEWEST_FOR_A_SCALE:
        ranks = spreads[measurable].argsort(axis=0).argsort(axis=0).mean(axis=1)
        scalars[measurable] = [scalar(share) for share in ranks / (measurable.sum() - 1)]
    return {clip: float(told) for clip, told in zip(clips, scalars, strict=True)}


def write_expression(path: Path, found: Expression) -> None:
    """Keep it for commands that do not look at the clips."""
    about = {
        "of_clip": dict(found.of_clip),
        "of_category": dict(found.of_category),
        "scale": found.scale,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(about).encode())


def read_expression(path: Path | None) -> Expression:
    """What was kept; nothing where there is no such file."""
    if path is None or not path.is_file():
        return Expression({}, {})
    return Expression(**json.loads(path.read_text(encoding="utf-8")))
