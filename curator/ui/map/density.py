"""Density of many points as bands that darken the map where clips lie close together."""

import numpy as np
from numpy.typing import NDArray

from curator.ui.map.marks import as_pixel, mixed
from curator.ui.map.raster import Pixels

MANY = 5_000
"""Points in view from which their density is shaded."""

CELL = 4
"""Size of a cell that counts points, in device pixels."""

BANDS = 8
"""Levels of shading; the first is unshaded."""

SPREAD = 5
"""Passes of the blur, in cells."""

DARKEST = 0.55
"""Share of the text colour in the marks of the densest band."""

Bands = NDArray[np.uint8]  # (height, width), 0..BANDS - 1


def bands_of(rows: Pixels, columns: Pixels, height: int, width: int, mark: int) -> Bands:
    """Band per pixel: the next one for twice as many points that cover one another.

    mark: width of the marks in pixels. Points that do not overlap are in the first band.
    """
    down, across = -(-height // CELL), -(-width // CELL)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    cells = (rows[inside] // CELL) * across + columns[inside] // CELL
    counts = np.bincount(cells, minlength=down * across).astype(np.float32).reshape(down, across)
    for _ in range(SPREAD):
        counts = _blurred(counts)
    counts *= mark**2 / CELL**2  # points that cover a pixel
    cells_banded = np.log2(np.clip(counts, 1, 2 ** (BANDS - 1))).astype(np.uint8)
    return cells_banded.repeat(CELL, axis=0).repeat(CELL, axis=1)[:height, :width]


def darker(colour: str, text: str, band: int) -> int:
    """Pixel value of a colour in a band: the higher, the more of the text colour."""
    return as_pixel(mixed(colour, text, DARKEST * band / (BANDS - 1)))


def _blurred(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.pad(counts, 1)
    across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    blurred: NDArray[np.float32] = (across[:-2] + 2 * across[1:-1] + across[2:]) / 16
    return blurred
