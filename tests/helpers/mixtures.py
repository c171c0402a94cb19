"""Clips of people who read, by themselves and with what spoils them, at known levels. 16 kHz."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from curator.audio.encode import resampled
from curator.audio.waveform import Samples, Waveform
from tests.helpers.cleaning import speakers

RATE = 16_000
SHORTEST, LONGEST = 2.0, 7.0  # seconds, as segmentation cuts
FADE = 160
QUIET = 1e-3  # of the loudest moment's power: below is no speech


@dataclass(frozen=True, eq=False)
class Mixed:
    """kind: "clean", "overlap"... voice: who speaks (first). start, stop: seconds of the second."""

    kind: str
    voice: str
    sound: Samples
    start: float = 0.0
    stop: float = 0.0


def learners(folder: Path) -> list[str]:
    """The speakers of LibriSpeech that rules may be learned from; LJ Speech is one more."""
    return speakers(folder)[0::2]


def judges(folder: Path) -> list[str]:
    """The others, on whom they are measured."""
    return speakers(folder)[1::2]


def utterances(folder: Path, speaker: str) -> list[Samples]:
    """What a speaker read, without the silence around it. speaker: a number, or "lj"."""
    place = "ljspeech" if speaker == "lj" else f"librispeech-test-other/{speaker}"
    found = []
    for path in sorted((folder / place).glob("*.flac")):
        sound, rate = soundfile.read(path, dtype="float32")
        sound = resampled(Waveform(sound, rate), RATE).samples
        loud = np.flatnonzero(_level(sound) > _level(sound).max() * 1e-4)
        found.append(sound[loud[0] : loud[-1] + 1])
    return found


def clips(folder: Path, people: list[str], seed: int) -> list[tuple[str, Samples]]:
    """Pieces of 2 to 7 s, cut where it is quiet."""
    rng, found = np.random.default_rng(seed), []
    for speaker in people:
        for sound in utterances(folder, speaker):
            at = 0
            while sound.size - at > 1.5 * RATE:
                stop = _cut(sound, at, int(rng.uniform(SHORTEST, LONGEST) * RATE))
                found.append((speaker, sound[at:stop]))
                at = stop
    return found


def _cut(sound: Samples, at: int, length: int) -> int:
    if sound.size - at - length < 1.5 * RATE:
        return min(sound.size, at + 8 * RATE)
    near = range(at + length - RATE // 4, at + length + RATE // 4, FADE)
    return min(near, key=lambda i: float(np.square(sound[i : i + 320]).sum()))


def as_another(sound: Samples, factor: float) -> Samples:
    """Faster and higher, or slower and lower: nearly another person."""
    other = resampled(Waveform(sound, round(RATE * factor)), RATE)
    return other.samples


def somebody_else(
    pool: list[tuple[str, Samples]], than: str, rng: np.random.Generator
) -> tuple[str, Samples]:
    """A clip of another person, of a second or more. Names before "@" tell people apart."""
    while True:
        name, sound = pool[rng.integers(len(pool))]
        if name.split("@")[0] != than.split("@")[0] and sound.size > RATE:
            return name, sound


def talked_over(
    name: str, first: Samples, second: Samples, level_db: float, start: float, seconds: float
) -> Mixed:
    """Both at once for a while; the second so much louder (below 0: weaker) while they speak."""
    count, at = int(seconds * RATE), int(start * RATE)
    count = min(count, first.size - at)
    part = np.resize(second, count).astype(np.float32)
    fade = min(FADE, count // 4)
    part[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    part[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    gain = np.sqrt(speaking_power(first) / speaking_power(second) * 10 ** (level_db / 10))
    sound = first.copy()
    sound[at : at + count] += np.float32(gain) * part
    return Mixed("overlap", name, sound, start, start + count / RATE)


def a_talk_over(
    pool: list[tuple[str, Samples]], name: str, sound: Samples, rng: np.random.Generator
) -> Mixed:
    """Somebody else at once, 0 to 6 dB weaker, throughout or for 0.7 s and more of it."""
    other, second = somebody_else(pool, name, rng)
    length = sound.size / RATE
    seconds = min(length, rng.uniform(0.7, length)) if rng.random() < 0.6 else length
    start = rng.uniform(0, length - seconds)
    return talked_over(f"{name}+{other}", sound, second, rng.uniform(-6, 0), start, seconds)


def speaking_power(sound: Samples) -> float:
    """Mean power of the moments in which somebody speaks."""
    level = _level(sound)
    return float(level[level > level.max() * QUIET].mean()) + 1e-12


def _level(sound: Samples) -> np.ndarray:
    return np.convolve(np.square(sound, dtype=np.float64), np.full(320, 1 / 320), "same")
