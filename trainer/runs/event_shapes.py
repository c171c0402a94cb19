"""Type checks of event fields: an event that fails them is skipped like a damaged line."""

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[object], bool]
MAX_NUMBER = 1e15  # in magnitude: sums and squares of what is measured stay finite


def is_number(value: object) -> bool:
    """Whether a value is a number of usable size."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -MAX_NUMBER <= value <= MAX_NUMBER
    )


def is_whole(value: object) -> bool:
    """Whether a value is an integer of at least zero, such as a step."""
    return isinstance(value, int) and is_number(value) and value >= 0


def is_text(value: object) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def is_table(value: object) -> bool:
    """Whether a value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> bool:
    """Whether a value is a list."""
    return isinstance(value, list)


def optional(check: Check) -> Check:
    """The check, which null passes as well."""
    return lambda value: value is None or check(value)


_number = optional(is_number)


def measures(value: object) -> bool:
    """Numbers or null by name."""
    return isinstance(value, dict) and all(map(_number, value.values()))


def sentence(value: object) -> bool:
    """A test sentence."""
    return (
        isinstance(value, dict)
        and is_text(value.get("id"))
        and is_text(value.get("text"))
        and optional(is_text)(value.get("category"))
        and "category" in value
    )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


def _counts(value: object) -> bool:
    """Integers by name."""
    return isinstance(value, dict) and all(map(is_whole, value.values()))


def _per_clip(value: object) -> bool:
    """(nats, targets) by clip."""
    return isinstance(value, dict) and all(
        isinstance(pair, list) and len(pair) == 2 and _number(pair[0]) and is_number(pair[1])
        for pair in value.values()
    )


def _by_category(value: object) -> bool:
    """Means by category."""
    return isinstance(value, dict) and all(isinstance(means, dict) for means in value.values())


def _losses(value: object) -> bool:
    """Mean losses by category."""
    return isinstance(value, dict) and all(map(measures, value.values()))


ENDING = (
    {"step": is_whole},
    {"reason": is_text, "sentence": is_text, "state": is_text, "best": optional(is_whole)},
)
# By event: required fields, and optional ones that are dropped if mistyped.
FIELD_CHECKS: Mapping[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
    "started": (
        {},
        {
            **dict.fromkeys(("identity",), is_table),
            **dict.fromkeys(("heard", "choices", "clips"), _counts),
            **dict.fromkeys(("seconds", "updates_per_epoch", "total_steps"), _number),
        },
    ),
    "eval": (
        {"step": is_whole, "mel_ce": _number},
        {
            **dict.fromkeys(("eos_ce", "text_ce", "loss"), _number),
            "clips": is_whole,
            "categories": _losses,
            "each": _per_clip,
        },
    ),
    "step": (
        {"step": is_whole},
        dict.fromkeys(
            (
                "mel_ce", "eos_ce", "text_ce", "loss", "lr", "grad_norm", "clips", "tokens",
                "padding", "seconds", "memory_mb",
            ),
            _number,
        ),
    ),
    "rejected": ({"clip": is_text, "reasons": _texts}, {}),
    "skipped": ({"step": is_whole, "clips": _texts}, {}),
    "checkpoint": ({"step": is_whole}, {"best": optional(is_whole)}),
    "resumed": ({"step": is_whole}, {"damaged_checkpoints": is_list}),
    "guard": ({"step": is_whole}, {"state": is_text, "sentence": is_text}),
    "speech": (
        {"step": is_whole, "sentence": sentence, "measures": measures},
        {"wav": optional(is_text), "heard": optional(is_text), "fault": optional(is_text)},
    ),
    "speech_means": ({"step": is_whole, "measures": _by_category}, {"seconds": _number}),
    "spoken": ({"step": is_whole, "text": is_text, "seconds": _number}, {}),
    **dict.fromkeys(("finished", "stopped", "paused", "failed"), ENDING),
}  # fmt: skip


def usable_fields(
    row: Mapping[str, Any], required: Mapping[str, Check], typed: Mapping[str, Check]
) -> Mapping[str, Any] | None:
    """The row without mistyped optional fields; None if a required field is missing or mistyped."""
    if not all(key in row and check(row[key]) for key, check in required.items()):
        return None
    mistyped = [key for key, check in typed.items() if key in row and not check(row[key])]
    return {key: row[key] for key in row if key not in mistyped} if mistyped else row


def usable_event(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The event without mistyped optional fields; None if a required field is missing."""
    kind = event.get("event")
    if not isinstance(kind, str):
        return None
    return usable_fields(event, *FIELD_CHECKS.get(kind, ({}, {})))
