"""Columns of one value per clip, to filter and sort 100,000 clips with numpy.

A group of columns is read from the project on first use and kept up to date from then on. Positions
in the columns change when clips are added or removed; ids do not.
"""

from collections.abc import Callable, Collection, Iterable
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from curator.domain.clip_query import Query, fold
from curator.domain.decision import Field
from curator.domain.errors import printable
from curator.store.project import Project
from curator.ui.clip_data.column_filter import mask_of, sortable, stable_order
from curator.ui.clip_data.column_groups import (
    FINDING,
    STATES,
    TOUCHED,
    Codes,
    Column,
    Positions,
    Rows,
    group_of,
    kinds_of,
    put,
    rows_of,
)
from curator.ui.clip_data.text_search import TextSearch

__all__ = ["FINDING", "STATES", "ClipColumns", "Positions"]


class ClipColumns:
    """Columns of the clips of a project, updated by `follow`; implements ColumnSource.

    ids: int64, in no particular order, the same as that of the columns. emotions: codes of the
    categories. whole: whether all clips are loaded, not only the first.
    """

    ids: NDArray[np.int64]

    def __init__(self, project: Project, first: int | None = None) -> None:
        """Read all clips, or only the first ones, to show something quickly."""
        self._project = project
        self.emotions: Codes = {key: n for n, key in enumerate(project.settings.emotions.keys)}
        self._languages: Codes = {}
        self._columns: dict[str, Column] = {}
        self._loaded: set[str] = set()
        self._load(first)

    def __len__(self) -> int:
        return int(self.ids.size)

    def follow(
        self, clips: Iterable[int] | None, field: Field | None = None
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Read changed clips again; returns the added and the removed clips.

        clips: None for all. field: field of the decision; None: any fact may have changed.
        """
        if clips is None:
            return self.adopt(self.reading()(self._project))
        came, went = self._follow_some(list(clips), field)
        return frozenset(came.tolist()), frozenset(went.tolist())

    def lacks(self, groups: Iterable[str]) -> bool:
        """Whether some of these groups are not loaded for all clips."""
        return not (self.whole and self._loaded.issuperset(groups))

    def reading(self, groups: Iterable[str] = ()) -> "ColumnReader":
        """Function that reads all clips with these and the loaded groups, on any thread."""
        wanted = self._loaded.union(groups)

        def read(project: Project, look_up: Callable[[], None] = lambda: None) -> ClipColumns:
            with project.reading():
                columns = ClipColumns(project)
                for group in wanted:
                    look_up()
                    columns.need(group)
            if "text" in wanted:
                columns.text_ranks()
                columns.texts_with("a")  # builds the search index
            return columns

        return read

    def adopt(self, other: "ClipColumns") -> tuple[frozenset[int], frozenset[int]]:
        """Replace the columns by others; returns the added and the removed clips."""
        # With the sorted ids of both: numpy's setdiff1d takes 60 ms for 100,000 ids.
        came, went = other.ids[~self._knows(other.ids)], self.ids[~other._knows(self.ids)]
        project, ids = self._project, self.ids
        vars(self).update(vars(other))
        self._project = project
        if np.array_equal(ids, self.ids):
            self.ids = ids  # the same array object means that positions did not change
        return frozenset(came.tolist()), frozenset(went.tolist())

    def column(self, name: str) -> Column:
        """Column by name, for example "score:KEY"; "duration" and "begin" are in seconds."""
        if name == "duration":
            return self.seconds(slice(None))
        if name == "begin":
            return self._columns["start"] / self._rate_of[self._columns["recording"]]
        if name == "pace":
            return self._paces()
        self.need(group_of(name))
        if name.startswith(FINDING):
            return self._columns.get(name, np.zeros(len(self), np.bool_))
        return self._columns[name]

    def _paces(self) -> NDArray[np.float64]:
        """Characters per second, nan without text."""
        lengths = np.fromiter(map(len, self.column("text")), np.float64, len(self))
        lengths[lengths == 0] = np.nan
        return lengths / self.seconds(slice(None))

    def need(self, group: str) -> None:
        """Read a group unless it is loaded."""
        if group in self._loaded:
            return
        self._reset(group)
        self._loaded.add(group)
        rows = rows_of(self._project, group, None if self.whole else self.ids.tolist())
        self._put(group, self._positions_of(rows), rows)

    def seconds(self, where: Positions | slice) -> NDArray[np.float64]:
        """Durations of clips in seconds, float64."""
        of = self._columns
        samples = of["stop"][where] - of["start"][where]
        return np.asarray(samples / self._rate_of[of["recording"][where]])

    def finding_keys(self) -> list[str]:
        """Keys of all findings."""
        self.need("findings")
        return [name.removeprefix(FINDING) for name in self._columns if name.startswith(FINDING)]

    def positions(self, clips: Iterable[int] | Column) -> Positions:
        """Positions of clips in the columns; unknown clips are left out."""
        wanted = clips if isinstance(clips, np.ndarray) else np.array(list(clips), np.int64)
        wanted = wanted[self._knows(wanted)]
        positions: Positions = self._sorter[np.searchsorted(self._sorted_ids, wanted)]
        return positions

    def _knows(self, clips: Column) -> NDArray[np.bool_]:
        """Mask of the clips that are in the columns."""
        if not len(self):
            return np.zeros(len(clips), np.bool_)
        slots = np.searchsorted(self._sorted_ids, clips).clip(max=len(self) - 1)
        return np.asarray(self._sorted_ids[slots] == clips)

    def where(self, query: Query) -> Positions:
        """Positions of the clips that match a query, in recording order; see `Query.matches`."""
        mask = mask_of(self, query)
        order = self.as_recorded()
        return order[mask[order]]

    def ordered(self, where: Positions, name: str, descending: bool = False) -> Positions:
        """Positions sorted by a column: stable, clips without a value last."""
        if name == "recorded":
            rank = np.empty(len(self), np.intp)
            rank[self.as_recorded()] = np.arange(len(self))
            keys = rank[where].astype(np.float64)
        else:
            keys = sortable(self, name)[where]
        return where[stable_order(-keys if descending else keys)]

    def recordings_called(self, part: str) -> list[int]:
        """Ids of the recordings with this substring in their name."""
        wanted = fold(part)
        return [number for number, name in self._names.items() if wanted in name]

    def language_code(self, language: str) -> int | None:
        """Code of a language, None if no clip has it."""
        self.need("transcript")
        return self._languages.get(language)

    def _load(self, first: int | None) -> None:
        rows = self._project.clips.rows("place", first=first)
        self.whole = first is None or len(rows) < first
        self._read_recordings()
        self.ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        self._columns.clear()
        self._loaded = {"place"}
        self._number()
        self._reset("place")
        self._put("place", np.arange(len(rows)), rows)
        self._recorded: Positions | None = np.arange(len(rows))

    def _read_recordings(self) -> None:
        recordings = self._project.recordings.all()
        self._names = {r.id: fold(printable(r.name)) for r in recordings}
        self._rate_of = np.ones(max(self._names, default=0) + 1, np.int64)
        for recording in recordings:
            self._rate_of[recording.id] = recording.rate

    def _number(self) -> None:
        self._sorter = np.argsort(self.ids)
        self._sorted_ids = self.ids[self._sorter]
        self._text_ranks: Column | None = None
        self._search: TextSearch | None = None

    def _positions_of(self, rows: Rows) -> Positions:
        return self.positions(np.fromiter((row[0] for row in rows), np.int64, len(rows)))

    def _kinds(self, group: str) -> dict[str, tuple[type, object]]:
        kinds = kinds_of(group)
        if group == "findings":
            kinds |= {c: (np.bool_, False) for c in self._columns if c.startswith(FINDING)}
        return kinds

    def _reset(self, group: str, where: Positions | None = None) -> None:
        """Create the columns of a group without values, or reset them for some clips."""
        for name, (kind, missing) in self._kinds(group).items():
            if where is None:
                self._columns[name] = np.full(len(self), missing, kind)
            else:
                self._columns[name][where] = missing

    def _put(self, group: str, where: Positions, rows: Rows) -> None:
        put(self._columns, group, where, rows, self.emotions, self._languages)

    def _follow_some(self, changed: list[int], field: Field | None) -> tuple[Column, Column]:
        rows = self._project.clips.rows("place", changed)
        present = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        came = present[~self._knows(present)]
        if came.size:  # their recordings may be new too
            self._read_recordings()
        gone = np.array(sorted(set(changed).difference(present.tolist())), np.int64)
        went = gone[self._knows(gone)]
        if came.size or went.size:
            self._change_members(came, went)
        touched: Collection[str] = self._loaded
        if field in TOUCHED and not came.size:
            touched = TOUCHED[field] & self._loaded
        where = self.positions(present)
        before = self._columns["start"][where], self._columns["stop"][where]
        for group in tuple(touched):
            values = rows if group == "place" else rows_of(self._project, group, changed)
            self._reset(group, where)
            self._put(group, self._positions_of(values), values)
        if "text" in touched:
            self._text_ranks = self._search = None
        after = self._columns["start"][where], self._columns["stop"][where]
        if came.size or not all(map(np.array_equal, before, after)):
            self._recorded = None
        return came, went

    def _change_members(self, came: Column, went: Column) -> None:
        stay = ~np.isin(self.ids, went)
        self.ids = np.concatenate([self.ids[stay], came])
        kinds = dict(chain.from_iterable(self._kinds(g).items() for g in self._loaded))
        for name, column in self._columns.items():
            kind, missing = kinds[name]
            self._columns[name] = np.concatenate([column[stay], np.full(came.size, missing, kind)])
        self._number()
        self._recorded = None

    def as_recorded(self) -> Positions:
        """All positions in recording order."""
        if self._recorded is None:
            of = self._columns
            self._recorded = np.lexsort((self.ids, of["stop"], of["start"], of["recording"]))
        return self._recorded

    def texts_with(self, part: str) -> Column:
        """Mask of the clips with this case-folded substring in their text."""
        if self._search is None:
            self._search = TextSearch(self.column("text").tolist())
        return self._search.holding(part)

    def text_ranks(self) -> Column:
        """Alphabetical rank of each text, equal for equal texts, nan without text."""
        if self._text_ranks is None:
            texts = self.column("text")
            ranks: dict[str, float] = {t: n for n, t in enumerate(sorted(set(texts)))}
            ranks[""] = np.nan
            self._text_ranks = np.fromiter(map(ranks.__getitem__, texts), np.float64, len(self))
        return self._text_ranks


class ColumnReader(Protocol):
    """Reads columns of a project. look_up: called between groups; may raise to cancel."""

    def __call__(self, project: Project, look_up: Callable[[], None] = ...) -> ClipColumns: ...
