"""Drawing order of the points: filtered ones lowest, highlighted ones on top, entries mixed."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from curator.ui.map.colouring import Colouring, LegendEntry
from curator.ui.map.density import BANDS, darker
from curator.ui.map.marks import DOT, REMEMBERED, as_pixel, mixed, stamp
from curator.ui.map.raster import SOFT, Layer
from curator.ui.map.viewport import Viewport
from curator.ui.theme import Roles

Mask = NDArray[np.bool_]  # (clips,)
Whole = NDArray[np.int32]

HIDDEN, DIM, FULL = 0, 1, 2
"""Visibility of a point: filtered out, not highlighted, highlighted."""

DIMMED = 0.68
FAINT = 0.84
RIM = 0.35
"""Share of the background in dim marks, in faint ones, and in the soft edge of small discs."""

RARE = 0.02
"""Entries with a smaller share of the points are drawn over the others."""

NOT_DRAWN = 255
"""Layer of points without a place, above all others."""

MIXING = 0x9E3779B1
"""Multiplicative hash constant that scatters integers over 32 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawOrder:
    """Points with a place, the lowest first. of: index into ``layers`` of each point.

    layers: legend entry and visibility.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    of: NDArray[np.uint8]
    layers: tuple[tuple[LegendEntry, int], ...]

    def on_screen(
        self, view: Viewport, ratio: float, margin: int
    ) -> tuple[Whole, Whole, NDArray[np.uint8]]:
        """Pixel columns, pixel rows and layers of the points in view. ratio: device pixel ratio."""
        scale = np.float32(view.scale * ratio)
        columns = (self.x - np.float32(view.x)) * scale + np.float32(view.width * ratio / 2)
        rows = (np.float32(view.y) - self.y) * scale + np.float32(view.height * ratio / 2)
        inside = (columns > -margin) & (columns < view.width * ratio + margin)
        inside &= (rows > -margin) & (rows < view.height * ratio + margin)
        if inside.all():
            return columns.astype(np.int32), rows.astype(np.int32), self.of
        seen = np.flatnonzero(inside)
        return columns[seen].astype(np.int32), rows[seen].astype(np.int32), self.of[seen]


@dataclass(frozen=True, slots=True, eq=False)
class ShuffledPoints:
    """Positions of points and a shuffling key. key: 0..65535. missing: rows without a place."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    key: NDArray[np.uint16]
    missing: NDArray[np.intp]

    @classmethod
    def of(cls, points: NDArray[np.float64]) -> "ShuffledPoints":
        """Build from points of shape (clips, 2), NaN for those without a place."""
        x, y = points.T.astype(np.float32)
        key = (np.arange(len(points), dtype=np.uint32) * np.uint32(MIXING)) >> np.uint32(16)
        return cls(x, y, key.astype(np.uint16), np.flatnonzero(np.isnan(x) | np.isnan(y)))


def draw_order(
    points: ShuffledPoints, colouring: Colouring, shown: Mask, highlighted: Mask | None
) -> DrawOrder:
    """Order of drawing. shown: passes the filters. highlighted: None for all."""
    entries, codes = colouring.entries, colouring.codes
    counts = np.bincount(codes, minlength=len(entries))
    quiet = np.array([entry.shape == DOT for entry in entries])
    rank = np.argsort(np.argsort(~quiet, kind="stable"), kind="stable").astype(np.uint8)
    many = np.uint8(len(entries))
    rounds = (SOFT - 2) // len(entries) - 1  # layers of each entry: what overlaps is shuffled
    top = (counts < RARE * codes.size) & ~quiet
    first = 1 + many + rank + np.where(top, (rounds - 1) * many, 0).astype(np.uint8)
    layer = first.take(codes)
    is_shuffled = (~quiet & ~top).take(codes)
    shift = ((points.key * np.uint32(rounds)) >> np.uint32(16)).astype(np.uint8) * many
    np.add(layer, shift, out=layer, where=is_shuffled)
    if highlighted is not None:
        np.copyto(layer, (1 + rank).take(codes), where=~highlighted)
    layer[~shown] = 0
    layer[points.missing] = NOT_DRAWN
    order = np.argsort(layer, kind="stable")[: layer.size - points.missing.size]
    by_rank = [entries[i] for i in np.argsort(rank)]
    layers = [(entries[0], HIDDEN), *((entry, DIM) for entry in by_rank)]
    layers += [(entry, FULL) for _ in range(rounds) for entry in by_rank]
    return DrawOrder(points.x.take(order), points.y.take(order), layer.take(order), tuple(layers))


@lru_cache(maxsize=REMEMBERED)
def layer_of(entry: LegendEntry, level: int, size: int, colours: Roles) -> Layer:
    """Mark of a legend entry. level: HIDDEN, DIM or FULL. size: of the mark, pixels."""
    ground = colours.surface
    if level == HIDDEN:
        colour = mixed(colours.edge, ground, FAINT)
        mark = stamp(size, DOT, colour, "", colour, ground)
    else:
        fading = DIMMED if level == DIM else 0.0
        colour = mixed(entry.colour, ground, fading)
        outline = mixed(colours.text, ground, fading)
        letter = entry.letter if level == FULL else ""  # on a faded mark it would shine
        mark = stamp(size, entry.shape, colour, letter, outline, ground)
    shades = (
        tuple(darker(colour, colours.text, band) for band in range(BANDS)) if level == FULL else ()
    )
    return Layer(mark, as_pixel(colour), as_pixel(mixed(colour, ground, RIM)), shades)
