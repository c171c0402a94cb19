"""All clips as columns of numbers, so that a hundred thousand are filtered and sorted at once.

A group of columns is read from the project when it is first needed, and kept in step from then on.
Positions in the columns change when clips come or go: hold on to ids.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curator.domain.clip_query import Query, fold
from curator.domain.decision import Field, State
from curator.domain.errors import printable
from curator.store.project import Project
from curator.ui.audit.column_filter import mask_of, sortable, stable_order

Column = NDArray[Any]  # (clips,)
Positions = NDArray[np.intp]
Rows = Sequence[tuple[Any, ...]]

STATES = (State.UNDECIDED, State.KEPT, State.DROPPED)
NO_WORD = -1
"""The code of an emotion or language that a clip does not have."""

SCORE = "score:"
FINDING = "finding:"

_GROUPS: Mapping[str, Mapping[str, tuple[type, object]]] = {
    "place": {
        "recording": (np.int64, 0),
        "start": (np.int64, 0),
        "stop": (np.int64, 0),
        "state": (np.int8, 0),
        "emotion": (np.int16, NO_WORD),
        "corrected": (np.bool_, False),
    },
    "text": {"text": (np.object_, "")},
    "transcript": {
        "transcript": (np.bool_, False),
        "language": (np.int16, NO_WORD),
        "confidence": (np.float64, np.nan),
    },
    "words": {"words": (np.bool_, False)},
    "edges": {"edges": (np.bool_, False)},
    "map": {"map": (np.bool_, False), "cluster": (np.int64, 0)},
    "findings": {"errors": (np.int16, 0), "warnings": (np.int16, 0)},
}
"""The columns that are read together: their kind, and what a clip has that lacks the fact."""

_GROUP_OF = {column: group for group, columns in _GROUPS.items() for column in columns}
_TOUCHED = {
    Field.STATE: frozenset({"place"}),
    Field.EMOTION: frozenset({"place"}),
    Field.TEXT: frozenset({"place", "text", "findings"}),
}
"""The groups that a decision changes, where that is not all of them."""


class ClipColumns:
    """The clips of a project, in step with it as far as `follow` is told what changed.

    ids: of all clips, in no order that may be relied on; columns have the same order.
    emotions: the numbers that stand for them.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self.emotions = {key: n for n, key in enumerate(project.settings.emotions.keys)}
        self._languages: dict[str, int] = {}
        self._columns: dict[str, Column] = {}
        self._loaded: set[str] = set()
        self._load()

    def __len__(self) -> int:
        return int(self.ids.size)

    def follow(
        self, clips: Iterable[int] | None, field: Field | None = None
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Take over what changed; returns the clips that came and those that went.

        clips: which are touched, None for any. field: what was decided about them; None: anything
        may have been found out.
        """
        if clips is None:
            before, loaded = self.ids, set(self._loaded)
            self._load()
            for group in loaded:
                self._need(group)
            came, went = np.setdiff1d(self.ids, before), np.setdiff1d(before, self.ids)
        else:
            came, went = self._follow_some(list(clips), field)
        return frozenset(came.tolist()), frozenset(went.tolist())

    def column(self, name: str) -> Column:
        """A column by name, such as "score:KEY", "finding:KEY"; "duration", "begin" in seconds."""
        if name == "duration":
            return self.seconds(slice(None))
        if name == "begin":
            return self._columns["start"] / self._rate_of[self._columns["recording"]]
        if name.startswith(SCORE):
            self._need(name)
        elif name.startswith(FINDING):
            self._need("findings")
            return self._columns.get(name, np.zeros(len(self), np.bool_))
        else:
            self._need(_GROUP_OF[name])
        return self._columns[name]

    def seconds(self, where: Positions | slice) -> NDArray[np.float64]:
        """How long clips are."""
        of = self._columns
        samples = of["stop"][where] - of["start"][where]
        return np.asarray(samples / self._rate_of[of["recording"][where]])

    def finding_keys(self) -> list[str]:
        """The keys of all findings there are."""
        self._need("findings")
        return [name.removeprefix(FINDING) for name in self._columns if name.startswith(FINDING)]

    def positions(self, clips: Iterable[int] | Column) -> Positions:
        """Where clips are in the columns; those that are not there are left out."""
        wanted = clips if isinstance(clips, np.ndarray) else np.array(list(clips), np.int64)
        if not len(self):
            return np.zeros(0, np.intp)
        places = np.searchsorted(self._sorted_ids, wanted).clip(max=len(self) - 1)
        found: Positions = self._sorter[places[self._sorted_ids[places] == wanted]]
        return found

    def where(self, query: Query) -> Positions:
        """The clips for which the query holds, as `Query.matches` says, as recorded."""
        mask = mask_of(self, query)
        order = self.as_recorded()
        return order[mask[order]]

    def ordered(self, where: Positions, name: str, descending: bool = False) -> Positions:
        """The same by a column, clips without a value last, equal ones in the order they had."""
        if name == "recorded":
            rank = np.empty(len(self), np.intp)
            rank[self.as_recorded()] = np.arange(len(self))
            keys = rank[where].astype(np.float64)
        else:
            keys = sortable(self, name)[where]
        return where[stable_order(-keys if descending else keys)]

    def recordings_called(self, part: str) -> list[int]:
        """The recordings whose name holds this part."""
        wanted = fold(part)
        return [number for number, name in self._names.items() if wanted in name]

    def language_code(self, language: str) -> int | None:
        """The number that stands for a language, None if no clip has it."""
        self._need("transcript")
        return self._languages.get(language)

    def _load(self) -> None:
        rows = self._project.clips.rows("place")
        recordings = self._project.recordings.all()
        self._names = {r.id: fold(printable(r.name)) for r in recordings}
        self._rate_of = np.ones(max(self._names, default=0) + 1, np.int64)
        for recording in recordings:
            self._rate_of[recording.id] = recording.rate
        self.ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        self._columns.clear()
        self._loaded = {"place"}
        self._number()
        self._make("place")
        self._put("place", np.arange(len(rows)), rows)
        self._recorded: Positions | None = np.arange(len(rows))

    def _number(self) -> None:
        self._sorter = np.argsort(self.ids)
        self._sorted_ids = self.ids[self._sorter]
        self._text_ranks: Column | None = None

    def _need(self, group: str) -> None:
        if group in self._loaded:
            return
        self._make(group)
        self._loaded.add(group)
        rows = self._rows(group, None)
        self._put(group, self._positions_of(rows), rows)

    def _rows(self, group: str, clips: Iterable[int] | None) -> Rows:
        if group.startswith(SCORE):
            return self._project.clips.rows("score", clips, group.removeprefix(SCORE))
        return self._project.clips.rows(group, clips)

    def _positions_of(self, rows: Rows) -> Positions:
        return self.positions(np.fromiter((row[0] for row in rows), np.int64, len(rows)))

    def _kinds(self, group: str) -> dict[str, tuple[type, object]]:
        if group.startswith(SCORE):
            return {group: (np.float64, np.nan)}
        kinds = dict(_GROUPS[group])
        if group == "findings":
            kinds |= {c: (np.bool_, False) for c in self._columns if c.startswith(FINDING)}
        return kinds

    def _make(self, group: str, where: Positions | None = None) -> None:
        """Empty columns of a group, or empty them for some clips."""
        for name, (kind, missing) in self._kinds(group).items():
            if where is None:
                self._columns[name] = np.full(len(self), missing, kind)
            else:
                self._columns[name][where] = missing

    def _put(self, group: str, where: Positions, rows: Rows) -> None:
        """Write rows into a group's columns; ``where`` has one position a row."""
        if not len(rows):
            return
        columns = self._columns
        _, *values = zip(*rows, strict=True)
        if group.startswith(SCORE):
            columns[group][where] = values[0]
        elif group == "place":
            columns["recording"][where], columns["start"][where] = values[0], values[1]
            columns["stop"][where] = values[2]
            columns["state"][where] = [STATES.index(state) if state else 0 for state in values[3]]
            codes = self.emotions
            columns["emotion"][where] = [
                NO_WORD if key is None else codes.setdefault(key, len(codes)) for key in values[4]
            ]
            columns["corrected"][where] = values[5]
        elif group == "text":
            columns["text"][where] = values[0]
        elif group == "transcript":
            codes = self._languages
            columns["transcript"][where] = True
            columns["language"][where] = [codes.setdefault(word, len(codes)) for word in values[0]]
            columns["confidence"][where] = values[1]
        elif group == "findings":
            self._put_findings(where, values[0], np.array(values[1], np.bool_))
        elif group == "map":
            columns["map"][where], columns["cluster"][where] = True, values[0]
        else:
            columns[group][where] = True

    def _put_findings(self, where: Positions, keys: Sequence[str], errors: Column) -> None:
        np.add.at(self._columns["errors"], where[errors], 1)
        np.add.at(self._columns["warnings"], where[~errors], 1)
        named = np.array(keys)
        for key in set(keys):
            column = self._columns.setdefault(f"{FINDING}{key}", np.zeros(len(self), np.bool_))
            column[where[named == key]] = True

    def _follow_some(self, asked: list[int], field: Field | None) -> tuple[Column, Column]:
        rows = self._project.clips.rows("place", asked)
        there = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        came = np.setdiff1d(there, self.ids)
        went = np.intersect1d(np.setdiff1d(np.array(asked, np.int64), there), self.ids)
        if came.size or went.size:
            self._change_members(came, went)
        touched: Collection[str] = self._loaded
        if field in _TOUCHED and not came.size:
            touched = _TOUCHED[field] & self._loaded
        where = self.positions(there)
        before = self._columns["start"][where], self._columns["stop"][where]
        for group in tuple(touched):
            found = rows if group == "place" else self._rows(group, asked)
            self._make(group, where)
            self._put(group, self._positions_of(found), found)
        if "text" in touched:
            self._text_ranks = None
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
        """Every position, by recording and time."""
        if self._recorded is None:
            of = self._columns
            self._recorded = np.lexsort((self.ids, of["stop"], of["start"], of["recording"]))
        return self._recorded

    def text_ranks(self) -> Column:
        """The place of each clip's text in the alphabet, equal texts alike, nan without one."""
        if self._text_ranks is None:
            texts = self.column("text")
            ranks: dict[str, float] = {t: n for n, t in enumerate(sorted(set(texts)))}
            ranks[""] = np.nan
            self._text_ranks = np.fromiter(map(ranks.__getitem__, texts), np.float64, len(self))
        return self._text_ranks
