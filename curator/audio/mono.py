"""Channels into one, always in the same order of additions, so that a part equals the whole."""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import FULL_SCALE_16, Samples

# Not x.mean(axis=1) nor a matrix product: both are slower, and the latter rounds differently
# depending on where in a block a sample stands.


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
