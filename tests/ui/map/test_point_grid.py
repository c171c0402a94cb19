import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPolygonF

from curator.ui.map.point_grid import PointGrid

seeds = st.integers(0, 10_000)


def points_of(seed, most=400):
    """Random points, some NaN and some coinciding."""
    rng = np.random.default_rng(seed)
    points = rng.normal(0, rng.uniform(0.1, 5, 2), (int(rng.integers(1, most)), 2))
    if seed % 3 == 0:
        points = np.round(points)
    points[rng.random(len(points)) < 0.1] = np.nan
    return points, rng


@given(seeds)
def test_nearest_equals_brute_force(seed):
    points, rng = points_of(seed)
    x, y, radius = *rng.normal(0, 2, 2), rng.uniform(0.01, 3)
    far = np.nan_to_num(np.hypot(*(points - (x, y)).T), nan=np.inf)
    nearest = PointGrid(points).nearest(x, y, radius)
    if nearest is None:
        assert far.min() > radius
    else:
        assert far[nearest] == far.min() <= radius


@given(seeds)
def test_nearest_returns_allowed_points_only(seed):
    points, rng = points_of(seed)
    allowed = rng.random(len(points)) < 0.3
    nearest = PointGrid(points).nearest(0.0, 0.0, 50.0, allowed)
    possible = allowed & np.isfinite(points[:, 0])
    assert (nearest is None) == (not possible.any())
    assert nearest is None or possible[nearest]


@given(seeds)
def test_in_box_equals_brute_force(seed):
    points, rng = points_of(seed)
    one, other = rng.normal(0, 2, (2, 2))
    inside = (points >= np.minimum(one, other)) & (points <= np.maximum(one, other))
    rows = PointGrid(points).in_box(tuple(one), tuple(other))
    assert rows.tolist() == np.flatnonzero(inside.all(axis=1)).tolist()


@given(seeds)
def test_in_polygon_equals_qt(seed):
    points, rng = points_of(seed, 120)
    points += rng.uniform(-1e-3, 1e-3, points.shape)  # a point exactly on an edge may be either
    corners = rng.normal(0, rng.uniform(0.5, 4), (int(rng.integers(3, 40)), 2))
    line = QPolygonF([QPointF(x, y) for x, y in corners])
    expected = [
        row
        for row, (x, y) in enumerate(points)
        if np.isfinite(x) and line.containsPoint(QPointF(x, y), Qt.FillRule.OddEvenFill)
    ]
    assert PointGrid(points).in_polygon(corners).tolist() == expected


@pytest.mark.parametrize("corners", [[], [[0, 0], [1, 1]]])
def test_a_polygon_without_area_contains_nothing(corners):
    grid = PointGrid(np.zeros((3, 2)))
    assert not grid.in_polygon(np.array(corners, float).reshape(-1, 2)).size


def test_an_empty_grid_returns_nothing():
    for points in (np.zeros((0, 2)), np.full((3, 2), np.nan)):
        grid = PointGrid(points)
        assert grid.nearest(0, 0, 10) is None
        assert not grid.in_box((-1, -1), (1, 1)).size
        assert not grid.in_polygon(np.array([[-1, -1], [1, -1], [0, 1]])).size


def test_toward_prefers_ahead_over_aside():
    points = np.array([[0, 0], [1, 0], [0.6, 0.9], [3, 0], [-1, 0], [0, -2]], float)
    grid = PointGrid(points)
    assert grid.toward(0, (1.0, 0.0)) == 1
    assert grid.toward(1, (1.0, 0.0)) == 3
    assert grid.toward(0, (-1.0, 0.0)) == 4
    assert grid.toward(0, (0.0, -1.0)) == 5
    assert grid.toward(3, (1.0, 0.0)) is None
    assert grid.toward(0, (1.0, 0.0), np.array([1, 0, 0, 1, 1, 1], bool)) == 3
