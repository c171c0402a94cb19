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

BLOCK = 16_384
"""Pixels that are coloured at once."""

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
    """Image of width x height pixels on a plain ground. Reuse it: fresh memory costs more time.

    border: width in pixels of a margin that marks at the edge may write to; no mark is larger.
    """

    def __init__(self, width: int, height: int, ground: int, border: int) -> None:
        self.width, self.height, self.border = width, height, border
        self._stride = width + 2 * border
        shape = (height + 2 * border, self._stride)
        self._pixels = np.empty(shape, np.uint32)
        self._codes, self._spare = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
        self._block = np.empty((max(1, BLOCK // width), width), np.intp)
        self._shades = np.empty(self._block.shape, np.uint16)
        self.clear(ground)

    def clear(self, ground: int) -> None:
        """Remove all marks. ground: pixel value."""
        self._ground = ground
        self._pixels.fill(ground)

    def _inside(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """View of an array with margins without them."""
        edge = self.border
        return pixels[edge : edge + self.height, edge : edge + self.width]

    def stamp(self, rows: Pixels, columns: Pixels, stamp: Stamp) -> None:
        """Draw a mark at each pixel, later ones over earlier ones."""
        at = (rows + self.border) * self._stride + columns + self.border
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
        codes, spare = self._codes, self._spare
        codes.fill(0)
        codes.reshape(-1)[(rows + self.border) * self._stride + columns + self.border] = layers + 1
        for iteration in range(radius):
            if iteration % 2:
                _max_of_8(codes, spare)
            else:
                _max_of_4(codes, spare)
                codes, spare = spare, codes
        _max_of_4(codes, spare)
        # a disc is its layer, its edge SOFT more, the ground SOFT - 1: without marks, 0 - 1 is 255
        codes -= 1
        spare |= SOFT
        spare -= 1
        np.minimum(codes, spare, out=codes)
        colours = _colours(styles, self._ground, shaded=bands is not None)
        self._paint(self._inside(codes), colours, bands)

    def _paint(self, codes: Codes, colours: NDArray[np.uint32], bands: Codes | None) -> None:
        """Set the pixels by their codes, in blocks that fit into the processor's cache."""
        pixels, step = self._inside(self._pixels), len(self._block)
        for top in range(0, self.height, step):
            part = slice(top, min(top + step, self.height))
            block, shades = self._block[: part.stop - top], self._shades[: part.stop - top]
            if bands is None:
                block[:] = codes[part]
            else:
                np.left_shift(bands[part], 8, out=shades, dtype=np.uint16)
                np.bitwise_or(shades, codes[part], out=block, casting="unsafe")
            np.take(colours, block, out=pixels[part], mode="clip")  # clip mode needs no copy

    def image(self) -> QImage:
        """Return the image; it shares memory with this object, which must outlive it."""
        first = self.border * self._stride + self.border
        return QImage(
            self._pixels.reshape(-1)[first:].data,
            self.width,
            self.height,
            4 * self._stride,
            QImage.Format.Format_RGB32,
        )


def _colours(styles: Sequence[Layer], ground: int, *, shaded: bool) -> NDArray[np.uint32]:
    """Pixel value by code, and by 256 times the band if shaded."""
    table = np.full(256, ground, np.uint32)
    table[: len(styles)] = [layer.colour for layer in styles]
    table[SOFT : SOFT + len(styles)] = [layer.edge for layer in styles]
    if not shaded:
        return table
    tables = np.tile(table, (max(1, max(len(layer.shades) for layer in styles)), 1))
    for number, layer in enumerate(styles):
        tables[: len(layer.shades), number] = layer.shades
    return tables.reshape(-1)


def _max_of_4(codes: Codes, out: Codes) -> None:
    """Maximum of each pixel and its four neighbours."""
    np.copyto(out, codes)
    np.maximum(out[1:], codes[:-1], out=out[1:])
    np.maximum(out[:-1], codes[1:], out=out[:-1])
    np.maximum(out[:, 1:], codes[:, :-1], out=out[:, 1:])
    np.maximum(out[:, :-1], codes[:, 1:], out=out[:, :-1])


def _max_of_8(codes: Codes, spare: Codes) -> None:
    """Replace each pixel by the maximum of itself and its eight neighbours."""
    np.copyto(spare, codes)
    np.maximum(spare[1:], codes[:-1], out=spare[1:])
    np.maximum(spare[:-1], codes[1:], out=spare[:-1])
    np.copyto(codes, spare)
    np.maximum(codes[:, 1:], spare[:, :-1], out=codes[:, 1:])
    np.maximum(codes[:, :-1], spare[:, 1:], out=codes[:, :-1])
