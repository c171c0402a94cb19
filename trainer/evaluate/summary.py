"""What the numbers can show, and what so few samples cannot.

Means with intervals from 2,000 seeded draws of the samples (bootstrap). Two checkpoints are
compared on the same sentences with the same seeds; a difference whose interval holds 0 is called
one that cannot be told. What has no good end, such as pitch, is compared by its distance from the
real clips of the category.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.evaluate.measures import measures
from trainer.seeded_random import generator

DRAWS = 2000
LEVEL = 0.95
ENOUGH = 5  # samples; the interval of fewer is narrower than the truth

HIGHER, LOWER, NEARER = "higher", "lower", "nearer the real clips"
WAYS = {1: HIGHER, -1: LOWER, 0: NEARER}
DIRECTION = {key: WAYS[way] for each in measures() for key, way in each.directions.items()}
Row = Mapping[str, Any]
Values = NDArray[np.float64]


def interval(values: Sequence[float] | Values, key: str) -> tuple[float, float]:
    """Where the mean lies with 95 %, by drawing the samples again. key: seeds the draws."""
    array = np.asarray(values, dtype=np.float64)
    draws = generator(0, f"interval {key}", 0).integers(0, len(array), (DRAWS, len(array)))
    low, high = np.quantile(array[draws].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def summarise(rows: Sequence[Row], real: Sequence[Row]) -> dict[str, Any]:
    """Mean, interval, samples and difference to the base by checkpoint, category, measure.

    against_base: difference, its interval and a verdict: better, worse, cannot_tell, too_few.
    """
    usual = _usual(real)
    steps = sorted({int(row["checkpoint"]) for row in rows})
    return {
        "level": LEVEL,
        "draws": DRAWS,
        "direction": DIRECTION,
        "real": _real_means(real),
        "checkpoints": {
            str(step): {
                category: _measures(rows, step, category, usual) for category in _categories(rows)
            }
            for step in steps
        },
    }


def _categories(rows: Iterable[Row]) -> list[str]:
    return ["", *sorted({row["sentence"]["category"] or "none" for row in rows})]


def _of(rows: Iterable[Row], step: int, category: str) -> dict[str, Row]:
    """The samples of a step and category by sentence and seed."""
    return {
        f"{row['sentence']['id']} {row['seed']}": row
        for row in rows
        if row["checkpoint"] == step
        and (not category or (row["sentence"]["category"] or "none") == category)
    }


def _measures(
    rows: Sequence[Row], step: int, category: str, usual: Mapping[tuple[str, str], float]
) -> dict[str, Any]:
    own, base = _of(rows, step, category), _of(rows, 0, category)
    entries: dict[str, Any] = {}
    for key in DIRECTION:
        values = [v for row in own.values() if (v := row["measures"].get(key)) is not None]
        if not values:
            continue
        low, high = interval(values, f"{step} {category} {key}")
        entries[key] = {
            "mean": float(np.mean(values)),
            "low": low,
            "high": high,
            "samples": len(values),
        }
        if step != 0 and base:
            entries[key]["against_base"] = difference(own, base, key, usual, f"{step} {category}")
    return entries


def difference(
    own: Mapping[str, Row],
    base: Mapping[str, Row],
    key: str,
    usual: Mapping[tuple[str, str], float],
    seed: str = "",
) -> dict[str, Any]:
    """own less base on the sentences that both spoke; of distances where nearer is better."""
    pairs = []
    for name in sorted(own.keys() & base.keys()):
        values = [_judged(row, key, usual) for row in (own[name], base[name])]
        if values[0] is not None and values[1] is not None:
            pairs.append(values[0] - values[1])
    if not pairs:
        return {"samples": 0, "verdict": "too_few"}
    low, high = interval(pairs, f"difference {seed} {key}")
    mean = float(np.mean(pairs))
    return {
        "difference": mean,
        "low": low,
        "high": high,
        "samples": len(pairs),
        "verdict": _verdict(len(pairs), low, high, DIRECTION[key]),
    }


def _verdict(samples: int, low: float, high: float, direction: str) -> str:
    if samples < ENOUGH:
        return "too_few"
    if low <= 0.0 <= high:
        return "cannot_tell"
    return "better" if (low > 0) == (direction == HIGHER) else "worse"


def _judged(row: Row, key: str, usual: Mapping[tuple[str, str], float]) -> float | None:
    value = row["measures"].get(key)
    if value is None or DIRECTION[key] != NEARER:
        return None if value is None else float(value)
    category = row["sentence"]["category"] or ""
    middle = usual.get((category, key), usual.get(("", key)))
    return None if middle is None else abs(float(value) - middle)


def _usual(real: Sequence[Row]) -> dict[tuple[str, str], float]:
    """The median of the real clips by (category, measure); "" is all of them."""
    entries: dict[tuple[str, str], float] = {}
    categories = {row["category"] or "" for row in real} | {""}
    for category in sorted(categories):
        chosen = [row for row in real if not category or row["category"] == category]
        for key in DIRECTION:
            values = [v for row in chosen if (v := row["measures"].get(key)) is not None]
            if values:
                entries[category, key] = float(np.median(values))
    return entries


def _real_means(real: Sequence[Row]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for key in DIRECTION:
        values = [v for row in real if (v := row["measures"].get(key)) is not None]
        if values:
            low, high = interval(values, f"real {key}")
            spread = float(np.std(values))
            entries[key] = {"mean": float(np.mean(values)), "low": low, "high": high}
            entries[key] |= {"samples": len(values), "spread": spread}
    return entries
