"""Clip -> how something is said, in numbers that do not depend on the words.

Pitch and its movement, loudness and its movement, the pace of syllables, pauses, and the colour of
the voice. Pitch is in semitones and level in dB, so that what makes a voice excited is an addition,
whoever speaks; what is usual for a speaker is taken away later (see curator.stages.delivery).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import CACHE_RATE, Samples, Waveform
from curator.stages.delivery.pitch import HOP_S, Pitch, pitch
from curator.stages.scoring.frames import FRAME_S, SpeechFrames, speech_frames

DeliveryArray = NDArray[np.float32]  # (features,)
Numbers = NDArray[np.float64]
Kind = Literal["voice", "place"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of the embedding.

    more, less: in words, when it is above or below what is usual for the speaker. usual_spread: how
    much it varies within one speaker's reading, measured on ten readers of LibriSpeech test-other;
    it stands in while a speaker has few clips. depends_on: "voice" for what a speaker takes along,
    "place" for what distance and gain of the microphone decide, too.
    """

    key: str
    more: str
    less: str
    usual_spread: float
    depends_on: Kind = "voice"


FEATURES = (
    Feature("pitch_middle", "higher pitch", "lower pitch", 1.7),
    Feature("pitch_low", "higher lowest tones", "lower lowest tones", 1.1),
    Feature("pitch_high", "higher peaks of pitch", "lower peaks of pitch", 2.5),
    Feature("pitch_range", "wider range of pitch", "narrower range of pitch", 2.1),
    Feature("pitch_movement", "more movement of pitch", "a flatter melody", 1.0),
    Feature("pitch_slope", "a rising melody", "a falling melody", 0.93),
    Feature("pitch_end", "a pitch that rises at the end", "a pitch that falls at the end", 3.8),
    Feature("pitch_start", "a high beginning", "a low beginning", 1.9),
    Feature("level", "louder", "softer", 1.6, "place"),
    Feature("level_range", "more contrast of loudness", "more even loudness", 2.4, "place"),
    Feature("level_movement", "livelier loudness", "calmer loudness", 0.26),
    Feature("level_slope", "growing louder", "fading", 1.3),
    Feature("level_end", "a strong ending", "a soft ending", 3.0),
    Feature("syllable_rate", "faster", "slower", 0.41),
    Feature("rhythm", "an uneven rhythm", "an even rhythm", 0.069),
    Feature("pause_share", "more pauses", "fewer pauses", 0.07),
    Feature("pause_longest", "a longer pause", "no long pause", 0.22),
    Feature("pauses", "pauses more often", "pauses more seldom", 0.18),
    Feature("voiced_share", "more voiced sound", "more breath and whisper", 0.06),
    Feature("voiced_run", "longer drawn sounds", "clipped sounds", 0.035),
    Feature("harmony", "a clearer voice", "a rougher or breathier voice", 0.019),
    Feature("harmony_spread", "a changing voice", "a steady voice", 0.009),
    Feature("tilt", "a brighter, tenser voice", "a darker, softer voice", 1.7, "place"),
    Feature("presence", "a sharper voice", "a rounder voice", 2.4, "place"),
    Feature("breath", "more hiss", "less hiss", 3.5, "place"),
    Feature("colour_movement", "livelier articulation", "lazier articulation", 0.48),
    Feature("vibration", "a trembling voice", "a firm voice", 0.023),
)
"""What is measured, in the order of the vector."""

SIZE = len(FEATURES)

SHORTEST_S = 0.3  # of speech: nothing can be said of how less is said
PAUSE_S = 0.15  # shorter gaps are stops inside words
ENDING_S = 0.6  # of voiced sound at either end: a final fall or rise takes about so long
LOW, HIGH = 0.1, 0.9  # quantiles that errors of the pitch tracker hardly move
FEW_VOICED = 5  # frames; with fewer, pitch is not known
HERTZ_OF_ZERO = 55.0  # semitones are counted from here

