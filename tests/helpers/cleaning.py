"""Speech with what recordings come with mixed in at known levels, and what cleaners make of it."""

from pathlib import Path

import numpy as np
import soundfile

from curator.audio.intake import take_in
from curator.audio.waveform import Samples
from curator.domain.recipe import RecipeStep
from curator.domain.recording import Recording
from curator.stages.cleaning.clean import cleaned
from curator.stages.cleaning.cleaners import Equipment, info_of
from curator.stages.cleaning.stream import Sound

CPU = Equipment("cpu")


def a_step(key: str, **settings: float) -> RecipeStep:
    """A step with its usual settings but for those given."""
    info = info_of(key)
    usual = {name: setting.usual for name, setting in info.settings.items()}
    return RecipeStep.of(key, info.version, usual | settings)


def cleaned_by(
    steps: list[RecipeStep], samples: Samples, rate: int, block: int = 1 << 16
) -> Samples:
    """What the steps make of it, heard in blocks of that size."""
    return cleaned(lambda: Sound.of(samples, rate, block), steps, CPU).all()


def lag(made: Samples, of: Samples) -> int:
    """By how many samples ``made`` is later, where the two are most alike."""
    size = 1 << (made.size + of.size - 1).bit_length()
    alike = np.fft.irfft(np.fft.rfft(made, size) * np.conj(np.fft.rfft(of, size)))
    found = int(np.argmax(alike))
    return found if found < size // 2 else found - size


def taken_in(path: Path, cache: Path) -> Recording:
    """A file as an imported recording."""
    cache.mkdir(exist_ok=True)
    found = take_in(path, cache)
    return Recording(
        1, found.path, found.content_hash, found.size, found.mtime_ns, found.rate,
        found.channels, found.samples, found.container, "", "",
    )  # fmt: skip


def librispeech(folder: Path, speaker: str, count: int) -> list[Samples]:
    """The first utterances of a speaker, 16 kHz."""
    files = sorted((folder / "librispeech-test-other" / speaker).glob("*.flac"))[:count]
    return [soundfile.read(path, dtype="float32")[0] for path in files]


def speakers(folder: Path) -> list[str]:
    """The speakers there are."""
    top = folder / "librispeech-test-other"
    return sorted(path.name for path in top.iterdir() if path.is_dir())


def mixed(speech: Samples, other: Samples, snr_db: float) -> Samples:
    """``other`` under the speech, so much weaker than it."""
    own = float(np.mean(np.square(speech, dtype=np.float64)))
    power = float(np.mean(np.square(other, dtype=np.float64)))
    return (speech + other * np.sqrt(own / power / 10 ** (snr_db / 10))).astype(np.float32)


def pink_noise(samples: int, seed: int = 0) -> Samples:
    """Noise that falls by 3 dB an octave, as rooms and crowds do."""
    white = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    return np.fft.irfft(white / np.sqrt(np.arange(white.size) + 1.0), samples).astype(np.float32)


def hum(samples: int, rate: int, hz: float = 50.0) -> Samples:
    """Mains hum with its odd multiples."""
    t = np.arange(samples) / rate
    return sum(np.sin(2 * np.pi * hz * k * t) / k for k in (1, 3, 5, 7)).astype(np.float32)


def music(samples: int, rate: int, seed: int = 0) -> Samples:
    """Chords of decaying harmonics, two a second."""
    rng, made = np.random.default_rng(seed), np.zeros(samples)
    for start in range(0, samples, rate // 2):
        t = np.arange(min(rate, samples - start)) / rate
        root = 110.0 * 2 ** (rng.integers(0, 12) / 12)
        for interval in (1.0, 1.26, 1.5, 2.0):
            for k in range(1, 7):
                tone = np.sin(2 * np.pi * root * interval * k * t + rng.uniform(0, 6))
                made[start : start + t.size] += tone * np.exp(-3 * t) / k
    return made.astype(np.float32)


def in_a_room(speech: Samples, rate: int, seconds: float = 0.35, seed: int = 0) -> Samples:
    """The speech with the echoes of a room that die down over ``seconds``."""
    from scipy.signal import fftconvolve

    t = np.arange(round(seconds * rate)) / rate
    tail = np.random.default_rng(seed).standard_normal(t.size) * np.exp(-6.9 * t / seconds)
    echo = np.concatenate([[1.0], 0.15 * tail / np.sqrt(np.sum(tail**2)) * 3])
    return fftconvolve(speech, echo)[: speech.size].astype(np.float32)
