"""Where a number of a report comes from, as text that a program can follow.

``events.jsonl#12/mel_ce`` is a value of line 12, ``events.jsonl#event=step/padding`` that value of
every line whose event is "step", and ``...#checkpoint=0@sentence.id+seed/measures/wer`` the same
by sentence and seed. Without a selector it is the whole of a file that holds one object. Signs that
would be mistaken for the address's own are written as %XX.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

Conditions = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """file: as the report names it. line: from 1, None for all. by: keys of a table of values.

    where: keys and the values, one of which a line must have there.
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
            else ",".join(f"{_safe(key)}={'|'.join(map(_safe, one))}" for key, one in self.where)
        )
        if self.by:
            selector += "@" + "+".join(map(_safe, self.by))
        return "/".join([f"{_safe(self.file, '/')}#{selector}", *map(_safe, self.path)])

    def to(self, *path: str) -> "Address":
        """The same place, further inside."""
        return Address(self.file, self.line, self.where, self.by, (*self.path, *path))


def parse(text: str) -> Address:
    """The address that was written so."""
    file, _, rest = text.partition("#")
    selector, *path = rest.split("/")
    chosen, _, by = selector.partition("@")
    keys = tuple(map(unquote, by.split("+"))) if by else ()
    if chosen.isdigit():
        return Address(unquote(file), int(chosen), (), keys, tuple(map(unquote, path)))
    pairs = [part.partition("=") for part in chosen.split(",") if part]
    where = tuple((unquote(key), tuple(map(unquote, one.split("|")))) for key, _, one in pairs)
    return Address(unquote(file), None, where, keys, tuple(map(unquote, path)))


def line(file: str, number: int, *path: str) -> Address:
    """A value of one line."""
    return Address(file, number, path=path)


def all_where(
    file: str, conditions: Mapping[str, object], *path: str, by: tuple[str, ...] = ()
) -> Address:
    """A value of every line that fulfils the conditions; a tuple means one of several values."""
    where = tuple(
        (key, tuple(map(as_text, value)) if isinstance(value, tuple) else (as_text(value),))
        for key, value in conditions.items()
    )
    return Address(file, None, where, by, path)


def whole(file: str, *path: str) -> Address:
    """A value of a file that holds one object."""
    return Address(file, path=path)


def as_text(value: object) -> str:
    """A value as conditions write it."""
    return "null" if value is None else str(value)


def _safe(text: str, keep: str = "") -> str:
    return quote(text, safe=keep + " .:-_()")
