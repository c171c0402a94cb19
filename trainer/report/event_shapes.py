"""What an event must be to be used: a line of another shape is passed over like a damaged one."""

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


def _each(value: object) -> bool:
    """By clip its nats and its targets."""
    return isinstance(value, dict) and all(
        isinstance(pair, list) and len(pair) == 2 and _number(pair[0]) and _is_number(pair[1])
        for pair in value.values()
    )


def _kinds(value: object) -> bool:
    """By category its means."""
    return isinstance(value, dict) and all(isinstance(means, dict) for means in value.values())


ENDING = ({"step": _whole}, {"reason": _text})
# By kind what must be there, and what is left out where it is of another type.
SHAPES: Mapping[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
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
            "categories": _kinds,
            "each": _each,
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
    "speech_means": ({"step": _whole, "measures": _kinds}, {"seconds": _number}),
    "spoken": ({"step": _whole, "text": _text, "seconds": _number}, {}),
    **dict.fromkeys(("finished", "stopped", "paused", "failed"), ENDING),
}  # fmt: skip


def usable_event(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The event without fields of another type; None where it lacks what it is about."""
    required, typed = SHAPES.get(str(event.get("event")), ({}, {}))
    if not all(key in event and check(event[key]) for key, check in required.items()):
        return None
    odd = [key for key, check in typed.items() if key in event and not check(event[key])]
    return {key: event[key] for key in event if key not in odd} if odd else event
