"""Software rasteriser: draws 100,000 marks in a few milliseconds without a GPU.

Few marks are stamped one by one, each with its shape. Many marks are single pixels that the whole
image dilates to discs, so the cost does not depend on their number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from curator.ui.map.marks import Stamp

Pixels = NDArray[np.int32] | NDArray[np.intp]
Codes = NDArray[np.uint8]

SOFT = 128
"""Code offset of the anti-aliased edge of a layer; limits the layers to 127."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Style of marks. colour, edge: pixel values; edge is used for dilated marks.

    shades: colours of dilated marks by band of density; empty if they are not shaded.
    """

    stamp: Stamp
    colour: int
    edge: int
    shades: tuple[int, ...] = ()


class Raster:
    """Image of width x height pixels on a plain ground.

    border: width in pixels of a margin that marks at the edge may write to; no mark is larger.
    """

    def __init__(self, width: int, height: int, ground: int, border: int) -> None:
        self.width, self.height, self._border = width, height, border
        self._stride = width + 2 * self._border
        shape = (height + 2 * self._border, self._stride)
        self._pixels = np.full(shape, ground, np.uint32)
        self._ground = ground

    def _inside(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """View of an array with margins without them."""
        edge = self._border
        return pixels[edge : edge + self.height, edge : edge + self.width]

    def stamp(self, rows: Pixels, columns: Pixels, stamp: Stamp) -> None:
        """Draw a mark at each pixel, later ones over earlier ones."""
        at = (rows + self._border) * self._stride + columns + self._border
        where = at[:, None] + (stamp.down * self._stride + stamp.right)
        self._pixels.reshape(-1)[where] = stamp.colours

    def dilate(
        self,
        rows: Pixels,
        columns: Pixels,
        layers: Codes,
        styles: Sequence[Layer],
        radius: int,
        bands: Codes | None = None,
    ) -> None:
        """Draw a disc at each pixel. layers: index into ``styles`` per pixel, the highest on top.

        bands: (height, width), index into the shades of the styles per pixel; None for no shading.

        The last of coinciding pixels is drawn, so pixels must be sorted by layer.
        """
        seeds = np.zeros((self.height + 2 * self._border, self._stride), np.uint8)
        seeds.reshape(-1)[(rows + self._border) * self._stride + columns + self._border] = (
            layers + 1
        )
        discs = seeds
        for iteration in range(radius):
            discs = _max_of_8(discs) if iteration % 2 else _max_of_4(discs)
        rims = _max_of_4(discs) | SOFT
        np.copyto(rims, discs, where=discs > 0)
        table = np.full(256, self._ground, np.uint32)
        table[1 : len(styles) + 1] = [layer.colour for layer in styles]
        table[SOFT + 1 : SOFT + len(styles) + 1] = [layer.edge for layer in styles]
        if bands is None:
            np.take(table, rims, out=self._pixels, mode="clip")  # clip mode needs no copy
            return
        tables = np.tile(table, (max(len(layer.shades) for layer in styles), 1))
        for number, layer in enumerate(styles, 1):
            tables[: len(layer.shades), number] = layer.shades
        codes = rims.astype(np.uint16)
        self._inside(codes)[:] |= bands.astype(np.uint16) << 8
        np.take(tables.reshape(-1), codes, out=self._pixels, mode="clip")

    def image(self) -> QImage:
        """Return the image; it shares memory with this object, which must outlive it."""
        first = self._border * self._stride + self._border
        return QImage(
            self._pixels.reshape(-1)[first:].data,
            self.width,
            self.height,
            4 * self._stride,
            QImage.Format.Format_RGB32,
        )


def _max_of_4(codes: Codes) -> Codes:
    """Maximum of each pixel and its four neighbours."""
    out = codes.copy()
    np.maximum(out[1:], codes[:-1], out=out[1:])
    np.maximum(out[:-1], codes[1:], out=out[:-1])
    np.maximum(out[:, 1:], codes[:, :-1], out=out[:, 1:])
    np.maximum(out[:, :-1], codes[:, 1:], out=out[:, :-1])
    return out


def _max_of_8(codes: Codes) -> Codes:
    """Maximum of each pixel and its eight neighbours."""
    out = codes.copy()
    np.maximum(out[1:], codes[:-1], out=out[1:])
    np.maximum(out[:-1], codes[1:], out=out[:-1])
    wide = out.copy()
    np.maximum(wide[:, 1:], out[:, :-1], out=wide[:, 1:])
    np.maximum(wide[:, :-1], out[:, 1:], out=wide[:, :-1])
    return wide
