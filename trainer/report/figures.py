"""Figures of a report: values computed from the run's files by named operations.

A report prints no other numbers, so every printed value can be traced and recomputed.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from trainer.optim.early_stopping import judge
from trainer.report import statistics
from trainer.report.provenance import Address
from trainer.report.sources import Sources

NOTHING = "–"
SECONDS_PER_MINUTE, SECONDS_PER_HOUR = 60.0, 3600.0
Columns = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A traceable value. how: name of the operation. sources: addresses of its inputs.

    value: None if undefined. text: the value in the format ``form``.
    """

    value: Any
    text: str
    how: str
    form: str
    sources: tuple[str, ...]


Inline = tuple["str | Figure", ...]


def inline(sentence: str, *figures: "Figure | str") -> Inline:
    """A sentence with its {} placeholders replaced by figures."""
    pieces = sentence.split("{}")
    assert len(pieces) == len(figures) + 1, sentence
    content: list[str | Figure] = [pieces[0]]
    for figure, piece in zip(figures, pieces[1:], strict=True):
        content += [figure, piece]
    return tuple(part for part in content if part != "")


def plain(content: Inline) -> str:
    """The text without its provenance."""
    return "".join(part if isinstance(part, str) else part.text for part in content)


def figure(sources: Sources, how: str, *addresses: Address, form: str = ".3f") -> Figure:
    """The result of an operation on the values at the addresses."""
    columns = [sources.values(address) for address in addresses]
    value = OPERATIONS[how](columns)
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    try:
        text = NOTHING if value is None else format(value, form)
    except (ValueError, TypeError):  # text instead of a number
        value, text = None, NOTHING
    return Figure(value, text, how, form, tuple(map(str, addresses)))


def _numbers(column: Sequence[Any]) -> list[float]:
    return [value for value in column if isinstance(value, int | float)]


def _first(column: Sequence[Any]) -> Any:  # noqa: ANN401
    return column[0] if column else None


def _of_one(function: Callable[[list[float]], float]) -> Callable[[Columns], float | None]:
    def operation(columns: Columns) -> float | None:
        numbers = _numbers(columns[0])
        return function(numbers) if numbers else None

    return operation


def _of_two(function: Callable[[float, float], float]) -> Callable[[Columns], float | None]:
    def operation(columns: Columns) -> float | None:
        one, two = _first(columns[0]), _first(columns[1])
        both = isinstance(one, int | float) and isinstance(two, int | float)
        return function(one, two) if both else None

    return operation


def _bound(
    side: int, interval: Callable[..., statistics.Interval | None]
) -> Callable[[Columns], float | None]:
    def operation(columns: Columns) -> float | None:
        bounds = interval(*columns)
        return None if bounds is None else bounds[side]

    return operation


def _mean_interval(column: Sequence[Any]) -> statistics.Interval | None:
    return statistics.mean_interval(_numbers(column))


def paired_differences(before: Sequence[Any], after: Sequence[Any]) -> list[float]:
    """after - before of the pairs with a number on both sides."""
    earlier = {key: value for key, value in before if value is not None}
    return [value - earlier[key] for key, value in after if value is not None and key in earlier]


def _paired(columns: Columns) -> float | None:
    differences = paired_differences(*columns)
    return sum(differences) / len(differences) if differences else None


def _paired_interval(before: Sequence[Any], after: Sequence[Any]) -> statistics.Interval | None:
    return statistics.mean_interval(paired_differences(before, after))


PerClip = Mapping[str, Sequence[float]]


def _changes(before: PerClip, after: PerClip) -> tuple[list[float], list[float]]:
    """Differences in nats and numbers of targets of the common clips."""
    common = [
        clip for clip in before if clip in after and None not in (before[clip][0], after[clip][0])
    ]
    return [after[clip][0] - before[clip][0] for clip in common], [
        before[clip][1] for clip in common
    ]


def _clipwise(columns: Columns) -> float | None:
    if not (columns[0] and columns[1]):
        return None
    changes, weights = _changes(columns[0][0], columns[1][0])
    total = sum(change * weight for change, weight in zip(changes, weights, strict=True))
    return total / sum(weights) if weights else None


