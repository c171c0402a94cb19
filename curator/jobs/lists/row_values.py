"""Checked values of a JSON row; WrongValue gives the reason."""

import math
import re
from collections.abc import Mapping
from typing import Any

from curator.jobs.lists.columns import DURATIONS, STARTS, STOPS


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


_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)", re.ASCII)
"""Seconds with a decimal point or comma, or minutes and hours before them."""


def time_of(row: Mapping[str, Any], key: str) -> float | None:
    """Seconds of a start or end, also as text such as "0,25" or "0:01:02.5"; None if empty."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        match = _CLOCK.fullmatch(value.strip())
        if match is None:
            raise WrongValue(f"its {key} is {_shown(value)}, not a time")
        hours, minutes, seconds = match.groups()
        value = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))
    checked = number({key: value}, key)
    return checked / 1000 if checked is not None and key.endswith("_ms") else checked


def part_of(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Start and stop in seconds of the part of a file that a row names; None without."""
    start, stop, length = (
        next((time for key in keys if (time := time_of(row, key)) is not None), None)
        for keys in (STARTS, STOPS, DURATIONS)
    )
    if stop is None and start is not None and length is not None:
        stop = start + length
    return start, stop


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
