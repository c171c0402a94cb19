"""Line charts as inline SVG; colours come from CSS classes, for light and dark themes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 12, 32  # margins, in view box units
TICKS = 5
LABEL = 80  # width of a label, in view box units


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (step, value). kind: CSS class, main or faint. source: address of the values.

    spans: (step, low, high) of confidence intervals, drawn as error bars.
    """

    name: str
    kind: str
    points: Sequence[tuple[float, float]]
    source: str = ""
    spans: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """Horizontal reference line."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class _Axes:
    """Linear mapping of values to view box coordinates."""

    x0: float
    x1: float
    y0: float
    y1: float

    def x(self, value: float) -> float:
        return LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return TOP + (self.y1 - value) / (self.y1 - self.y0) * (HEIGHT - TOP - BOTTOM)


def draw(curves: Sequence[Curve], best_at: float | None, levels: Sequence[Level] = ()) -> str:
    """One chart of the curves with the best step marked; "" without a finite point."""
    finite = [
        (x, y) for curve in curves for x, y in curve.points if math.isfinite(x) and math.isfinite(y)
    ]
    if not finite:
        return ""
    spanned = [(x, y) for curve in curves for x, *ends in curve.spans for y in ends]
    axes = _axes([*finite, *spanned, *((finite[0][0], level.value) for level in levels)])
    parts = [*_grid(axes)]
    for number, level in enumerate(levels):
        parts += _level(level, axes, best_at, number)
    if best_at is not None:
        at = axes.x(best_at)
        parts.append(
            f'<line class="best" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        )
        left = at > WIDTH - RIGHT - LABEL  # no space right of the line
        x, anchor = (at - 4, "end") if left else (at + 4, "start")
        place = f'x="{x:.1f}" y="{TOP + 10}" style="text-anchor: {anchor}"'
        parts.append(f'<text class="tick" {place}>best: {best_at:g}</text>')
    for curve in curves:
        parts += _line(curve, axes)
    label = escape(" and ".join(curve.name for curve in curves if curve.points))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        + "".join(parts)
        + "</svg>"
    )


def _axes(points: Sequence[tuple[float, float]]) -> _Axes:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low, high = min(ys), max(ys)
    margin = (high - low) * 0.08 or max(abs(high), 1.0) * 0.05
    return _Axes(min(xs), max(max(xs), min(xs) + 1), low - margin, high + margin)


def _level(level: Level, axes: _Axes, best_at: float | None, number: int) -> list[str]:
    """Dotted line with a right-aligned label, beside those of other levels and of the best step."""
    y = axes.y(level.value)
    name_at = y + 14 if y < TOP + 16 else y - 4
    right = WIDTH - RIGHT
    taken = best_at is not None and axes.x(best_at) > right - 2 * LABEL
    name_ends = right - (3 * LABEL if taken else 0) - number * LABEL
    return [
        f'<line class="level" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>',
        f'<text class="tick" text-anchor="end" x="{name_ends}" y="{name_at:.1f}">'
        f"{escape(level.name)}</text>",
    ]


def _grid(axes: _Axes) -> list[str]:
    parts = []
    for tick in _ticks(axes.y0, axes.y1):
        y = axes.y(tick)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(
            f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{y + 4:.1f}">{tick:g}</text>'
        )
    for tick in _ticks(axes.x0, axes.x1):
        x = axes.x(tick)
        parts.append(
            f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{HEIGHT - 10}">{tick:g}</text>'
        )
    return parts


def _ticks(low: float, high: float) -> list[float]:
    """About TICKS round numbers between low and high."""
    step = 10 ** math.floor(math.log10((high - low) / TICKS))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= TICKS)
    first = math.ceil(low / step)
    return [round(at * step, 10) for at in range(first, math.floor(high / step) + 1)]


def _line(curve: Curve, axes: _Axes) -> list[str]:
    """Polyline, broken at non-finite values, with dots on the main curve."""
    parts = [_span(axes.x(x), axes.y(low), axes.y(high)) for x, low, high in curve.spans]
    run: list[str] = []
    for x, y in [*curve.points, (math.nan, math.nan)]:
        if math.isfinite(x) and math.isfinite(y):
            run.append(f"{axes.x(x):.1f},{axes.y(y):.1f}")
            continue
        if run:
            source = f' data-source="{escape(curve.source)}"' if curve.source else ""
            parts.append(f'<polyline class="{curve.kind}"{source} points="{" ".join(run)}"/>')
            if curve.kind == "main":
                parts += [_dot(point) for point in run]
        run = []
    return parts


def _span(x: float, low: float, high: float) -> str:
    return f'<line class="span" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'


def _dot(point: str) -> str:
    x, _, y = point.partition(",")
    return f'<circle class="dot" cx="{x}" cy="{y}" r="3"/>'
