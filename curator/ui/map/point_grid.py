"""Uniform grid index of 2-D points: nearest point, box, polygon and direction queries.

Points with NaN coordinates are in no result. Results are indices into the given points.
"""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (points, 2)
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]  # (points,)

PER_CELL = 8
"""Points per cell for a uniform distribution."""

MAX_SIDE = 255
"""Maximum cells per row and column; cell numbers fit into 16 bits."""

ASIDE_COST = 2.0
"""Cost of a distance perpendicular to the direction, relative to one along it."""

NO_POINTS: Indices = np.zeros(0, np.intp)


class PointGrid:
    """Spatial queries. allowed: mask of the points that a query may return, None for all."""

    def __init__(self, points: Points) -> None:
        self._points = points
        finite = np.flatnonzero(np.isfinite(points).all(axis=1))
        self._side = min(max(1, int((finite.size / PER_CELL) ** 0.5)), MAX_SIDE)
        inside = points[finite]
        self._low = inside.min(axis=0) if finite.size else np.zeros(2)
        high = inside.max(axis=0) if finite.size else np.ones(2)
        self._cell = np.maximum((high - self._low) / self._side, 1e-12)
        columns, rows = self._cells_of(inside).T
        numbers = rows * self._side + columns
        order = np.argsort(numbers.astype(np.uint16), kind="stable")  # 16-bit radix sort
        self._order: Indices = finite[order]
        self._sorted = np.ascontiguousarray(inside[order].T)  # (2, points), by cell
        counts = np.bincount(numbers, minlength=self._side**2)
        self._starts = np.concatenate([[0], np.cumsum(counts)])

    def __len__(self) -> int:
        return int(self._order.size)

    def nearest(self, x: float, y: float, radius: float, allowed: Mask | None = None) -> int | None:
        """Index of the nearest point within the radius, None without one."""
        near = self._in_cells(x - radius, y - radius, x + radius, y + radius)
        if allowed is not None:
            near = near[allowed[self._order[near]]]
        if not near.size:
            return None
        squares = ((self._sorted[:, near] - [[x], [y]]) ** 2).sum(axis=0)
        best = int(squares.argmin())
        return int(self._order[near[best]]) if squares[best] <= radius**2 else None

    def in_box(self, one: tuple[float, float], other: tuple[float, float]) -> Indices:
        """Points in the rectangle between two opposite corners."""
        (left, right), (low, high) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        near = self._in_cells(left, low, right, high)
        xs, ys = self._sorted[:, near]
        hit = (xs >= left) & (xs <= right) & (ys >= low) & (ys <= high)
        return self._original(near[hit])

    def in_polygon(self, corners: Points) -> Indices:
        """Points in a polygon by the even-odd rule. corners: shape (corners, 2)."""
        if len(corners) < 3 or not len(self):
            return NO_POINTS
        first, second = corners, np.roll(corners, -1, axis=0)
        crossed = self._cells_crossed(first, second)
        inner = self._cells_inside(first, second) & ~crossed
        in_cell = np.diff(self._starts)
        near_edge = np.flatnonzero(np.repeat(crossed.reshape(-1), in_cell))
        xs, ys = self._sorted[:, near_edge]
        inside = near_edge[_crossings(xs, ys, first, second) % 2 == 1]
        in_inner = np.flatnonzero(np.repeat(inner.reshape(-1), in_cell))
        return self._original(np.concatenate([in_inner, inside]))

    def toward(
        self, start: int, direction: tuple[float, float], allowed: Mask | None = None
    ) -> int | None:
        """Index of the nearest point in a direction, None without one.

        direction: unit vector. Points more than 63 degrees off it do not count.
        """
        here = self._points[start]
        if not np.isfinite(here).all():
            return None
        step = self._points - here
        ahead = step @ np.array(direction)
        aside = np.abs(step @ np.array([-direction[1], direction[0]]))
        cost = np.hypot(ahead, ASIDE_COST * aside)
        possible = (ahead > 0) & (aside <= 2 * ahead)
        if allowed is not None:
            possible &= allowed
        cost[~possible] = np.inf
        best = int(np.argmin(cost))
        return best if np.isfinite(cost[best]) else None

    def _cells_crossed(self, first: Points, second: Points) -> NDArray[np.bool_]:
        """Mask of the cells on the edges and their left and right neighbours, (rows, columns)."""
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
        """Mask of the cells with their centre inside the polygon, (rows, columns)."""
        centres = self._low[1] + (np.arange(self._side) + 0.5) * self._cell[1]
        spans = (first[:, 1][:, None] > centres) != (second[:, 1][:, None] > centres)
        edges, rows = np.nonzero(spans)
        (x1, y1), (x2, y2) = first[edges].T, second[edges].T
        meets = x1 + (centres[rows] - y1) * (x2 - x1) / (y2 - y1)
        left_of_it = np.ceil((meets - self._low[0]) / self._cell[0] - 0.5).clip(0, self._side)
        ends = np.zeros((self._side, self._side + 1), np.int64)
        np.add.at(ends, (rows, left_of_it.astype(np.intp)), 1)
        beyond = np.cumsum(ends[:, ::-1], axis=1)[:, ::-1][:, 1:]  # crossings right of a centre
        return np.asarray(beyond % 2 == 1)

    def _cells_of(self, points: Points) -> NDArray[np.intp]:
        """Column and row of the cell of each point, clipped to the grid; (points, 2)."""
        cells = np.floor((points - self._low) / self._cell).clip(0, self._side - 1)
        return cells.astype(np.intp)

    def _original(self, rows: Indices) -> Indices:
        """Return sorted indices of the given points. rows: positions in cell order."""
        mask = np.zeros(len(self._points), np.bool_)
        mask[self._order[rows]] = True
        return np.flatnonzero(mask)

    def _slice(self, row: int, left: int, right: int) -> slice:
        """Points of cells left..right of a row, in cell order."""
        first = row * self._side
        return slice(int(self._starts[first + left]), int(self._starts[first + right + 1]))

    def _in_cells(self, left: float, low: float, right: float, high: float) -> Indices:
        """Points of all cells that a rectangle touches, as positions in cell order."""
        if not len(self):
            return NO_POINTS
        corners = self._cells_of(np.array([[left, low], [right, high]]))
        (column, row), (last_column, last_row) = corners.tolist()
        slices = [self._slice(line, column, last_column) for line in range(row, last_row + 1)]
        return np.concatenate([np.arange(part.start, part.stop) for part in slices])


def _crossings(
    xs: NDArray[np.float64], ys: NDArray[np.float64], first: Points, second: Points
) -> NDArray[np.int64]:
    """Count crossings of a ray from each point to the right with the edges first to second."""
    order = np.argsort(ys)
    ordered = ys[order]
    low = np.searchsorted(ordered, np.minimum(first[:, 1], second[:, 1]))
    high = np.searchsorted(ordered, np.maximum(first[:, 1], second[:, 1]))
    edges = np.repeat(np.arange(len(first)), high - low)
    points = order[np.arange(edges.size) - np.repeat(np.cumsum(high - low) - high, high - low)]
    (x1, y1), (x2, y2) = first[edges].T, second[edges].T
    meets = x1 + (ys[points] - y1) * (x2 - x1) / (y2 - y1)
    return np.bincount(points[xs[points] < meets], minlength=xs.size)
