"""Addresses of values in a run's files, as text.

``events.jsonl#12/mel_ce`` is a value of line 12, ``events.jsonl#event=step/padding`` that value of
every line with event "step", and ``...#checkpoint=0@sentence.id+seed/measures/wer`` the same keyed
by sentence and seed. Without a selector, the file holds one object. Reserved characters are
percent-encoded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

Conditions = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """Address of a value or column. file: as in the report. line: from 1, None for all.

    where: (key, allowed values) that a line must match. by: keys of a table of values.
    """

    file: str
    line: int | None = None
    where: Conditions = ()
    by: tuple[str, ...] = ()
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        selector = (
            str(self.line)
            if self.line is not None
            else ",".join(
                f"{_safe(key)}={'|'.join(map(_safe, values))}" for key, values in self.where
            )
        )
        if self.by:
            selector += "@" + "+".join(map(_safe, self.by))
        return "/".join([f"{_safe(self.file, '/')}#{selector}", *map(_safe, self.path)])

    def to(self, *path: str) -> "Address":
        """The address with a longer path."""
        return Address(self.file, self.line, self.where, self.by, (*self.path, *path))


def parse(text: str) -> Address:
    """Parse the text of an address."""
    file, _, rest = text.partition("#")
    selector, *path = rest.split("/")
    condition, _, by = selector.partition("@")
    keys = tuple(map(unquote, by.split("+"))) if by else ()
    if condition.isdigit():
        return Address(unquote(file), int(condition), (), keys, tuple(map(unquote, path)))
    pairs = [part.partition("=") for part in condition.split(",") if part]
    where = tuple(
        (unquote(key), tuple(map(unquote, values.split("|")))) for key, _, values in pairs
    )
    return Address(unquote(file), None, where, keys, tuple(map(unquote, path)))


def line(file: str, number: int, *path: str) -> Address:
    """Address of a value of one line."""
    return Address(file, number, path=path)


def all_where(
    file: str, conditions: Mapping[str, object], *path: str, by: tuple[str, ...] = ()
) -> Address:
    """Address of a value of all matching lines; a tuple in a condition allows several values."""
    where = tuple(
        (key, tuple(map(as_text, value)) if isinstance(value, tuple) else (as_text(value),))
        for key, value in conditions.items()
    )
    return Address(file, None, where, by, path)


def whole(file: str, *path: str) -> Address:
    """Address of a value of a file that holds one object."""
    return Address(file, path=path)


def as_text(value: object) -> str:
    """A value as written in conditions."""
    return "null" if value is None else str(value)


def _safe(text: str, keep: str = "") -> str:
    return quote(text, safe=keep + " .:-_()")
