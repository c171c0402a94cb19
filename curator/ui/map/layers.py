"""Drawing order of the points: filtered ones lowest, highlighted ones on top, entries mixed."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from curator.ui.map.colouring import Colouring, LegendEntry
from curator.ui.map.density import BANDS, darker
from curator.ui.map.marks import DOT, REMEMBERED, as_pixel, mixed, stamp
from curator.ui.map.raster import SOFT, Layer
from curator.ui.map.screen_points import ScreenPoints, ShuffledPoints, Whole
from curator.ui.theme import Roles

Mask = NDArray[np.bool_]  # (clips,)

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


@dataclass(frozen=True, slots=True, eq=False)
class DrawOrder:
    """Points with a place, the lowest first. of: index into ``layers`` of each point.

    rows: of the points. layers: legend entry and visibility.
    """

    rows: NDArray[np.intp]
    of: NDArray[np.uint8]
    layers: tuple[tuple[LegendEntry, int], ...]

    def on_screen(self, screen: ScreenPoints) -> tuple[Whole, Whole, NDArray[np.uint8]]:
        """Pixel columns, pixel rows and layers of the points in view."""
        rows, layers = self.rows, self.of
        if screen.inside is not None:
            is_seen = screen.inside.take(rows)
            rows, layers = rows[is_seen], layers[is_seen]
        return screen.columns.take(rows), screen.rows.take(rows), layers


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
    return DrawOrder(order, layer.take(order), tuple(layers))


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