def _clipwise_interval(before: Sequence[Any], after: Sequence[Any]) -> statistics.Interval | None:
    if not (before and after):
        return None
    return statistics.weighted_interval(*_changes(before[0], after[0]))


def _apart(columns: Columns) -> float | None:
    some, others = _numbers(columns[0]), _numbers(columns[1])
    return sum(others) / len(others) - sum(some) / len(some) if some and others else None


def _apart_interval(some: Sequence[Any], others: Sequence[Any]) -> statistics.Interval | None:
    return statistics.difference_interval(_numbers(some), _numbers(others))


def _gains(columns: Columns) -> list[float]:
    """Relative gains of pairs of columns (first, best)."""
    gains = []
    for before, after in zip(columns[::2], columns[1::2], strict=True):
        one, two = _first(before), _first(after)
        if isinstance(one, int | float) and isinstance(two, int | float) and one:
            gains.append((one - two) / one)
    return gains


def _count_beyond(sign: int) -> Callable[[Columns], int]:
    def operation(columns: Columns) -> int:
        limit = columns[1][0]
        return sum((value - limit) * sign > 0 for value in _numbers(columns[0]))

    return operation


def _judged(columns: Columns) -> str:
    at, values, clips, metric = columns
    nats = [math.nan if value is None else value for value in values]
    series = list(zip(at, nats, strict=True))
    return judge(series, _first(metric) or "mel_ce", clips=_first(clips)).sentence


def _money(columns: Columns) -> float | None:
    price = _first(columns[1])
    return None if price is None else sum(_numbers(columns[0])) / SECONDS_PER_HOUR * price


OPERATIONS: Mapping[str, Callable[[Columns], Any]] = {
    "text": lambda columns: None if _first(columns[0]) is None else str(columns[0][0]),
    "value": lambda columns: _first(columns[0]),
    "last": lambda columns: columns[0][-1] if columns[0] else None,
    "count": lambda columns: len(columns[0]),
    "kinds": lambda columns: len({str(value) for value in columns[0]}),
    "listed": lambda columns: ", ".join(sorted({str(value) for value in columns[0]})) or None,
    "share": lambda columns: len(columns[0]) / len(columns[1]) if columns[1] else None,
    "sum": lambda columns: sum(_numbers(columns[0])),
    "minutes": lambda columns: sum(_numbers(columns[0])) / SECONDS_PER_MINUTE,
    "hours": lambda columns: sum(_numbers(columns[0])) / SECONDS_PER_HOUR,
    "money": _money,
    "mean": _of_one(lambda numbers: sum(numbers) / len(numbers)),
    "median": _of_one(median),
    "max": _of_one(max),
    "min": _of_one(min),
    "exp": _of_one(lambda numbers: math.exp(min(numbers[0], 700.0))),
    "log": _of_one(lambda numbers: math.log(numbers[0])),
    "difference": _of_two(lambda one, two: one - two),
    "gain": _of_two(lambda before, after: (before - after) / before if before else math.nan),
    "rise": _of_two(lambda before, after: (after - before) / before if before else math.nan),
    "ratio": _of_two(lambda one, two: one / two if two else math.nan),
    "per second": lambda both: sum(_numbers(both[0])) / (sum(_numbers(both[1])) or math.nan),
    "low": _bound(0, _mean_interval),
    "high": _bound(1, _mean_interval),
    "paired": _paired,
    "paired low": _bound(0, _paired_interval),
    "paired high": _bound(1, _paired_interval),
    "pairs": lambda columns: len(paired_differences(*columns)),
    "clipwise": _clipwise,
    "clipwise low": _bound(0, _clipwise_interval),
    "clipwise high": _bound(1, _clipwise_interval),
    "apart": _apart,
    "apart low": _bound(0, _apart_interval),
    "apart high": _bound(1, _apart_interval),
    "above": _count_beyond(1),
    "below": _count_beyond(-1),
    "lacking": lambda columns: columns[1][0] - sum(_numbers(columns[0])) / SECONDS_PER_MINUTE,
    "least gain": lambda columns: min(_gains(columns), default=None),
    "most gain": lambda columns: max(_gains(columns), default=None),
    "judged": _judged,
}  # fmt: skip
"""Operations by name; each takes one column of values per address."""
