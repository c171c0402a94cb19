"""Bounds of network sizes in the configuration of a base, for before it is built.

A configuration of a few bytes may ask for billions of layers or for a matrix of terabytes. What a
network holds must also be in the file of its weights.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from trainer.errors import BrokenBase

MAX_LAYERS = 256
MAX_HEADS = 512
MAX_WIDTH = 1 << 15
MAX_ANY = 1 << 20  # tokens, positions, samples per second
LIMITS = (
    (("layers", "depth", "blocks"), MAX_LAYERS),
    (("heads",), MAX_HEADS),
    (("width", "channels", "dim", "forward", "hidden"), MAX_WIDTH),
)


def require_sizes(sizes: Mapping[str, object], path: Path) -> None:
    """Raise BrokenBase for a number that no network of this kind has.

    path: of the configuration.
    The end of a name says what is counted: layers, heads, channels; others are below a million.
    """
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        most = next((most for words, most in LIMITS if name.endswith(words)), MAX_ANY)
        if not math.isfinite(value) or not -MAX_ANY <= value <= most:
            raise BrokenBase(
                f"{path} asks for {name} = {value:.6g}; at most {most:,} are possible.",
                "Get the base from its publisher.",
            )


def require_in_file(numbers: int, weights: Path, config: Path) -> None:
    """Raise BrokenBase for a network of more numbers than its weights have bytes."""
    size = weights.stat().st_size
    if numbers > size:
        raise BrokenBase(
            f"{config} asks for {numbers:,} numbers, and {weights.name} has {size:,} bytes.",
            "Both files must be of one model.",
        )


def whole(sizes: Mapping[str, object], name: str, path: Path) -> int:
    """A size that must be a positive integer; BrokenBase if it is not."""
    value = sizes.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BrokenBase(f"{path}: {name} is {value!r:.80} instead of a positive integer.")
    return value
