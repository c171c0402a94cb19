"""What the map knows of the clips: the columns all pages share, and their places.

Places are read anew in a thread and then put in place of what was there, so that a hundred thousand
clips never hold up the window.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.domain.clip_query import Query
from curator.domain.decision import NOT_OF_CLIPS, Changes, Field
from curator.domain.errors import printable
from curator.domain.fact import DeliveryPoint, MapPoint
from curator.jobs.context import Work
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.column_feed import SHOWN, ColumnFeed, Members, groups_of
from curator.ui.clip_data.column_filter import Mask, mask_of
from curator.ui.clip_data.column_groups import group_of
from curator.ui.clip_data.review_order import AS_RECORDED
from curator.ui.job_queue import Ending, Task
from curator.ui.map.point_grid import PointGrid, Points
from curator.ui.session import Session

READ = "map"
"""What the reading is called."""

SETTLED_MS = 500
"""Facts that arrive within so long are read in one go."""

SHARE = 4
"""While facts keep arriving, reading takes no more than one part in so many of the time."""


class Places(StrEnum):
    """What decides where a clip lies."""

    VOICE = "voice"
    DELIVERY = "delivery"
    SCORES = "scores"


@dataclass(frozen=True, slots=True, eq=False)
class PlaceTable:
    """A map as it is stored. ids: of the clips. points: shape (ids, 2). clusters: -1 is none."""

    ids: NDArray[np.int64]
    points: Points
    clusters: NDArray[np.int64]

    @classmethod
    def of(cls, found: Iterable[tuple[int, MapPoint | DeliveryPoint]]) -> "PlaceTable":
        """From the facts."""
        rows = [(clip, point.x, point.y, point.cluster) for clip, point in found]
        table = np.array(rows, np.float64).reshape(-1, 4)
        return cls(table[:, 0].astype(np.int64), table[:, 1:3], table[:, 3].astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class LaidOut:
    """A map as the columns have the clips.

    ids: of the columns, the very array. points: NaN for clips that are not on the map. clusters:
    -1 for none. grid: of the points.
    """

    table: PlaceTable
    ids: NDArray[np.int64]
    points: Points
    clusters: NDArray[np.int64]
    grid: PointGrid

    @classmethod
    def of(cls, table: PlaceTable, ids: NDArray[np.int64]) -> "LaidOut":
        """In the order of the columns."""
        points = np.full((ids.size, 2), np.nan)
        clusters = np.full(ids.size, -1, np.int64)
        there = np.isin(table.ids, ids)
        order = np.argsort(ids)
        where = order[np.searchsorted(ids, table.ids[there], sorter=order)]
        points[where], clusters[where] = table.points[there], table.clusters[there]
        return cls(table, ids, points, clusters, PointGrid(points))


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All that was read at one moment."""

    maps: dict[Places, LaidOut]
    names: dict[int, str]
    suggested: dict[int, str]


