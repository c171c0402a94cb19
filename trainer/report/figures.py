"""Numbers that know where they come from. A report has no other ones.

A figure is made by naming addresses and an operation; its value is worked out from the files at
these addresses, so that what is printed and what is traced cannot part.
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
    """A number or a text out of the files. how, sources: what was worked out, and from where.

    value: None where there is none. text: as it is shown, after the format ``form``.
    """

    value: Any
    text: str
    how: str
    form: str
    sources: tuple[str, ...]


Inline = tuple["str | Figure", ...]


def inline(sentence: str, *figures: "Figure | str") -> Inline:
    """A sentence with figures where it has {}."""
    pieces = sentence.split("{}")
    assert len(pieces) == len(figures) + 1, sentence
    content: list[str | Figure] = [pieces[0]]
    for figure, piece in zip(figures, pieces[1:], strict=True):
        content += [figure, piece]
    return tuple(part for part in content if part != "")


def plain(content: Inline) -> str:
    """The sentence as people read it."""
    return "".join(part if isinstance(part, str) else part.text for part in content)


def figure(sources: Sources, how: str, *addresses: Address, form: str = ".3f") -> Figure:
    """The outcome of an operation on what is at the addresses."""
    columns = [sources.values(address) for address in addresses]
    value = OPERATIONS[how](columns)
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    try:
        text = NOTHING if value is None else format(value, form)
    except (ValueError, TypeError):  # a text where a number should be
        value, text = None, NOTHING
    return Figure(value, text, how, form, tuple(map(str, addresses)))


def _numbers(column: Sequence[Any]) -> list[float]:
    return [value for value in column if isinstance(value, int | float)]


def _first(column: Sequence[Any]) -> Any:  # noqa: ANN401
    return column[0] if column else None


def _of_one(work: Callable[[list[float]], float]) -> Callable[[Columns], float | None]:
    def worked(columns: Columns) -> float | None:
        numbers = _numbers(columns[0])
        return work(numbers) if numbers else None

    return worked


def _of_two(work: Callable[[float, float], float]) -> Callable[[Columns], float | None]:
    def worked(columns: Columns) -> float | None:
        one, two = _first(columns[0]), _first(columns[1])
        both = isinstance(one, int | float) and isinstance(two, int | float)
        return work(one, two) if both else None

    return worked


def _end(
    at: int, interval: Callable[..., statistics.Interval | None]
) -> Callable[[Columns], float | None]:
    def worked(columns: Columns) -> float | None:
        found = interval(*columns)
        return None if found is None else found[at]

    return worked


def _mean_interval(column: Sequence[Any]) -> statistics.Interval | None:
    return statistics.mean_interval(_numbers(column))


def pair_up(before: Sequence[Any], after: Sequence[Any]) -> list[float]:
    """after - before of what has the same key and a number on both sides."""
    earlier = {key: value for key, value in before if value is not None}
    return [value - earlier[key] for key, value in after if value is not None and key in earlier]


def _paired(columns: Columns) -> float | None:
    found = pair_up(*columns)
    return sum(found) / len(found) if found else None


def _paired_interval(before: Sequence[Any], after: Sequence[Any]) -> statistics.Interval | None:
    return statistics.mean_interval(pair_up(before, after))


Each = Mapping[str, Sequence[float]]


def _changes(before: Each, after: Each) -> tuple[list[float], list[float]]:
    """By clip: nats after less nats before, and its targets."""
    same = [
        clip for clip in before if clip in after and None not in (before[clip][0], after[clip][0])
    ]
    return [after[clip][0] - before[clip][0] for clip in same], [before[clip][1] for clip in same]


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
    return statistics.apart_interval(_numbers(some), _numbers(others))


def _gains(columns: Columns) -> list[float]:
    """Gain over the first by pairs of columns: what was at first, what was best."""
    found = []
    for before, after in zip(columns[::2], columns[1::2], strict=True):
        one, two = _first(before), _first(after)
        if isinstance(one, int | float) and isinstance(two, int | float) and one:
            found.append((one - two) / one)
    return found


def _beyond(way: int) -> Callable[[Columns], int]:
    def worked(columns: Columns) -> int:
        limit = columns[1][0]
        return sum((value - limit) * way > 0 for value in _numbers(columns[0]))

    return worked


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
    "low": _end(0, _mean_interval),
    "high": _end(1, _mean_interval),
    "paired": _paired,
    "paired low": _end(0, _paired_interval),
    "paired high": _end(1, _paired_interval),
    "pairs": lambda columns: len(pair_up(*columns)),
    "clipwise": _clipwise,
    "clipwise low": _end(0, _clipwise_interval),
    "clipwise high": _end(1, _clipwise_interval),
    "apart": _apart,
    "apart low": _end(0, _apart_interval),
    "apart high": _end(1, _apart_interval),
    "above": _beyond(1),
    "below": _beyond(-1),
    "lacking": lambda columns: columns[1][0] - sum(_numbers(columns[0])) / SECONDS_PER_MINUTE,
    "least gain": lambda columns: min(_gains(columns), default=None),
    "most gain": lambda columns: max(_gains(columns), default=None),
    "judged": _judged,
}  # fmt: skip
"""What can be worked out. Each takes a column of values for each address."""
