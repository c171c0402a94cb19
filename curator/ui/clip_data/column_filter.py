"""Evaluation of a query on columns; equal to `Query.matches` for every clip."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curator.domain.clip_query import (
    COMPARISONS,
    Compared,
    InRecording,
    Not,
    Numbered,
    OneOf,
    Query,
    Term,
    Words,
    fold,
)
from curator.ui.clip_data.column_source import ColumnSource

Mask = NDArray[np.bool_]  # (clips,)

_MEASURES = {"duration": "duration", "start": "begin", "confidence": "confidence"}
ERROR_WEIGHT = 1000.0
"""Weight of an error relative to a warning when sorting by findings."""

_STATES = {"undecided": 0, "kept": 1, "dropped": 2}


def mask_of(columns: ColumnSource, query: Query) -> Mask:
    """Mask of the clips that match a query."""
    mask: Mask = np.ones(len(columns), np.bool_)
    for term in query.terms:
        mask &= _holds(columns, term)
    return mask


def _holds(columns: ColumnSource, term: Term) -> Mask:
    if isinstance(term, Not):
        return ~_holds(columns, term.term)
    if isinstance(term, Words):
        return columns.texts_with(fold(term.text))
    if isinstance(term, InRecording):
        return _among(columns.column("recording"), columns.recordings_called(term.part))
    if isinstance(term, Numbered):
        if term.field == "id":
            return _among(columns.ids, term.numbers)
        return columns.column("map") & _among(columns.column("cluster"), term.numbers)
    if isinstance(term, Compared):
        values = columns.column(_MEASURES.get(term.name, f"score:{term.name}"))
        matches = np.asarray(COMPARISONS[term.comparison](values, term.number))  # type: ignore[arg-type]
        return matches & ~np.isnan(values)
    return _one_of(columns, term)


def _one_of(columns: ColumnSource, term: OneOf) -> Mask:
    mask: Mask = np.zeros(len(columns), np.bool_)
    for value in term.values:
        mask |= _has(columns, term.field, value)
    return mask


def _has(columns: ColumnSource, field: str, value: str) -> Mask:
    if field == "state":
        return _equal(columns.column("state"), _STATES.get(value))
    if field == "emotion":
        code = -1 if value == "none" else columns.emotions.get(value)
        return _equal(columns.column("emotion"), code)
    if field == "language":
        return _equal(columns.column("language"), columns.language_code(value))
    if field == "has":
        return _has_fact(columns, value)
    if value in ("any", "none"):
        some = columns.column("errors") + columns.column("warnings") > 0
        return some if value == "any" else ~some
    return columns.column(f"finding:{value}")


def _has_fact(columns: ColumnSource, what: str) -> Mask:
    if what == "text":
        return np.asarray(columns.column("text") != "", np.bool_)
    if what == "voice":
        return ~np.isnan(columns.column("score:speaker_similarity"))
    if what == "emotion":
        return np.asarray(columns.column("emotion") >= 0)
    return columns.column("corrected" if what == "correction" else what)


def _among(values: NDArray[Any], numbers: "tuple[int, ...] | list[int]") -> Mask:
    return np.isin(values, np.array(numbers, np.int64))


def _equal(values: NDArray[Any], code: int | None) -> Mask:
    if code is None:
        return np.zeros(values.size, np.bool_)
    return np.asarray(values == code)


def sortable(columns: ColumnSource, name: str) -> NDArray[np.float64]:
    """Column as float64 sort keys, nan without a value."""
    if name == "text":
        return columns.text_ranks()
    if name == "findings":
        return columns.column("errors") * ERROR_WEIGHT + columns.column("warnings")
    values = columns.column(name).astype(np.float64)
    if name in ("emotion", "language"):
        values[values < 0] = np.nan
    return values


def stable_order(keys: NDArray[np.float64]) -> NDArray[np.intp]:
    """Stable argsort with nan last, faster than numpy's.

    numpy's unstable sort is vectorised. Ties are restored afterwards by sorting integers made of
    the rank of a value and its original position.
    """
    order = np.argsort(keys)
    ordered = keys[order]
    differs = ordered[1:] != ordered[:-1]
    differs &= ~np.isnan(ordered[:-1])
    if differs.all():
        return order
    value = np.zeros(keys.size, np.int64)
    np.cumsum(differs, out=value[1:])
    both = value * keys.size + order
    both.sort()
    return both % keys.size
