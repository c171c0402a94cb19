import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPolygonF

from curator.ui.map.point_grid import PointGrid

seeds = st.integers(0, 10_000)


def points_of(seed, most=400):
    """Some points, of which some lie nowhere and some on one another."""
    rng = np.random.default_rng(seed)
    points = rng.normal(0, rng.uniform(0.1, 5, 2), (int(rng.integers(1, most)), 2))
    if seed % 3 == 0:
        points = np.round(points)
    points[rng.random(len(points)) < 0.1] = np.nan
    return points, rng


@given(seeds)
def test_the_nearest_point_is_that_of_all(seed):
    points, rng = points_of(seed)
    x, y, radius = *rng.normal(0, 2, 2), rng.uniform(0.01, 3)
    far = np.nan_to_num(np.hypot(*(points - (x, y)).T), nan=np.inf)
    found = PointGrid(points).nearest(x, y, radius)
    if found is None:
        assert far.min() > radius
    else:
        assert far[found] == far.min() <= radius


@given(seeds)
def test_a_point_that_is_not_wanted_is_not_found(seed):
    points, rng = points_of(seed)
    wanted = rng.random(len(points)) < 0.3
    found = PointGrid(points).nearest(0.0, 0.0, 50.0, wanted)
    there = wanted & np.isfinite(points[:, 0])
    assert (found is None) == (not there.any())
    assert found is None or there[found]


@given(seeds)
def test_a_rectangle_holds_what_lies_between_its_corners(seed):
    points, rng = points_of(seed)
    one, other = rng.normal(0, 2, (2, 2))
    inside = (points >= np.minimum(one, other)) & (points <= np.maximum(one, other))
    found = PointGrid(points).in_box(tuple(one), tuple(other))
    assert found.tolist() == np.flatnonzero(inside.all(axis=1)).tolist()


@given(seeds)
def test_a_lasso_holds_what_qt_says_it_holds(seed):
    points, rng = points_of(seed, 120)
    points += rng.uniform(-1e-3, 1e-3, points.shape)  # what is just on the line may be either
    corners = rng.normal(0, rng.uniform(0.5, 4), (int(rng.integers(3, 40)), 2))
    line = QPolygonF([QPointF(x, y) for x, y in corners])
    expected = [
        row
        for row, (x, y) in enumerate(points)
        if np.isfinite(x) and line.containsPoint(QPointF(x, y), Qt.FillRule.OddEvenFill)
    ]
    assert PointGrid(points).in_polygon(corners).tolist() == expected


@pytest.mark.parametrize("corners", [[], [[0, 0], [1, 1]]])
def test_a_line_without_an_inside_holds_nothing(corners):
    grid = PointGrid(np.zeros((3, 2)))
    assert not grid.in_polygon(np.array(corners, float).reshape(-1, 2)).size


def test_an_empty_map_finds_nothing():
    for points in (np.zeros((0, 2)), np.full((3, 2), np.nan)):
        grid = PointGrid(points)
        assert grid.nearest(0, 0, 10) is None
        assert not grid.in_box((-1, -1), (1, 1)).size
        assert not grid.in_polygon(np.array([[-1, -1], [1, -1], [0, 1]])).size


def test_walking_goes_to_the_nearest_ahead_and_not_aside():
    points = np.array([[0, 0], [1, 0], [0.6, 0.9], [3, 0], [-1, 0], [0, -2]], float)
    grid = PointGrid(points)
    assert grid.toward(0, (1.0, 0.0)) == 1
    assert grid.toward(1, (1.0, 0.0)) == 3
    assert grid.toward(0, (-1.0, 0.0)) == 4
    assert grid.toward(0, (0.0, -1.0)) == 5
    assert grid.toward(3, (1.0, 0.0)) is None
    assert grid.toward(0, (1.0, 0.0), np.array([1, 0, 0, 1, 1, 1], bool)) == 3
