"""Visible part of the map: conversion between map coordinates and pixels, pan and zoom."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (points, 2)

MARGIN = 0.06
"""Share of the view left free around the whole map."""

MAX_ZOOM = 400.0
"""Largest zoom factor relative to the whole map."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """x, y: map coordinates of the centre. scale: pixels per unit. width, height: pixels.

    The y axis of the map points up.
    """

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    width: int = 1
    height: int = 1

    def on_screen(self, points: Points) -> NDArray[np.float64]:
        """Pixels from the top left corner, shape (2, points)."""
        return np.array(
            [
                (points[:, 0] - self.x) * self.scale + self.width / 2,
                (self.y - points[:, 1]) * self.scale + self.height / 2,
            ]
        )

    def on_map(self, x: float, y: float) -> tuple[float, float]:
        """Map coordinates of a pixel."""
        return (
            self.x + (x - self.width / 2) / self.scale,
            self.y - (y - self.height / 2) / self.scale,
        )

    def moved(self, right: float, down: float) -> "Viewport":
        """The view after panning by pixels."""
        return replace(self, x=self.x - right / self.scale, y=self.y + down / self.scale)

    def zoomed(self, times: float, x: float, y: float) -> "Viewport":
        """The view zoomed by a factor around a pixel."""
        before = self.on_map(x, y)
        closer = replace(self, scale=self.scale * times)
        after = closer.on_map(x, y)
        return replace(closer, x=self.x + before[0] - after[0], y=self.y + before[1] - after[1])

    def sized(self, width: int, height: int) -> "Viewport":
        """The view with the same centre in another size."""
        return replace(self, width=max(1, width), height=max(1, height))

    def fitted(self, points: Points) -> "Viewport":
        """The view that fits all points."""
        there = points[np.isfinite(points).all(axis=1)]
        if not len(there):
            return replace(self, x=0.0, y=0.0, scale=1.0)
        low, high = there.min(axis=0), there.max(axis=0)
        wide, tall = np.maximum(high - low, 1e-6)
        room = 1 - 2 * MARGIN
        scale = min(self.width * room / wide, self.height * room / tall)
        middle = (low + high) / 2
        return replace(self, x=float(middle[0]), y=float(middle[1]), scale=float(scale))

    def showing(self, x: float, y: float, edge: float) -> "Viewport":
        """The view panned as little as needed to show a point. edge: margin in pixels."""
        at_x, at_y = self.on_screen(np.array([[x, y]]))[:, 0]
        edge = min(edge, self.width / 3, self.height / 3)
        right = min(max(at_x, edge), self.width - edge) - at_x
        down = min(max(at_y, edge), self.height - edge) - at_y
        return self.moved(float(right), float(down)) if right or down else self
