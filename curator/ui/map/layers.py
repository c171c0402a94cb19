"""Which points are drawn over which: faint, dim and full ones, and no kind under all others."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from curator.ui.map.colouring import Colouring, Kind
from curator.ui.map.marks import DOT, REMEMBERED, as_pixel, mixed, stamp
from curator.ui.map.raster import SOFT, Layer
from curator.ui.map.viewport import Viewport
from curator.ui.theme import Roles

Mask = NDArray[np.bool_]  # (clips,)
Whole = NDArray[np.int32]

HIDDEN, DIM, FULL = 0, 1, 2
"""How much of a point is seen: filtered out, not meant now, meant."""

DIMMED = 0.68
FAINT = 0.84
RIM = 0.35
"""How much of the ground is in what is dim or faint, and in the soft edge of one of many."""

RARE = 0.02
"""Kinds with less than this share of the points are drawn over the others."""

NOT_DRAWN = 255
"""The layer of points that have no place, above all others."""

MIXING = 0x9E3779B1
"""Multiplying by it scatters whole numbers over 32 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """The points that have a place, the lowest first. of: which of ``layers`` each is in."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    of: NDArray[np.uint8]
    layers: tuple[tuple[Kind, int], ...]

    def on_screen(
        self, view: Viewport, ratio: float, margin: int
    ) -> tuple[Whole, Whole, NDArray[np.uint8]]:
        """Columns, rows and layers of those in view. ratio: of pixels to those of the view."""
        scale = np.float32(view.scale * ratio)
        columns = (self.x - np.float32(view.x)) * scale + np.float32(view.width * ratio / 2)
        rows = (np.float32(view.y) - self.y) * scale + np.float32(view.height * ratio / 2)
        inside = (columns > -margin) & (columns < view.width * ratio + margin)
        inside &= (rows > -margin) & (rows < view.height * ratio + margin)
        if inside.all():
            return columns.astype(np.int32), rows.astype(np.int32), self.of
        found = np.flatnonzero(inside)
        return columns[found].astype(np.int32), rows[found].astype(np.int32), self.of[found]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where points are, and the order that shuffles them. turn: 0 to 65,535."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    turn: NDArray[np.uint16]
    nowhere: NDArray[np.intp]

    @classmethod
    def of(cls, points: NDArray[np.float64]) -> "Places":
        """From points of shape (clips, 2), NaN for those that have no place."""
        x, y = points.T.astype(np.float32)
        turn = (np.arange(len(points), dtype=np.uint32) * np.uint32(MIXING)) >> np.uint32(16)
        return cls(x, y, turn.astype(np.uint16), np.flatnonzero(np.isnan(x) | np.isnan(y)))


def arranged(places: Places, colouring: Colouring, shown: Mask, meant: Mask | None) -> Arranged:
    """The order of drawing. shown: those not filtered out. meant: those that stand out."""
    kinds, codes = colouring.kinds, colouring.codes
    counts = np.bincount(codes, minlength=len(kinds))
    quiet = np.array([kind.shape == DOT for kind in kinds])
    rank = np.argsort(np.argsort(~quiet, kind="stable"), kind="stable").astype(np.uint8)
    many = np.uint8(len(kinds))
    turns = (SOFT - 2) // len(kinds) - 1  # what lies on what: as in shuffled cards
    top = (counts < RARE * codes.size) & ~quiet
    first = 1 + many + rank + np.where(top, (turns - 1) * many, 0).astype(np.uint8)
    layer = first.take(codes)
    mixed_up = (~quiet & ~top).take(codes)
    turn = ((places.turn * np.uint32(turns)) >> np.uint32(16)).astype(np.uint8) * many
    np.add(layer, turn, out=layer, where=mixed_up)
    if meant is not None:
        np.copyto(layer, (1 + rank).take(codes), where=~meant)
    layer[~shown] = 0
    layer[places.nowhere] = NOT_DRAWN
    order = np.argsort(layer, kind="stable")[: layer.size - places.nowhere.size]
    by_rank = [kinds[i] for i in np.argsort(rank)]
    layers = [(kinds[0], HIDDEN), *((kind, DIM) for kind in by_rank)]
    layers += [(kind, FULL) for _ in range(turns) for kind in by_rank]
    return Arranged(places.x.take(order), places.y.take(order), layer.take(order), tuple(layers))


@lru_cache(maxsize=REMEMBERED)
def layer_of(kind: Kind, seen: int, size: int, colours: Roles) -> Layer:
    """How a kind of points is drawn. seen: HIDDEN, DIM or FULL. size: of its marks, in pixels."""
    ground = colours.surface
    if seen == HIDDEN:
        colour = mixed(colours.edge, ground, FAINT)
        mark = stamp(size, DOT, colour, "", colour, ground)
    else:
        fading = DIMMED if seen == DIM else 0.0
        colour = mixed(kind.colour, ground, fading)
        outline = mixed(colours.text, ground, fading)
        letter = kind.letter if seen == FULL else ""  # on a faded mark it would shine
        mark = stamp(size, kind.shape, colour, letter, outline, ground)
    return Layer(mark, as_pixel(colour), as_pixel(mixed(colour, ground, RIM)))
