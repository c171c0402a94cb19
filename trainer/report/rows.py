"""Rows of a file of JSON lines; those of training steps are many."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, overload

from trainer.foreign_files import parse_json

T = TypeVar("T", covariant=True)
Row = Mapping[str, Any]
Pair = tuple[int, Row]
MOST_PARSED = 800_000
"""JSON values of step events that are kept as objects, of some 70 bytes: 50,000 steps."""


class Chosen(Sequence[T]):
    """Items at the chosen places of something, each made when it is asked for."""

    def __init__(self, places: Sequence[int], item_at: Callable[[int], T]) -> None:
        self._places, self._item_at = places, item_at

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> "Chosen[T]": ...
    def __getitem__(self, at: int | slice) -> "T | Chosen[T]":
        """Item at a place, or items of a slice."""
        if isinstance(at, slice):
            return Chosen(self._places[at], self._item_at)
        return self._item_at(self._places[at])


def rows_of(items: Sequence[Row | bytes]) -> Chosen[Row]:
    """Objects of a file. items: objects, or the JSON of some, which was checked before."""

    def row_at(place: int) -> Row:
        item = items[place]
        row: Row = parse_json(item) if isinstance(item, bytes) else item
        return row

    return Chosen(range(len(items)), row_at)


def pairs_of(rows: Sequence[Row], numbers: Sequence[int], places: Sequence[int]) -> Chosen[Pair]:
    """(line number, row) of the rows at these places."""
    return Chosen(places, lambda place: (numbers[place], rows[place]))
