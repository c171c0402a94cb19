"""Table model of the listed clips: sorted ids, and cached values of the visible rows.

A clip keeps its row after a decision or an analysis until the query or the order changes. Clips
created by a split, a merge or their undo take the row of the clip they replace; other new clips are
appended.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication

from curator.domain.clip_query import Query
from curator.domain.decision import Changes, State
from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.errors import printable
from curator.domain.span import Span
from curator.store.project import Project
from curator.ui.audit.list_columns import COLUMNS, FACTS, NUMBERS, RowValues
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.column_groups import NO_CODE, STATES, Positions, only_field
from curator.ui.clip_data.expected_words import ExpectedWords
from curator.ui.clip_data.review_order import AS_RECORDED, Order
from curator.ui.theme import roles_of
from curator.ui.widgets.badges import badge, category_badge
from curator.ui.wording import translated

PAGE = 64
"""Rows read from the project per query: one screen."""

KEPT = 4096
"""Cached rows; above that the cache is cleared."""

MAX_REMOVED_RANGES = 50
"""Above this number of separate row ranges a removal resets the model, which is faster."""

_SHOWS = {
    (number, int(role)): shows
    for number, column in enumerate(COLUMNS)
    for role, shows in column.shows.items()
}

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class ClipTableModel(QAbstractTableModel):
    """Clips that match a query, sorted by an order."""

    def __init__(
        self, project: Project, columns: ClipColumns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._columns = columns
        self.expected = ExpectedWords(project)
        self._rows: dict[int, RowValues] = {}
        self._visible: frozenset[str] = frozenset(c.key for c in COLUMNS if not c.is_optional)
        self._recordings: dict[int, tuple[str, int]] = {}  # name and rate
        self._emotions: dict[str, Emotion] = {}
        self.show_categories(project.settings.emotions)
        self.query = Query()
        self.order = AS_RECORDED
        self._ids: NDArray[np.int64] = self._matches()

    def show_categories(self, emotions: EmotionSet) -> None:
        """Set the categories, for the badges of the rows."""
        self._emotions = {emotion.key: emotion for emotion in emotions.emotions}
        self._rows.clear()

    def show_columns(self, keys: Collection[str]) -> None:
        """Set the columns with values; the others stay empty."""
        self._visible = frozenset(keys)
        self._rows.clear()
        self._emit_changed(None)

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids of the listed clips, in list order, int64."""
        return self._ids

    def show(self, query: Query, order: Order) -> None:
        """Apply a query and an order."""
        self.beginResetModel()
        self.query, self.order = query, order
        self._ids = self._matches()
        self.endResetModel()

    def follow(
        self,
        clips: Iterable[int] | None,
        changes: Changes | None = None,
        members: tuple[frozenset[int], frozenset[int]] | None = None,
    ) -> None:
        """Update clips after a change. clips: None for all. changes: None unless decided.

        members: added and removed clips if the columns are up to date, else None.
        """
        changed = None if clips is None else list(clips)
        added, removed = members or self._columns.follow(changed, only_field(changes))
        row = self._remove(removed)
        if changed is None:
            self._rows.clear()
            self._recordings.clear()
            self.expected.forget()
        else:
            for clip in changed:
                self._rows.pop(clip, None)
        if changes is None or (added and row is None):
            self._insert(self._new_matches(), None)
        elif added:
            self._insert(self._as_recorded(added), row)
        self._emit_changed(changed)

    def row_of(self, clip: int) -> int | None:
        """Row of a clip, None if it is not listed."""
        rows = np.flatnonzero(self._ids == clip)
        return int(rows[0]) if rows.size else None

    def last_row_of(self, clips: Sequence[int]) -> int:
        """Last row of these clips, 0 if none is listed."""
        return int(self._rows_of(clips).max(initial=0))

    def runs_of(self, clips: Sequence[int]) -> list[range]:
        """Rows of these clips as contiguous ranges, ascending."""
        rows = self._rows_of(clips)
        starts = rows[np.diff(rows, prepend=-2) > 1].tolist()
        stops = (rows[np.diff(rows, append=np.iinfo(rows.dtype).max) > 1] + 1).tolist()
        return [range(start, stop) for start, stop in zip(starts, stops, strict=True)]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # as Qt has it
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else int(self._ids.size)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # as Qt has it
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:  # noqa: ANN401  # as Qt's
        """See QAbstractItemModel."""
        # Called a dozen times per cell and painting; most roles have no value.
        value = _SHOWS.get((index.column(), role))
        return None if value is None else value(self.row_values(index.row()))

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:  # noqa: ANN401  # as Qt's
        """See QAbstractItemModel."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == _Role.DisplayRole:
            return translated("ClipTable", column.title) if column.title else ""
        if role == _Role.DecorationRole and column.icon:
            quiet = roles_of(QGuiApplication.palette()).quiet
            is_category = column.icon == "category"
            return category_badge("", quiet) if is_category else badge(column.icon, quiet)
        if role == _Role.TextAlignmentRole and role in column.shows:
            return NUMBERS  # numbers are right-aligned
        if role in (_Role.ToolTipRole, _Role.AccessibleTextRole):
            return translated("ClipTable", column.tip)
        return None

    def _matches(self) -> NDArray[np.int64]:
        where = self._columns.where(self.query)
        return self._columns.ids[self.order.arrange(self._columns, where)]

    def _new_matches(self) -> NDArray[np.int64]:
        """Clips that match the query and are not listed."""
        matches = self._matches()
        return matches[~np.isin(matches, self._ids)]

    def _as_recorded(self, clips: Iterable[int]) -> NDArray[np.int64]:
        where = self._columns.positions(clips)
        return self._columns.ids[self._columns.ordered(where, "recorded")]

    def _remove(self, clips: Iterable[int]) -> int | None:
        """Remove clips; returns the first removed row, None if none was listed."""
        runs = self.runs_of(list(clips))
        if len(runs) > MAX_REMOVED_RANGES:
            self.beginResetModel()
            self._ids = self._ids[~np.isin(self._ids, list(clips))]
            self.endResetModel()
            return runs[0].start
        for run in reversed(runs):
            self.beginRemoveRows(QModelIndex(), run.start, run.stop - 1)
            self._ids = np.delete(self._ids, slice(run.start, run.stop))
            self.endRemoveRows()
        return runs[0].start if runs else None

    def _insert(self, clips: NDArray[np.int64], before: int | None) -> None:
        """Insert clips before a row; append them if it is None."""
        if not clips.size:
            return
        row = int(self._ids.size) if before is None else before
        self.beginInsertRows(QModelIndex(), row, row + int(clips.size) - 1)
        self._ids = np.insert(self._ids, row, clips)
        self.endInsertRows()

    def _emit_changed(self, clips: Sequence[int] | None) -> None:
        rows = np.arange(self._ids.size) if clips is None else self._rows_of(clips)
        if rows.size:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(
                self.index(int(rows.min()), 0), self.index(int(rows.max()), last), []
            )

    def _rows_of(self, clips: Sequence[int]) -> NDArray[np.intp]:
        return np.flatnonzero(np.isin(self._ids, np.array(clips, np.int64)))

    def row_values(self, number: int) -> RowValues:
        """Values of a row."""
        clip = int(self._ids[number])
        row = self._rows.get(clip)
        if row is None:
            self._read_around(number)
            row = self._rows[clip]
        return row

    def _read_around(self, number: int) -> None:
        if len(self._rows) > KEPT:
            self._rows.clear()
        first = max(0, number - PAGE // 2)
        clips = self._ids[first : first + PAGE]
        texts: dict[int, str] = dict(self._project.clips.rows("shown", clips.tolist()))
        where = self._columns.positions(clips)
        if where.size < clips.size:  # rows about to be removed may still be requested
            for clip in clips.tolist():
                self._rows[clip] = RowValues(clip, "", 0.0, State.UNDECIDED, None, 0, 0)
            clips = self._columns.ids[where]
        names = ("state", "emotion", "errors", "warnings", "recording", "start", "corrected")
        expected = self._expected_texts(where, texts)
        values = [self._columns.column(name)[where].tolist() for name in names]
        seconds = self._columns.seconds(where).tolist()
        keys = list(self._columns.emotions)
        numbers = self._numbers(clips.tolist())
        for clip, s, state, code, errors, warnings, recording, start, edited in zip(
            clips.tolist(), seconds, *values, strict=True
        ):
            emotion = None if code == NO_CODE else self._emotions.get(keys[code])
            name, rate = self._recording(recording)
            self._rows[clip] = RowValues(
                clip,
                texts.get(clip, ""),
                s,
                STATES[state],
                emotion,
                errors,
                warnings,
                name,
                start / rate,
                edited,
                numbers.get(clip, {}),
                expected.get(clip, ""),
            )

    def _expected_texts(self, where: Positions, texts: Mapping[int, str]) -> dict[int, str]:
        """Texts of the clips without one, from the transcripts of their recordings."""
        expected: dict[int, str] = {}
        columns = [self._columns.column(name) for name in ("recording", "start", "stop")]
        for position in where.tolist():
            clip = int(self._columns.ids[position])
            if not texts.get(clip):
                recording, start, stop = (int(column[position]) for column in columns)
                transcript = self.expected.of(recording, Span(start, stop))
                expected[clip] = transcript.text if transcript else ""
        return expected

    def _numbers(self, clips: Sequence[int]) -> dict[int, dict[str, float]]:
        """Values of the visible columns that are facts, by clip and column key."""
        numbers: dict[int, dict[str, float]] = {}
        for key in FACTS.keys() & self._visible:
            for clip, value in self._project.clips.rows("score", clips, FACTS[key]):
                numbers.setdefault(clip, {})[key] = value
        if "confidence" in self._visible:
            for clip, _, value in self._project.clips.rows("transcript", clips):
                numbers.setdefault(clip, {})["confidence"] = value
        return numbers

    def _recording(self, number: int) -> tuple[str, int]:
        if number not in self._recordings:
            self._recordings = {
                each.id: (printable(each.name), each.rate)
                for each in self._project.recordings.all()
            }
        return self._recordings.get(number, ("", 1))
