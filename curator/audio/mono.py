"""Channels into one, always in the same order of additions, so that a part equals the whole."""

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import FULL_SCALE_16, Samples

# Not x.mean(axis=1) nor a matrix product: both are slower, and the latter rounds differently
# depending on where in a block a sample stands.


def mean_of_channels16(block: NDArray[np.int16]) -> Samples:
    """block: (frames, channels) int16. Returns float32 in [-1, 1]."""
    channels = block.shape[1]
    scale = np.float32(1 / (FULL_SCALE_16 * channels))
    if channels == 1:
        return np.multiply(block[:, 0], scale, dtype=np.float32)
    mixed: Samples = np.add(block[:, 0], block[:, 1], dtype=np.float32)
    for channel in range(2, channels):
        mixed += block[:, channel]
    mixed *= scale
    return mixed


def mean_of_channels(block: NDArray[np.float32]) -> Samples:
    """block: (frames, channels) float32. Returns float32; may share memory with ``block``."""
    channels = block.shape[1]
    if channels == 1:
        return np.ascontiguousarray(block[:, 0])
    mixed = np.add(block[:, 0], block[:, 1])
    for channel in range(2, channels):
        mixed += block[:, channel]
    mixed *= np.float32(1 / channels)
    return mixed


def silence_broken(block: NDArray[np.float32]) -> int:
    """Set NaN and infinity to 0 in place; returns how many there were."""
    finite = np.isfinite(block)
    broken = block.size - int(np.count_nonzero(finite))
    if broken:
        block[~finite] = 0.0
    return broken
