"""Checked values of a JSON row; WrongValue gives the reason."""

import math
from collections.abc import Mapping
from typing import Any


class WrongValue(Exception):  # named for what happened
    """A value of a row cannot be used."""


def number(row: Mapping[str, Any], key: str) -> float | None:
    """Seconds, finite and not negative; None without the key."""
    if key not in row:
        return None
    value = row[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongValue(f"its {key} is {_shown(value)}, not a number of seconds")
    try:
        seconds = float(value)
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds) or seconds < 0:
        raise WrongValue(f"its {key} is {_shown(value)}, not a number of seconds from 0")
    return seconds


def required(row: Mapping[str, Any], key: str) -> float:
    """Seconds; the row must have the key."""
    value = number(row, key)
    if value is None:
        raise WrongValue(f"it has no {key}")
    return value


def text_or_none(row: Mapping[str, Any], key: str) -> str | None:
    """A text; None where it is null."""
    value = row[key]
    if value is None or isinstance(value, str):
        return value
    raise WrongValue(f"its {key} is {_shown(value)}, not a text in quotes")


def _shown(value: object) -> str:
    if value is None:
        return "null"
    text = repr(value) if isinstance(value, (str, int, float, bool)) else type(value).__name__
    return text if len(text) <= 40 else f"{text[:37]}..."
