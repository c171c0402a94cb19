"""Channels into one, always in the same order of additions, so that a part equals the whole."""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import FULL_SCALE_16, Samples

# Not x.mean(axis=1) nor a matrix product: both are slower, and the latter rounds differently
# depending on where in a block a sample stands.

STEREO = 2
CANCELLED = 0.05
"""Energy of the mean over that of the channels below which they cancel: correlation below -0.9."""

UNRELATED = 0.1
"""Absolute correlation below which two channels hold different sound."""

ACTIVE = 0.01
"""Energy of the weaker channel over that of the stronger (-20 dB) from which both hold sound."""

CLEARLY = 1.1
"""Energy of one channel over that of the other from which it is louder; less is rounding."""


class Mixdown:
    """Takes one channel or the mean of all; counts broken values and compares two channels.

    channel: counted from 0; None is the mean. gain: factor of every sample. silenced: number of
    values that were NaN or infinite so far.
    """

    def __init__(self, channel: int | None, gain: float) -> None:
        self.channel = channel
        self.silenced = 0
        self._gain = np.float32(gain)
        self._left = self._right = self._product = 0.0

    def mix(self, block: NDArray[np.int16 | np.float32], may_be_broken: bool = False) -> Samples:
        """block: (frames, channels), int16 or in [-1, 1]. Returns float32; may share its memory."""
        if may_be_broken:
            self.silenced += silence_broken(block)
        if self.channel is not None:
            mixed = mean_of_channels(block[:, self.channel : self.channel + 1])
        else:
            mixed = mean_of_channels(block)
            if block.shape[1] == STEREO:
                self._compare(block)
        return mixed if self._gain == 1 else mixed * self._gain

    @property
    def cancels(self) -> bool:
        """Whether two channels are of nearly opposite phase, so that their mean is all but gone."""
        whole = self._left + self._right
        return whole > 0 and (whole + 2 * self._product) / 2 < CANCELLED * whole

    @property
    def louder(self) -> int:
        """The channel with clearly more energy, else the left one."""
        return int(self._right > CLEARLY * self._left)

    @property
    def is_of_two_sounds(self) -> bool:
        """Whether two channels hold unrelated sounds of comparable level."""
        weaker, stronger = sorted((self._left, self._right))
        if stronger <= 0 or weaker < ACTIVE * stronger:
            return False
        return abs(self._product) < UNRELATED * float(np.sqrt(weaker * stronger))

    def _compare(self, block: NDArray[np.int16 | np.float32]) -> None:
        left, right = (np.ascontiguousarray(block[:, side], np.float32) for side in (0, 1))
        if block.dtype == np.int16:
            left, right = left / FULL_SCALE_16, right / FULL_SCALE_16
        self._left += float(np.dot(left, left))
        self._right += float(np.dot(right, right))
        self._product += float(np.dot(left, right))


def mean_of_channels(block: NDArray[np.int16 | np.float32]) -> Samples:
    """block: (frames, channels), int16 or in [-1, 1]. Returns float32; may share its memory."""
    channels = block.shape[1]
    scale = 1 / channels / (FULL_SCALE_16 if block.dtype == np.int16 else 1)
    # All at once first: adding strided int16 takes twice as long as adding strided float32.
    values = block.astype(np.float32, copy=False)
    if channels == 1:
        return values[:, 0] if scale == 1 else values[:, 0] * np.float32(scale)
    mixed: Samples = values[:, 0] + values[:, 1]
    for channel in range(2, channels):
        mixed += values[:, channel]
    mixed *= np.float32(scale)
    return mixed


def silence_broken(block: NDArray[np.int16 | np.float32]) -> int:
    """Set NaN and infinity to 0 in place; returns how many there were."""
    finite = np.isfinite(block)
    broken = block.size - int(np.count_nonzero(finite))
    if broken:
        block[~finite] = 0
    return broken