# Bands of the spectrum, Hz: the voice's body, its ring, its edge, and hiss.
BANDS_HZ = ((50, 1_000), (1_000, 2_500), (2_500, 5_000), (5_000, 8_000))
SPECTRUM = 512  # samples, 32 ms
SPECTRUM_HOP = 320  # 20 ms: enough for means and the movement of the spectrum
DEEPEST_DB = 40.0  # below the loudest: how deep a pause is says nothing of syllables
NOTHING = 1e-6  # of the whole power: a band 60 dB below the voice is empty, however empty
SYLLABLE_SMOOTHING = 13  # frames of 10 ms: what swells faster is no syllable
SYLLABLE_DB = 1.0  # a swell that rises less above its valleys is no syllable


def delivery(wave: Waveform) -> DeliveryArray | None:
    """How a clip is spoken, shape (SIZE,), all finite; None for next to no speech.

    wave: at 16 kHz.
    """
    frames = speech_frames(wave)
    if np.count_nonzero(frames.speech) * FRAME_S < SHORTEST_S:
        return None
    melody = _melody(pitch(wave.samples))
    numbers = {
        **melody,
        **_loudness(frames),
        **_pace(frames),
        **_colour(wave.samples, frames),
    }
    features = np.array([numbers[feature.key] for feature in FEATURES], np.float32)
    return np.nan_to_num(features, nan=0.0, posinf=0.0, neginf=0.0)


def _melody(pitch: Pitch) -> dict[str, float]:
    """Pitch in semitones and the voice's steadiness; zeros where nothing is voiced."""
    voiced = np.flatnonzero(pitch.voiced)
    keys = [feature.key for feature in FEATURES if feature.key.startswith("pitch_")]
    silent = dict.fromkeys([*keys, *_STEADINESS], 0.0)
    if voiced.size < FEW_VOICED:
        return silent
    tones = 12 * np.log2(pitch.hertz[voiced] / HERTZ_OF_ZERO)
    low, middle, high = np.quantile(tones, (LOW, 0.5, HIGH))
    tones = np.clip(tones, low - (middle - low), high + (high - middle))  # what errors remain
    joined = np.diff(voiced) == 1
    steps = np.diff(tones)[joined]
    ending = round(ENDING_S / HOP_S)
    runs = np.diff(np.flatnonzero(np.concatenate([[True], ~joined, [True]])))
    periodic = pitch.periodicity[voiced]
    bends = np.diff(tones, 2)[joined[1:] & joined[:-1]]
    return {
        "pitch_middle": float(middle),
        "pitch_low": float(low),
        "pitch_high": float(high),
        "pitch_range": float(high - low),
        "pitch_movement": float(np.mean(np.abs(steps)) / HOP_S / 10) if steps.size else 0.0,
        "pitch_slope": _slope(HOP_S * voiced.astype(np.float64), tones),
        "pitch_end": _rise(tones[-ending:]),
        "pitch_start": float(np.median(tones[:ending]) - middle),
        "voiced_run": float(runs.mean() * HOP_S),
        "harmony": float(periodic.mean()),
        "harmony_spread": float(periodic.std()),
        "vibration": float(np.median(np.abs(bends))) if bends.size else 0.0,
        "voiced_share": voiced.size / max(1, int(voiced[-1] - voiced[0]) + 1),
    }


_STEADINESS = ("voiced_run", "harmony", "harmony_spread", "vibration", "voiced_share")


