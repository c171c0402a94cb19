"""Rows of a file of JSON lines; those of training steps are many."""

from collections.abc import Mapping, Sequence
from typing import Any, overload

from trainer.foreign_files import parse_json

Row = Mapping[str, Any]
Pair = tuple[int, Row]
MOST_PARSED = 800_000
"""JSON values of step events that are kept as objects, of some 70 bytes: 50,000 steps."""


class Rows(Sequence[Row]):
    """Objects of a file. items: objects, or the JSON of some, which was checked before."""

    def __init__(self, items: Sequence[Row | bytes]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> "Rows": ...
    def __getitem__(self, at: int | slice) -> "Row | Rows":
        """Row at a place, or rows of a slice."""
        if isinstance(at, slice):
            return Rows(self._items[at])
        item = self._items[at]
        if not isinstance(item, bytes):
            return item
        row: Row = parse_json(item)
        return row


class Pairs(Sequence[Pair]):
    """(line number, row) of chosen rows. chosen: their places in the file."""

    def __init__(self, rows: Rows, numbers: Sequence[int], chosen: Sequence[int]) -> None:
        self._rows, self._numbers, self._chosen = rows, numbers, chosen

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, at: int) -> Pair: ...
    @overload
    def __getitem__(self, at: slice) -> "Pairs": ...
    def __getitem__(self, at: int | slice) -> "Pair | Pairs":
        """Pair at a place, or pairs of a slice."""
        if isinstance(at, slice):
            return Pairs(self._rows, self._numbers, self._chosen[at])
        chosen = self._chosen[at]
        return self._numbers[chosen], self._rows[chosen]
