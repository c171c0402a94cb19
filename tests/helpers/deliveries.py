"""Deliveries planted in real clips: changes of pitch, its range, rate and energy of known size."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from curator.audio.waveform import CACHE_RATE, Samples

CLIP_S = 2.4
MELODY_HZ = 1.1  # of a rise and fall that widens the range of pitch
EVERY_READER = 0.35  # how much of a change people make in all deliveries, by chance


@dataclass(frozen=True, slots=True)
class Manner:
    """How a category is spoken. semitones, melody: of pitch; rate: of tempo, 1 as it was; db."""

    semitones: float = 0.0
    melody: float = 0.0
    rate: float = 1.0
    db: float = 0.0
    ending: float = 0.0


MANNERS = {
    "greeting": Manner(3.0, 1.0, 1.05, 3.0),
    "question": Manner(1.0, 0.5, 1.0, 0.0, ending=6.0),
    "tension": Manner(-2.5, 0.0, 0.8, -6.0),
    "confirmation": Manner(-1.5, 0.3, 1.2, 4.0, ending=-4.0),
    "excitement": Manner(5.0, 2.5, 1.2, 7.0),
    "transition": Manner(0.0, 0.0, 1.35, -2.0),
    "neutral": Manner(),
}
"""About half of what people do who act emotions, and no more than readers do by themselves from one
sentence to the next, who vary by 1.7 semitones and 1.6 dB."""


@dataclass(frozen=True, slots=True, eq=False)
class RealClip:
    """A stretch of a real recording at 16 kHz. speaker: number of who reads."""

    samples: Samples
    speaker: int


def real_clips(folder: Path, seconds: float = CLIP_S) -> list[RealClip]:
    """All stretches of that length in the recordings of LibriSpeech and LJ Speech below."""
    readers = [*sorted((folder / "librispeech-test-other").glob("[0-9]*")), folder / "ljspeech"]
    size = round(seconds * CACHE_RATE)
    found = []
    for speaker, reader in enumerate(readers):
        for path in sorted(reader.glob("*.flac")):
            sound, rate = soundfile.read(path, dtype="float32")
            if rate != CACHE_RATE:
                sound = soxr.resample(sound, rate, CACHE_RATE)
            for start in range(0, len(sound) - size + 1, size):
                found.append(RealClip(sound[start : start + size].astype(np.float32), speaker))
    return found


def spoken(samples: Samples, manner: Manner, seed: int) -> Samples:
    """The clip in another manner; each seed does it a little differently, as people do."""
    import librosa

    rng = np.random.default_rng(seed)
    shift = manner.semitones + rng.normal(0, EVERY_READER * 1.5)
    melody = manner.melody + abs(rng.normal(0, EVERY_READER))
    rate = manner.rate * float(np.exp(rng.normal(0, EVERY_READER * 0.1)))
    gain = manner.db + rng.normal(0, EVERY_READER * 3.0)
    ending = manner.ending + rng.normal(0, EVERY_READER * 2.0)
    seconds = np.arange(samples.size) / CACHE_RATE
    phase = rng.uniform(0, 2 * np.pi)
    last = np.clip((seconds - seconds[-1] + 0.6) / 0.6, 0, 1)
    tones = shift + melody * np.sin(2 * np.pi * MELODY_HZ * seconds + phase) + ending * last
    # Played faster it is higher and shorter; stretched again it is only higher.
    speed = 2 ** (tones / 12)
    places = np.concatenate([[0.0], np.cumsum(speed)])
    places = places[places < samples.size - 1]
    played = np.interp(places, np.arange(samples.size), samples).astype(np.float32)
    slower = rate * played.size / samples.size
    stretched = librosa.effects.time_stretch(played, rate=slower, n_fft=1024)
    loud = stretched * np.float32(10 ** (gain / 20))
    return np.clip(loud, -1.0, 1.0).astype(np.float32)


def planted(clips: Sequence[RealClip], kinds: Sequence[str], seed: int = 0) -> list[Samples]:
    """Each clip in the manner of its category."""
    return [
        spoken(clip.samples, MANNERS[kind], seed + number)
        for number, (clip, kind) in enumerate(zip(clips, kinds, strict=True))
    ]