def _rise(tones: Numbers) -> float:
    """Semitones from the first to the second half of an ending."""
    half = max(1, tones.size // 2)
    return float(np.median(tones[-half:]) - np.median(tones[:half]))


def _slope(seconds: Numbers, values: Numbers) -> float:
    """The change per second; of clips shorter than a second, as if they were one."""
    centred = seconds - seconds.mean()
    spread = float(np.square(centred).mean())
    across = float((centred * values).mean()) / max(spread, 1e-9)
    return across * min(1.0, float(seconds[-1] - seconds[0]))


def _loudness(frames: SpeechFrames) -> dict[str, float]:
    """Level of the frames of speech, dB."""
    at = np.flatnonzero(frames.speech)
    levels = frames.levels[at]
    low, high = np.quantile(levels, (LOW, HIGH))
    steps = np.abs(np.diff(levels))[np.diff(at) == 1]
    ending = max(1, min(round(ENDING_S / FRAME_S), levels.size // 2))
    return {
        "level": float(10 * np.log10(np.mean(10 ** (levels / 10)))),
        "level_range": float(high - low),
        "level_movement": float(steps.mean()) if steps.size else 0.0,
        "level_slope": _slope(FRAME_S * at.astype(np.float64), levels),
        "level_end": float(levels[-ending:].mean() - levels.mean()),
    }


def _pace(frames: SpeechFrames) -> dict[str, float]:
    """Syllables a second of speech, counted as swells of loudness, and pauses between."""
    inside = slice(frames.first, frames.last)
    speech, levels = frames.speech[inside], frames.levels[inside]
    edges = np.flatnonzero(np.diff(np.concatenate([[1], speech.astype(np.int8), [1]])))
    gaps = (edges[1::2] - edges[::2]) * FRAME_S
    pauses = gaps[gaps >= PAUSE_S]
    seconds = max(speech.size * FRAME_S, SHORTEST_S)
    spoken = max(seconds - float(pauses.sum()), SHORTEST_S)
    beats = _swells(levels) * FRAME_S
    between = np.diff(beats)
    between = between[between < 2 * PAUSE_S + 0.2]
    return {
        "syllable_rate": beats.size / spoken,
        "rhythm": float(between.std() / between.mean()) if between.size > 1 else 0.0,
        "pause_share": float(pauses.sum()) / seconds,
        "pause_longest": float(pauses.max(initial=0.0)),
        "pauses": pauses.size / seconds,
    }


def _swells(levels: Numbers) -> Numbers:
    """The frames where loudness peaks, each at least SYLLABLE_DB above the valley before it."""
    if levels.size <= SYLLABLE_SMOOTHING:
        return np.zeros(0)
    window = np.hanning(SYLLABLE_SMOOTHING + 2)[1:-1]
    audible = np.maximum(levels, levels.max() - DEEPEST_DB)
    smooth = np.convolve(audible, window / window.sum(), mode="same")
    turns = np.flatnonzero(np.diff(np.sign(np.diff(smooth)))) + 1
    if turns.size == 0:
        return np.zeros(0)
    heights = smooth[turns]
    before = np.concatenate([[smooth[0]], heights[:-1]])
    beats: Numbers = turns[heights - before >= SYLLABLE_DB].astype(np.float64)
    return beats


def _colour(samples: Samples, frames: SpeechFrames) -> dict[str, float]:
    """Levels of bands against the body of the voice, in dB, and how fast the spectrum changes."""
    if samples.size < SPECTRUM:
        samples = np.pad(samples, (0, SPECTRUM - samples.size))
    windows = np.lib.stride_tricks.sliding_window_view(samples, SPECTRUM)[::SPECTRUM_HOP]
    per_frame = round(FRAME_S * CACHE_RATE)
    middles = (np.arange(len(windows)) * SPECTRUM_HOP + SPECTRUM // 2) // per_frame
    spoken = frames.speech[np.minimum(middles, frames.speech.size - 1)]
    if not spoken.any():
        return dict.fromkeys(("tilt", "presence", "breath", "colour_movement"), 0.0)
    spectrum = np.fft.rfft(windows[spoken] * _WINDOW, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    bands = np.add.reduceat(power, _BINS, axis=1)[:, : len(BANDS_HZ)].astype(np.float64)
    nothing = NOTHING * float(bands.sum(axis=1).mean()) + 1e-12
    levels = 10 * np.log10(bands + nothing)
    whole = 10 * np.log10(bands.mean(axis=0) + nothing)
    shape = levels - levels.mean(axis=1, keepdims=True)
    moves = np.abs(shape[2:] - shape[:-2]).mean() if len(shape) > 2 else 0.0
    return {
        "tilt": float(whole[1] - whole[0]),
        "presence": float(whole[2] - whole[0]),
        "breath": float(whole[3] - whole[0]),
        "colour_movement": float(moves),
    }


_WINDOW = np.hanning(SPECTRUM).astype(np.float32)
_BINS = [round(low * SPECTRUM / CACHE_RATE) for low, _ in BANDS_HZ]
