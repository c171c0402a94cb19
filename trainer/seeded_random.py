"""Counter-based random numbers keyed by (seed, purpose, epoch, clip).

They are independent of worker, rank and resume, so no generator state has to be saved.
"""

import hashlib

import numpy as np


def generator(seed: int, purpose: str, epoch: int, clip: str = "") -> np.random.Generator:
    """Generator for a key; the same key always gives the same numbers."""
    return np.random.default_rng(number(seed, purpose, epoch, clip))


def number(seed: int, purpose: str, epoch: int, clip: str = "") -> int:
    """63-bit integer from a key, to seed other generators."""
    text = f"{seed}\0{purpose}\0{epoch}\0{clip}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
