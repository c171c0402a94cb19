"""Pixels of the points in one view; colours do not change them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.ui.map.density import Bands, bands_of
from curator.ui.map.viewport import Viewport

Mask = NDArray[np.bool_]  # (clips,)
Whole = NDArray[np.int32]

MIXING = 0x9E3779B1
"""Multiplicative hash constant that scatters integers over 32 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class ShuffledPoints:
    """Positions of points and a shuffling key. key: 0..65535. missing: rows without a place.

    x, y: 0 where missing.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    key: NDArray[np.uint16]
    missing: NDArray[np.intp]

    @classmethod
    def of(cls, points: NDArray[np.float64]) -> "ShuffledPoints":
        """Build from points of shape (clips, 2), NaN for those without a place."""
        x, y = points.T.astype(np.float32)
        key = (np.arange(len(points), dtype=np.uint32) * np.uint32(MIXING)) >> np.uint32(16)
        missing = np.flatnonzero(np.isnan(x) | np.isnan(y))
        x[missing] = y[missing] = 0.0
        return cls(x, y, key.astype(np.uint16), missing)


class ScreenPoints:
    """Pixel columns and rows of all points in a view, and which are inside it.

    ratio: device pixel ratio. margin: pixels around the view that count as inside. inside: None if
    all are. count: number of points inside.
    """

    def __init__(self, points: ShuffledPoints, view: Viewport, ratio: float, margin: int) -> None:
        self.points, self.view, self.ratio = points, view, ratio
        scale = np.float32(view.scale * ratio)
        columns = (points.x - np.float32(view.x)) * scale + np.float32(view.width * ratio / 2)
        rows = (np.float32(view.y) - points.y) * scale + np.float32(view.height * ratio / 2)
        inside = (columns > -margin) & (columns < view.width * ratio + margin)
        inside &= (rows > -margin) & (rows < view.height * ratio + margin)
        inside[points.missing] = False
        with np.errstate(invalid="ignore"):  # beyond int32 at a high zoom, and not inside
            self.columns: Whole = columns.astype(np.int32)
            self.rows: Whole = rows.astype(np.int32)
        self.count = int(np.count_nonzero(inside))
        self.inside: Mask | None = None if self.count == inside.size else inside
        self._bands: Bands | None = None

    def is_of(self, points: ShuffledPoints, view: Viewport, ratio: float) -> bool:
        """Whether these are the pixels of these points in this view."""
        return self.points is points and self.view == view and self.ratio == ratio

    def bands(self, height: int, width: int, mark: int) -> Bands:
        """Density bands, see `bands_of`; computed once."""
        if self._bands is None:
            rows, columns = self.rows, self.columns
            if self.inside is not None:
                rows, columns = rows[self.inside], columns[self.inside]
            self._bands = bands_of(rows, columns, height, width, mark)
        return self._bands
