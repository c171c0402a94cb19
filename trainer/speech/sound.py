"""Sound as the listeners take it: 16 kHz mono float32."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.foreign_files import read_audio
from trainer.runs.files import replacing

LISTENING_RATE = 16_000  # Hz; of Whisper, Silero, Resemblyzer and DNSMOS

Samples = NDArray[np.float32]  # (samples,), -1..1


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono samples and their rate in Hz."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate


def read_sound(path: Path) -> Sound:
    """A file's sound, all channels mixed; OSError or soundfile's error where it cannot be read."""
    samples, rate = read_audio(path)
    return Sound(np.nan_to_num(samples.mean(axis=1), posinf=0.0, neginf=0.0), rate)


def for_listening(sound: Sound) -> Samples:
    """The same sound at 16 kHz."""
    import soxr

    if sound.rate == LISTENING_RATE:
        return sound.samples
    resampled: Samples = soxr.resample(sound.samples, sound.rate, LISTENING_RATE)
    return resampled


def write_sound(path: Path, sound: Sound) -> None:
    """A 16-bit WAV file, there whole or not at all."""
    import soundfile

    samples = np.clip(sound.samples, -1.0, 1.0)
    with replacing(path) as temporary:
        soundfile.write(temporary, samples, sound.rate, format="WAV", subtype="PCM_16")
