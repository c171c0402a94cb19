"""The list of clips: ids in an order, and the rows that are being looked at.

Nothing moves unless the person moved it: a clip stays in the list, where it is, when it is decided
about or found out about, until the list is asked for anew. What splitting, merging and undoing that
put in a clip's place takes its place in the list; other clips that come are added at the end.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from curator.domain.clip_query import Query
from curator.domain.decision import Changes, State
from curator.domain.emotion import Emotion, EmotionSet
from curator.store.project import Project
from curator.ui.audit.list_columns import COLUMNS, NUMBERS, RowValues
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.column_groups import NO_WORD, STATES, only_field
from curator.ui.clip_data.review_order import AS_RECORDED, Order
from curator.ui.wording import translated

PAGE = 64
"""Rows read from the project at once: a screenful."""

KEPT = 4096
"""Rows kept in memory before all are forgotten."""

APART = 50
"""Rows that go at more places at once, as by a merge, are not told one by one: it takes long."""

_SHOWS = {
    (number, int(role)): shows
    for number, column in enumerate(COLUMNS)
    for role, shows in column.shows.items()
}

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class ClipTableModel(QAbstractTableModel):
    """The clips a query asks for, in an order."""

    def __init__(
        self, project: Project, columns: ClipColumns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._columns = columns
        self._rows: dict[int, RowValues] = {}
        self._emotions: dict[str, Emotion] = {}
        self.show_categories(project.settings.emotions)
        self.query = Query()
        self.order = AS_RECORDED
        self._ids: NDArray[np.int64] = self._answer()

    def show_categories(self, emotions: EmotionSet) -> None:
        """Show these categories' signs from now on."""
        self._emotions = {emotion.key: emotion for emotion in emotions.emotions}
        self._rows.clear()

    @property
    def ids(self) -> NDArray[np.int64]:
        """The clips in the list, in their order."""
        return self._ids

    def show(self, query: Query, order: Order) -> None:
        """Ask for the list anew."""
        self.beginResetModel()
        self.query, self.order = query, order
        self._ids = self._answer()
        self.endResetModel()

    def follow(
        self,
        clips: Iterable[int] | None,
        changes: Changes | None = None,
        members: tuple[frozenset[int], frozenset[int]] | None = None,
    ) -> None:
        """Take over what changed about clips, None for any. changes: if it was decided.

        members: the clips that came and those that went, if the columns have followed already.
        """
        asked = None if clips is None else list(clips)
        came, went = members or self._columns.follow(asked, only_field(changes))
        at = self._remove(went)
        if asked is None:
            self._rows.clear()
        else:
            for clip in asked:
                self._rows.pop(clip, None)
        if changes is None or (came and at is None):
            self._insert(self._answer_beyond(), None)
        elif came:
            self._insert(self._in_time(came), at)
        self._tell_changed(asked)

    def row_of(self, clip: int) -> int | None:
        """Where a clip is in the list, None if it is not."""
        found = np.flatnonzero(self._ids == clip)
        return int(found[0]) if found.size else None

    def last_row_of(self, clips: Sequence[int]) -> int:
        """The row of the last of these clips, 0 if none is in the list."""
        return int(self._rows_of(clips).max(initial=0))

    def runs_of(self, clips: Sequence[int]) -> list[range]:
        """The rows of these clips: those that lie together as one range, in their order."""
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
        # Asked a dozen times for each cell of each painting; most roles have no answer.
        shows = _SHOWS.get((index.column(), role))
        return None if shows is None else shows(self._row(index.row()))

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:  # noqa: ANN401  # as Qt's
        """See QAbstractItemModel."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == _Role.DisplayRole:
            return translated("ClipTable", column.title)
        if role == _Role.TextAlignmentRole and role in column.shows:
            return NUMBERS  # above the numbers, which stand on the right
        if role in (_Role.ToolTipRole, _Role.AccessibleTextRole):
            return translated("ClipTable", column.tip)
        return None

    def _answer(self) -> NDArray[np.int64]:
        where = self._columns.where(self.query)
        return self._columns.ids[self.order.arrange(self._columns, where)]

    def _answer_beyond(self) -> NDArray[np.int64]:
        """Clips that the query asks for by now and that are not in the list."""
        answer = self._answer()
        return answer[~np.isin(answer, self._ids)]

    def _in_time(self, clips: Iterable[int]) -> NDArray[np.int64]:
        where = self._columns.positions(clips)
        return self._columns.ids[self._columns.ordered(where, "recorded")]

    def _remove(self, clips: Iterable[int]) -> int | None:
        """Take clips out; returns the row of the first of them, None if none was in the list."""
        runs = self.runs_of(list(clips))
        if len(runs) > APART:
            self.beginResetModel()
            self._ids = self._ids[~np.isin(self._ids, list(clips))]
            self.endResetModel()
            return runs[0].start
        for run in reversed(runs):
            self.beginRemoveRows(QModelIndex(), run.start, run.stop - 1)
            self._ids = np.delete(self._ids, slice(run.start, run.stop))
            self.endRemoveRows()
        return runs[0].start if runs else None

    def _insert(self, clips: NDArray[np.int64], at: int | None) -> None:
        """Put clips in before a row; at the end without one."""
        if not clips.size:
            return
        row = int(self._ids.size) if at is None else at
        self.beginInsertRows(QModelIndex(), row, row + int(clips.size) - 1)
        self._ids = np.insert(self._ids, row, clips)
        self.endInsertRows()

    def _tell_changed(self, clips: Sequence[int] | None) -> None:
        rows = np.arange(self._ids.size) if clips is None else self._rows_of(clips)
        if rows.size:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(
                self.index(int(rows.min()), 0), self.index(int(rows.max()), last), []
            )

    def _rows_of(self, clips: Sequence[int]) -> NDArray[np.intp]:
        return np.flatnonzero(np.isin(self._ids, np.array(clips, np.int64)))

    def _row(self, number: int) -> RowValues:
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
        if where.size < clips.size:  # some are about to be removed, and may still be asked for
            for clip in clips.tolist():
                self._rows[clip] = RowValues(clip, "", 0.0, State.UNDECIDED, None, 0, 0)
            clips = self._columns.ids[where]
        names = ("state", "emotion", "errors", "warnings")
        values = [self._columns.column(name)[where].tolist() for name in names]
        seconds = self._columns.seconds(where).tolist()
        keys = list(self._columns.emotions)
        for clip, s, state, code, errors, warnings in zip(
            clips.tolist(), seconds, *values, strict=True
        ):
            emotion = None if code == NO_WORD else self._emotions.get(keys[code])
            self._rows[clip] = RowValues(
                clip, texts.get(clip, ""), s, STATES[state], emotion, errors, warnings
            )
