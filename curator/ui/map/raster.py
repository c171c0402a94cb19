"""A hundred thousand marks into one picture, in a few milliseconds and without a graphics card.

Few marks are stamped one by one, each with its shape. Of many only colours can be told apart: every
one is a pixel first, and then the whole picture of pixels is thickened, which costs the same
however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from curator.ui.map.marks import Stamp

Whole = NDArray[np.int32] | NDArray[np.intp]
Codes = NDArray[np.uint8]

SOFT = 128
"""Added to the code of a layer, its soft edge; so there may be 127 layers."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Marks of one kind. colour, edge: pixels, the edge's when many are drawn."""

    stamp: Stamp
    colour: int
    edge: int


class Raster:
    """A picture of width x height pixels on a plain ground.

    border: pixels around it that marks at its edge may write to; no mark may reach beyond.
    """

    def __init__(self, width: int, height: int, ground: int, border: int) -> None:
        self.width, self.height, self._border = width, height, border
        self._stride = width + 2 * self._border
        shape = (height + 2 * self._border, self._stride)
        self._pixels = np.full(shape, ground, np.uint32)
        self._ground = ground

    def stamp(self, rows: Whole, columns: Whole, stamp: Stamp) -> None:
        """Put a mark at each of these pixels, later ones over earlier ones."""
        at = (rows + self._border) * self._stride + columns + self._border
        where = at[:, None] + (stamp.down * self._stride + stamp.right)
        self._pixels.reshape(-1)[where] = stamp.colours

    def thicken(
        self, rows: Whole, columns: Whole, layers: Codes, of: Sequence[Layer], radius: int
    ) -> None:
        """Put a disc at each of these pixels. layers: which of ``of``, the last ones on top.

        Where pixels coincide the later one counts, so they should come by layer.
        """
        seeds = np.zeros((self.height + 2 * self._border, self._stride), np.uint8)
        seeds.reshape(-1)[(rows + self._border) * self._stride + columns + self._border] = (
            layers + 1
        )
        discs = seeds
        for turn in range(radius):
            discs = _squared(discs) if turn % 2 else _crossed(discs)
        rims = _crossed(discs) | SOFT
        np.copyto(rims, discs, where=discs > 0)
        table = np.full(256, self._ground, np.uint32)
        table[1 : len(of) + 1] = [layer.colour for layer in of]
        table[SOFT + 1 : SOFT + len(of) + 1] = [layer.edge for layer in of]
        np.take(table, rims, out=self._pixels, mode="clip")  # the mode that needs no copy

    def image(self) -> QImage:
        """The picture; it shares its memory with this, which must live as long."""
        first = self._border * self._stride + self._border
        return QImage(
            self._pixels.reshape(-1)[first:].data,
            self.width,
            self.height,
            4 * self._stride,
            QImage.Format.Format_RGB32,
        )


def _crossed(codes: Codes) -> Codes:
    """Each pixel as the highest of itself and its four neighbours."""
    out = codes.copy()
    np.maximum(out[1:], codes[:-1], out=out[1:])
    np.maximum(out[:-1], codes[1:], out=out[:-1])
    np.maximum(out[:, 1:], codes[:, :-1], out=out[:, 1:])
    np.maximum(out[:, :-1], codes[:, 1:], out=out[:, :-1])
    return out


def _squared(codes: Codes) -> Codes:
    """Each pixel as the highest of itself and its eight neighbours."""
    out = codes.copy()
    np.maximum(out[1:], codes[:-1], out=out[1:])
    np.maximum(out[:-1], codes[1:], out=out[:-1])
    wide = out.copy()
    np.maximum(wide[:, 1:], out[:, :-1], out=wide[:, 1:])
    np.maximum(wide[:, :-1], out[:, 1:], out=wide[:, :-1])
    return wide
