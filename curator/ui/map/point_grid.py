"""Points of a plane, sorted into cells, so that those at a place are found among few.

Points that lie nowhere (NaN) are never found. Answers are positions in the points as given.
"""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (points, 2)
Positions = NDArray[np.intp]
Mask = NDArray[np.bool_]  # (points,)

PER_CELL = 8
"""Points that share a cell, were they spread evenly."""

MOST_SIDE = 255
"""Cells in a row and in a column; their numbers fit into 16 bits."""

STRAYING = 2.0
"""How much a step aside counts against a step in the direction that was asked for."""

NOWHERE: Positions = np.zeros(0, np.intp)


class PointGrid:
    """Finds points by where they are. allowed: of all points, those that may be found."""

    def __init__(self, points: Points) -> None:
        self._points = points
        there = np.flatnonzero(np.isfinite(points).all(axis=1))
        self._side = min(max(1, int((there.size / PER_CELL) ** 0.5)), MOST_SIDE)
        inside = points[there]
        self._low = inside.min(axis=0) if there.size else np.zeros(2)
        high = inside.max(axis=0) if there.size else np.ones(2)
        self._cell = np.maximum((high - self._low) / self._side, 1e-12)
        columns, rows = self._cells_of(inside).T
        numbers = rows * self._side + columns
        order = np.argsort(numbers.astype(np.uint16), kind="stable")  # by digits, the quickest
        self._order: Positions = there[order]
        self._sorted = np.ascontiguousarray(inside[order].T)  # (2, points), by cell
        counts = np.bincount(numbers, minlength=self._side**2)
        self._starts = np.concatenate([[0], np.cumsum(counts)])

    def __len__(self) -> int:
        return int(self._order.size)

    def nearest(self, x: float, y: float, radius: float, allowed: Mask | None = None) -> int | None:
        """The point nearest to a place and not farther than the radius."""
        found = self._among(x - radius, y - radius, x + radius, y + radius)
        if allowed is not None:
            found = found[allowed[self._order[found]]]
        if not found.size:
            return None
        xs, ys = self._sorted[0][found], self._sorted[1][found]
        far = (xs - x) ** 2 + (ys - y) ** 2
        best = int(far.argmin())
        return int(self._order[found[best]]) if far[best] <= radius**2 else None

    def in_box(self, one: tuple[float, float], other: tuple[float, float]) -> Positions:
        """The points between two corners of a rectangle."""
        (left, right), (low, high) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        found = self._among(left, low, right, high)
        xs, ys = self._sorted[0][found], self._sorted[1][found]
        hit = (xs >= left) & (xs <= right) & (ys >= low) & (ys <= high)
        return self._as_given(found[hit])

    def in_polygon(self, corners: Points) -> Positions:
        """The points inside a closed line, by the even-odd rule. corners: shape (corners, 2)."""
        if len(corners) < 3 or not len(self):
            return NOWHERE
        first, second = corners, np.roll(corners, -1, axis=0)
        crossed = self._cells_crossed(first, second)
        whole = self._cells_inside(first, second) & ~crossed
        in_cell = np.diff(self._starts)
        doubtful = np.flatnonzero(np.repeat(crossed.reshape(-1), in_cell))
        xs, ys = self._sorted[:, doubtful]
        inside = doubtful[_crossings(xs, ys, first, second) % 2 == 1]
        surely = np.flatnonzero(np.repeat(whole.reshape(-1), in_cell))
        return self._as_given(np.concatenate([surely, inside]))

    def toward(
        self, start: int, direction: tuple[float, float], allowed: Mask | None = None
    ) -> int | None:
        """The nearest point in a direction, rather ahead than aside; None where there is none.

        direction: of length 1.
        """
        here = self._points[start]
        if not np.isfinite(here).all():
            return None
        step = self._points - here
        ahead = step @ np.array(direction)
        aside = np.abs(step @ np.array([-direction[1], direction[0]]))
        cost = np.hypot(ahead, STRAYING * aside)
        possible = (ahead > 0) & (aside <= 2 * ahead)
        if allowed is not None:
            possible &= allowed
        cost[~possible] = np.inf
        best = int(np.argmin(cost))
        return best if np.isfinite(cost[best]) else None

    def _cells_crossed(self, first: Points, second: Points) -> NDArray[np.bool_]:
        """The cells that a line passes, and those beside them; (rows, columns)."""
        rows_1, rows_2 = self._cells_of(first)[:, 1], self._cells_of(second)[:, 1]
        low, high = np.minimum(rows_1, rows_2), np.maximum(rows_1, rows_2)
        edge = np.repeat(np.arange(len(first)), high - low + 1)
        row = np.arange(edge.size) - np.repeat(np.cumsum(high - low + 1), high - low + 1)
        row += np.repeat(high + 1, high - low + 1)
        bottom = self._low[1] + row * self._cell[1]
        (x1, y1), (x2, y2) = first[edge].T, second[edge].T
        rise = np.where(y2 == y1, 1.0, y2 - y1)
        ends = []
        for y, at_line in ((bottom, row == 0), (bottom + self._cell[1], row == self._side - 1)):
            along = np.clip((y - y1) / rise, 0.0, 1.0)
            ends.append(np.where(at_line | (y2 == y1), x1, x1 + along * (x2 - x1)))
        outer = (row == 0) | (row == self._side - 1) | (y2 == y1)
        left = np.where(outer, np.minimum(x1, x2), np.minimum(*ends))
        right = np.where(outer, np.maximum(x1, x2), np.maximum(*ends))
        columns = [self._cells_of(np.stack([x, bottom], axis=1))[:, 0] for x in (left, right)]
        marks = np.zeros((self._side, self._side + 1), np.int64)
        np.add.at(marks, (row, np.maximum(columns[0] - 1, 0)), 1)
        np.add.at(marks, (row, np.minimum(columns[1] + 1, self._side - 1) + 1), -1)
        return np.asarray(np.cumsum(marks, axis=1)[:, :-1] > 0)

    def _cells_inside(self, first: Points, second: Points) -> NDArray[np.bool_]:
        """The cells whose middle is inside a closed line; (rows, columns)."""
        middles = self._low[1] + (np.arange(self._side) + 0.5) * self._cell[1]
        spans = (first[:, 1][:, None] > middles) != (second[:, 1][:, None] > middles)
        edges, rows = np.nonzero(spans)
        (x1, y1), (x2, y2) = first[edges].T, second[edges].T
        meets = x1 + (middles[rows] - y1) * (x2 - x1) / (y2 - y1)
        left_of_it = np.ceil((meets - self._low[0]) / self._cell[0] - 0.5).clip(0, self._side)
        ends = np.zeros((self._side, self._side + 1), np.int64)
        np.add.at(ends, (rows, left_of_it.astype(np.intp)), 1)
        beyond = np.cumsum(ends[:, ::-1], axis=1)[:, ::-1][:, 1:]  # crossings right of a middle
        return np.asarray(beyond % 2 == 1)

    def _cells_of(self, places: Points) -> NDArray[np.intp]:
        """Column and row of the cells that places are in, or of the nearest; (places, 2)."""
        cells = np.floor((places - self._low) / self._cell).clip(0, self._side - 1)
        return cells.astype(np.intp)

    def _as_given(self, found: Positions) -> Positions:
        """In the order of the points, what was found in the order of the cells."""
        mask = np.zeros(len(self._points), np.bool_)
        mask[self._order[found]] = True
        return np.flatnonzero(mask)

    def _slice(self, row: int, left: int, right: int) -> slice:
        """Where the points of some cells of a row are, in the order of the cells."""
        first = row * self._side
        return slice(int(self._starts[first + left]), int(self._starts[first + right + 1]))

    def _among(self, left: float, low: float, right: float, high: float) -> Positions:
        """Where the points of all cells that a rectangle touches are, in the order of the cells."""
        if not len(self):
            return NOWHERE
        corners = self._cells_of(np.array([[left, low], [right, high]]))
        (column, row), (last_column, last_row) = corners.tolist()
        slices = [self._slice(each, column, last_column) for each in range(row, last_row + 1)]
        return np.concatenate([np.arange(part.start, part.stop) for part in slices])


def _crossings(
    xs: NDArray[np.float64], ys: NDArray[np.float64], first: Points, second: Points
) -> NDArray[np.int64]:
    """How often a ray from each point to the right crosses the edges from first to second."""
    order = np.argsort(ys)
    ordered = ys[order]
    low = np.searchsorted(ordered, np.minimum(first[:, 1], second[:, 1]))
    high = np.searchsorted(ordered, np.maximum(first[:, 1], second[:, 1]))
    edges = np.repeat(np.arange(len(first)), high - low)
    points = order[np.arange(edges.size) - np.repeat(np.cumsum(high - low) - high, high - low)]
    (x1, y1), (x2, y2) = first[edges].T, second[edges].T
    meets = x1 + (ys[points] - y1) * (x2 - x1) / (y2 - y1)
    return np.bincount(points[xs[points] < meets], minlength=xs.size)
