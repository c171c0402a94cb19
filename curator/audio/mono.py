"""Channels into one, always in the same order of additions, so that a part equals the whole."""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import FULL_SCALE_16, Samples

# Not x.mean(axis=1) nor a matrix product: both are slower, and the latter rounds differently
# depending on where in a block a sample stands.


def mean_of_channels(block: NDArray[np.int16 | np.float32]) -> Samples:
    """block: (frames, channels), int16 or in [-1, 1]. Returns float32; may share its memory."""
    channels = block.shape[1]
    full_scale = FULL_SCALE_16 if block.dtype == np.int16 else 1.0
    if channels == 1 and full_scale == 1.0:
        return np.ascontiguousarray(block[:, 0], np.float32)
    scale = np.float32(1 / (full_scale * channels))
    if channels == 1:
        return np.multiply(block[:, 0], scale, dtype=np.float32)
    mixed: Samples = np.add(block[:, 0], block[:, 1], dtype=np.float32)
    for channel in range(2, channels):
        mixed += block[:, channel]
    mixed *= scale
    return mixed


def silence_broken(block: NDArray[np.int16 | np.float32]) -> int:
    """Set NaN and infinity to 0 in place; returns how many there were."""
    finite = np.isfinite(block)
    broken = block.size - int(np.count_nonzero(finite))
    if broken:
        block[~finite] = 0
    return broken
