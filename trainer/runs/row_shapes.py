"""Type checks of rows in the files of a run and its bundle, by file.

A row that lacks a required field is skipped like a damaged line; an optional field of another type
is left out. Unknown fields are kept, as a newer version may have written them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from trainer.foreign_files import shared_keys
from trainer.runs.event_shapes import (
    Check,
    is_number,
    is_table,
    is_text,
    is_whole,
    measures,
    optional,
    sentence,
    usable_event,
    usable_fields,
)

Row = Mapping[str, Any]


def _source(value: object) -> bool:
    """Recording and time range of a clip."""
    return (
        isinstance(value, dict)
        and is_text(value.get("sha256"))
        and is_number(value.get("start_s"))
        and is_number(value.get("stop_s"))
    )


def _header(value: object) -> bool:
    """First line of an evaluation."""
    return isinstance(value, dict) and is_whole(value.get("format", 1))


def _reference(value: object) -> bool:
    return isinstance(value, dict) and is_text(value.get("clip"))


def _identity(value: object) -> bool:
    """Base model of a run."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("sha256", {}), dict)
        and all(is_text(value.get(key, "")) for key in ("backend", "base"))
    )


SAMPLE: tuple[Mapping[str, Check], Mapping[str, Check]] = (
    {
        "sample": is_text, "checkpoint": is_whole, "sentence": sentence, "seed": is_whole,
        "measures": measures,
    },
    {
        **dict.fromkeys(("wav", "prompt", "heard", "fault"), optional(is_text)),
        "reference": optional(_reference), "seconds": optional(is_number),
    },
)  # fmt: skip
REAL_CLIP: tuple[Mapping[str, Check], Mapping[str, Check]] = (
    {"clip": is_text, "measures": measures},
    {
        **dict.fromkeys(("category", "text", "heard", "fault"), optional(is_text)),
        "seconds": optional(is_number),
    },
)
MANIFEST_CLIP: tuple[Mapping[str, Check], Mapping[str, Check]] = (
    {
        **dict.fromkeys(("id", "audio", "sha256", "text", "split"), is_text),
        **dict.fromkeys(("duration_s", "rate"), is_number),
        "emotion": optional(is_text), "source": _source, "scores": measures,
    },
    {"samples": is_whole, "weight": is_number, "recipe": optional(is_text)},
)  # fmt: skip
RECORD: tuple[Mapping[str, Check], Mapping[str, Check]] = (
    {},
    {
        **dict.fromkeys(("bundle", "manifest_sha256", "config_sha256", "kind"), is_text),
        "format": is_whole, "identity": _identity,
    },
)  # fmt: skip


def _evaluated(row: Row) -> Row | None:
    return usable_fields(row, {"about": _header}, {}) if "about" in row else None


def _sample(row: Row) -> Row | None:
    return _evaluated(row) or usable_fields(row, *SAMPLE)


def _real(row: Row) -> Row | None:
    return _evaluated(row) or usable_fields(row, *REAL_CLIP)


def _settings(row: Row) -> Row:
    return {section: values for section, values in row.items() if is_table(values)}


SHAPES: Mapping[str, Callable[[Row], Row | None]] = {
    "events.jsonl": usable_event,
    "results.jsonl": _sample,
    "real.jsonl": _real,
    "manifest.jsonl": lambda row: usable_fields(row, *MANIFEST_CLIP),
    "run.json": lambda row: usable_fields(row, *RECORD),
    "config.toml": _settings,
}


def usable_row(file: str, value: object) -> Row | None:
    """The row of a file without mistyped fields; None if it cannot be used. file: its name."""
    if not isinstance(value, dict):
        return None
    shape = SHAPES.get(file)
    row = shared_keys(value)
    return row if shape is None else shape(row)
