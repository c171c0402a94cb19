"""Type checks of event fields: an event that fails them is skipped like a damaged line."""

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[object], bool]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return value is None or _is_number(value)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _table(value: object) -> bool:
    return isinstance(value, dict)


def _list(value: object) -> bool:
    return isinstance(value, list)


def _per_clip(value: object) -> bool:
    """(nats, targets) by clip."""
    return isinstance(value, dict) and all(
        isinstance(pair, list) and len(pair) == 2 and _number(pair[0]) and _is_number(pair[1])
        for pair in value.values()
    )


def _by_category(value: object) -> bool:
    """Means by category."""
    return isinstance(value, dict) and all(isinstance(means, dict) for means in value.values())


ENDING = ({"step": _whole}, {"reason": _text})
# By event: required fields, and optional ones that are dropped if mistyped.
FIELD_CHECKS: Mapping[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
    "started": (
        {},
        {
            **dict.fromkeys(("heard", "choices", "identity", "clips"), _table),
            **dict.fromkeys(("seconds", "updates_per_epoch", "total_steps"), _number),
        },
    ),
    "eval": (
        {"step": _whole, "mel_ce": _number},
        {
            **dict.fromkeys(("eos_ce", "text_ce", "loss"), _number),
            "clips": _whole,
            "categories": _by_category,
            "each": _per_clip,
        },
    ),
    "step": (
        {"step": _whole},
        dict.fromkeys(
            (
                "mel_ce", "eos_ce", "text_ce", "loss", "lr", "grad_norm", "clips", "tokens",
                "padding", "seconds", "memory_mb",
            ),
            _number,
        ),
    ),
    "rejected": ({"clip": _text, "reasons": _list}, {}),
    "skipped": ({"step": _whole, "clips": _list}, {}),
    "speech": (
        {"step": _whole, "sentence": _table, "measures": _table},
        {"wav": _text, "heard": _text, "fault": _text},
    ),
    "speech_means": ({"step": _whole, "measures": _by_category}, {"seconds": _number}),
    "spoken": ({"step": _whole, "text": _text, "seconds": _number}, {}),
    **dict.fromkeys(("finished", "stopped", "paused", "failed"), ENDING),
}  # fmt: skip


def usable_event(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The event without mistyped optional fields; None if a required field is missing."""
    required, typed = FIELD_CHECKS.get(str(event.get("event")), ({}, {}))
    if not all(key in event and check(event[key]) for key, check in required.items()):
        return None
    mistyped = [key for key, check in typed.items() if key in event and not check(event[key])]
    return {key: event[key] for key in event if key not in mistyped} if mistyped else event