class MapClips(QObject):
    """The clips of the map. Positions in its arrays are those of ``columns``."""

    read = Signal()  # everything is there, or was read anew
    judged = Signal()  # something was decided about clips
    worked_out = Signal(str, object)  # what, and its result
    sorted_anew = Signal()  # the project has other categories

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._queue, self._feed = session.readings, ColumnFeed.of(session)
        self._again = self._reads = self._stale = False
        self._waits = False  # for all columns, which come first
        self._watched = True
        self._reading: Reading | None = None
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settling.timeout.connect(self.ask)
        self._queue.produced.connect(self._take)
        self._queue.ended.connect(self._end)
        self._feed.decided.connect(self._follow_decision)
        self._feed.analysed.connect(self._follow_facts)
        self._feed.refreshed.connect(self._follow_reading)

    @property
    def there(self) -> bool:
        """Whether everything was read once."""
        return self._reading is not None and self._feed.columns.whole

    @property
    def columns(self) -> ClipColumns:
        """The clips. Only once they are ``there``."""
        return self._feed.columns

    @property
    def recordings(self) -> dict[int, str]:
        """What recordings are called, by number."""
        return self._reading.names if self._reading else {}

    def has(self, column: str) -> bool:
        """Whether a column is there; if not, it is read, and ``read`` follows."""
        return self._feed.has({group_of(column)})

    def fits(self, query: Query) -> Mask | None:
        """Which clips a query asks for; None while what it needs is read, as above."""
        if not self._feed.has(groups_of(query, AS_RECORDED)):
            return None
        return mask_of(self.columns, query)

    def suggested(self) -> dict[int, str]:
        """The category that is suggested, by clip."""
        return self._reading.suggested if self._reading else {}

    def on(self, which: Places) -> int:
        """How many clips a stored map has."""
        return int(self._reading.maps[which].table.ids.size) if self._reading else 0

    def work_out(self, what: str, task: Task) -> None:
        """Have something found out in the thread; ``worked_out`` follows."""
        self._queue.ask(f"{READ} {what}", task)

    def watch(self, *, on: bool) -> None:
        """Whether anybody looks: facts that arrive meanwhile are read when somebody does again."""
        self._watched = on
        if on and self._stale:
            self._stale = False
            self.ask()

    def laid_out(self, which: Places) -> "LaidOut":
        """Where the clips lie on a stored map."""
        assert self._reading is not None
        found = self._reading.maps[which]
        if found.ids is not self.columns.ids:  # clips came or went since
            found = self._reading.maps[which] = LaidOut.of(found.table, self.columns.ids)
        return found

    @Slot()
    def ask(self) -> None:
        """Read everything, beside the window."""
        self._feed.start_reading()
        self._waits = not self._feed.has(SHOWN)
        if self._reads or self._waits:
            self._again = self._reads
            return
        self._again, self._reads = False, True
        self._began = time.monotonic()
        ids = self.columns.ids
        self._queue.ask(READ, lambda work: _read(work, ids))

    def close(self) -> None:
        """Nothing that is read is wanted any more."""
        self._settling.stop()
        self._queue.produced.disconnect(self._take)
        self._queue.ended.disconnect(self._end)
        self._feed.decided.disconnect(self._follow_decision)
        self._feed.analysed.disconnect(self._follow_facts)
        self._feed.refreshed.disconnect(self._follow_reading)

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what.startswith(f"{READ} "):
            self.worked_out.emit(what.removeprefix(f"{READ} "), found)
        if not isinstance(found, Reading):
            return
        self._reading = found
        if self.there and not self._again:
            self.read.emit()

    @Slot(object)
    def _end(self, ending: object) -> None:
        assert isinstance(ending, Ending)
        if ending.sentence and ending.what.startswith(READ):
            self._session.messages.warn(ending.sentence, ending.hint)
        if ending.what == READ:
            self._reads = False
            took = round((time.monotonic() - self._began) * 1000)
            self._settling.setInterval(max(SETTLED_MS, SHARE * took))
            if self._again:
                self.ask()

    @Slot(object, object)
    def _follow_decision(self, changes: Changes, members: Members | None) -> None:
        if changes.fields - NOT_OF_CLIPS and members is not None and self.there:
            self.judged.emit()
        if Field.CATEGORIES in changes.fields:
            self.sorted_anew.emit()

    @Slot(object, object)
    def _follow_reading(self, came: frozenset[int], went: frozenset[int]) -> None:
        """The columns were read anew, or more of them."""
        if self._waits or ((came or went) and self._watched):
            self.ask()
        elif came or went:
            self._stale = True
        elif self.there and not self._reads:
            self.read.emit()

    @Slot(object, object)
    def _follow_facts(self, _clips: frozenset[int] | None, _members: Members | None) -> None:
        if not self._watched:
            self._stale = True
        elif (self.there or self._reads) and not self._settling.isActive():
            self._settling.start()


def _read(work: Work, ids: NDArray[np.int64]) -> Reading:
    """In the thread. ids: of the columns."""
    project = work.project
    np.ma.is_masked(ids)  # a part that numpy loads late, and no window shall wait for it
    facts = project.facts
    tables = {
        Places.VOICE: PlaceTable.of(facts.map_points().items()),
        Places.DELIVERY: PlaceTable.of(facts.delivery_points().items()),
    }
    names = {each.id: printable(each.name) for each in project.recordings.all()}
    suggested = {clip: each.emotion for clip, each in facts.suggestions().items()}
    maps = {place: LaidOut.of(table, ids) for place, table in tables.items()}
    return Reading(maps, names, suggested)
