"""Randomness that belongs to what it is drawn for, not to who draws it or when.

Each draw has its own generator keyed by (seed, purpose, epoch, clip). Workers, ranks and a
resumed run therefore see the same batches without any state to carry along.
"""

import hashlib

import numpy as np


def generator(seed: int, purpose: str, epoch: int, clip: str = "") -> np.random.Generator:
    """A generator for one purpose; the same key always gives the same numbers."""
    return np.random.default_rng(number(seed, purpose, epoch, clip))


def number(seed: int, purpose: str, epoch: int, clip: str = "") -> int:
    """63 bits from the key, for generators that are seeded with a number."""
    text = f"{seed}\0{purpose}\0{epoch}\0{clip}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
