"""Samples in memory with their rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # (samples,)
Samples16 = NDArray[np.int16]  # (samples,)

FULL_SCALE_16 = 32768.0
CACHE_RATE = 16_000
"""Hz of the mono int16 copy that all stages hear: Whisper, Silero, Resemblyzer, DNSMOS take it."""


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """float32 mono samples in [-1, 1] at ``rate`` Hz."""

    samples: Samples
    rate: int

    @classmethod
    def from_int16(cls, samples: Samples16, rate: int) -> "Waveform":
        """The same sound as float32."""
        return cls(samples.astype(np.float32) / np.float32(FULL_SCALE_16), rate)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples.size / self.rate
