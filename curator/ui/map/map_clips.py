"""Clips of the map: the columns all pages share, and their positions on the stored maps.

Positions are read in a thread and replaced as a whole: 100,000 clips never block the window.
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
from curator.jobs.context import JobContext
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.column_feed import SHOWN, ColumnFeed, Members, groups_of
from curator.ui.clip_data.column_filter import Mask, mask_of
from curator.ui.clip_data.column_groups import group_of
from curator.ui.clip_data.review_order import AS_RECORDED
from curator.ui.job_queue import Ending, Task
from curator.ui.map.measures import Measure
from curator.ui.map.point_grid import PointGrid, Points
from curator.ui.session import Session

READ = "map"
"""Name of the job that reads."""

SETTLED_MS = 500
"""Facts that arrive within this time are read together."""

SHARE = 4
"""While facts keep arriving, reading takes at most 1/SHARE of the time."""


class MapType(StrEnum):
    """What the position of a point means."""

    SPEAKER = "voice"
    DELIVERY = "delivery"
    SCORES = "scores"


@dataclass(frozen=True, slots=True, eq=False)
class StoredMap:
    """A map as stored. ids: of the clips. points: shape (ids, 2). clusters: -1 for none."""

    ids: NDArray[np.int64]
    points: Points
    clusters: NDArray[np.int64]

    @classmethod
    def of(cls, points: Iterable[tuple[int, MapPoint | DeliveryPoint]]) -> "StoredMap":
        """Build from (clip, fact) pairs."""
        rows = [(clip, point.x, point.y, point.cluster) for clip, point in points]
        table = np.array(rows, np.float64).reshape(-1, 4)
        return cls(table[:, 0].astype(np.int64), table[:, 1:3], table[:, 3].astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class AlignedMap:
    """A map in the row order of the columns.

    ids: the array of the columns itself. points: shape (ids, 2), NaN for clips that are not on the
    map. clusters: -1 for none. grid: index of the points.
    """

    stored: StoredMap
    ids: NDArray[np.int64]
    points: Points
    clusters: NDArray[np.int64]
    grid: PointGrid

    @classmethod
    def of(cls, stored: StoredMap, ids: NDArray[np.int64]) -> "AlignedMap":
        """Arrange a stored map in the order of these ids."""
        points = np.full((ids.size, 2), np.nan)
        clusters = np.full(ids.size, -1, np.int64)
        exists = np.isin(stored.ids, ids)
        order = np.argsort(ids)
        rows = order[np.searchsorted(ids, stored.ids[exists], sorter=order)]
        points[rows], clusters[rows] = stored.points[exists], stored.clusters[exists]
        return cls(stored, ids, points, clusters, PointGrid(points))


@dataclass(frozen=True, slots=True, eq=False)
class MapData:
    """Everything read from the project at one time.

    names: of recordings by id. suggested: category key by clip.
    """

    maps: dict[MapType, AlignedMap]
    names: dict[int, str]
    suggested: dict[int, str]


class MapClips(QObject):
    """Clips of the map. Rows of its arrays are those of ``columns``."""

    read = Signal()  # everything was read, for the first time or again
    decided = Signal()  # something was decided about clips
    finished = Signal(str, object)  # name and result of a task of `run`
    categories_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._queue, self._feed = session.readings, ColumnFeed.of(session)
        self._is_reading = self._must_reread = self._is_stale = False
        self._awaits_columns = False
        self._is_watched = True
        self._began = 0.0
        self._data: MapData | None = None
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settling.timeout.connect(self.read_all)
        self._queue.produced.connect(self._take)
        self._queue.ended.connect(self._end)
        self._feed.decided.connect(self._follow_decision)
        self._feed.analysed.connect(self._follow_facts)
        self._feed.refreshed.connect(self._follow_columns)

    @property
    def is_read(self) -> bool:
        """Whether everything was read once."""
        return self._data is not None and self._feed.columns.whole

    @property
    def columns(self) -> ClipColumns:
        """Columns of all clips; only valid once ``is_read``."""
        return self._feed.columns

    @property
    def recordings(self) -> dict[int, str]:
        """Recording names by id."""
        return self._data.names if self._data else {}

    def has(self, column: str) -> bool:
        """Whether a column is there; otherwise it is read, and ``read`` follows."""
        return self._feed.has({group_of(column)})

    def values(self, measure: Measure) -> NDArray[np.float64] | None:
        """Score of all clips, NaN where missing; None while it is read, as for `has`."""
        if not self.has(measure.column):
            return None
        return self.columns.column(measure.column).astype(np.float64)

    def matches(self, query: Query) -> Mask | None:
        """Clips that match a query; None while its data is read, as for `has`."""
        if not self._feed.has(groups_of(query, AS_RECORDED)):
            return None
        return mask_of(self.columns, query)

    def suggested(self) -> dict[int, str]:
        """Key of the suggested category by clip."""
        return self._data.suggested if self._data else {}

    def count_on(self, kind: MapType) -> int:
        """Number of clips on a stored map."""
        return int(self._data.maps[kind].stored.ids.size) if self._data else 0

    def run(self, name: str, task: Task) -> None:
        """Run a task in the reading thread; ``finished`` follows."""
        self._queue.ask(f"{READ} {name}", task)

    def watch(self, *, on: bool) -> None:
        """Read new facts as they come, or once watching starts again."""
        self._is_watched = on
        if on and self._is_stale:
            self._is_stale = False
            self.read_all()

    def aligned(self, kind: MapType) -> AlignedMap:
        """A stored map in the order of the columns as they are now."""
        assert self._data is not None
        aligned = self._data.maps[kind]
        if aligned.ids is not self.columns.ids:  # clips came or went since
            aligned = self._data.maps[kind] = AlignedMap.of(aligned.stored, self.columns.ids)
        return aligned

    @Slot()
    def read_all(self) -> None:
        """Read everything in a thread; ``read`` follows."""
        self._feed.start_reading()
        self._awaits_columns = not self._feed.has(SHOWN)
        if self._is_reading or self._awaits_columns:
            self._must_reread = self._is_reading
            return
        self._must_reread, self._is_reading = False, True
        self._began = time.monotonic()
        ids = self.columns.ids
        self._queue.ask(READ, lambda work: _read(work, ids))

    def close(self) -> None:
        """Stop following the project: nothing is read any more, whatever a timer asks later."""
        self._data = None
        self._settling.stop()
        self._queue.produced.disconnect(self._take)
        self._queue.ended.disconnect(self._end)
        self._feed.decided.disconnect(self._follow_decision)
        self._feed.analysed.disconnect(self._follow_facts)
        self._feed.refreshed.disconnect(self._follow_columns)

    @Slot(str, object)
    def _take(self, job: str, result: object) -> None:
        if job.startswith(f"{READ} "):
            self.finished.emit(job.removeprefix(f"{READ} "), result)
        if not isinstance(result, MapData):
            return
        self._data = result
        if self.is_read and not self._must_reread:
            self.read.emit()

    @Slot(object)
    def _end(self, ending: object) -> None:
        assert isinstance(ending, Ending)
        if ending.sentence and ending.what.startswith(READ):
            self._session.messages.warn(ending.sentence, ending.hint)
        if ending.what == READ:
            self._is_reading = False
            took = round((time.monotonic() - self._began) * 1000)
            self._settling.setInterval(max(SETTLED_MS, SHARE * took))
            if self._must_reread:
                self.read_all()

    @Slot(object, object)
    def _follow_decision(self, changes: Changes, members: Members | None) -> None:
        if changes.fields - NOT_OF_CLIPS and members is not None and self.is_read:
            self.decided.emit()
        if Field.CATEGORIES in changes.fields:
            self.categories_changed.emit()

    @Slot(object, object)
    def _follow_columns(self, came: frozenset[int], went: frozenset[int]) -> None:
        """Follow columns that were read again, or more of them."""
        if self._awaits_columns or ((came or went) and self._is_watched):
            self.read_all()
        elif came or went:
            self._is_stale = True
        elif self.is_read and not self._is_reading:
            self.read.emit()

    @Slot(object, object)
    def _follow_facts(self, _clips: frozenset[int] | None, _members: Members | None) -> None:
        if not self._is_watched:
            self._is_stale = True
        elif (self.is_read or self._is_reading) and not self._settling.isActive():
            self._settling.start()


def _read(work: JobContext, ids: NDArray[np.int64]) -> MapData:
    """Read in the job's thread. ids: of the columns."""
    project = work.project
    np.ma.is_masked(ids)  # loads a part of numpy here, so that the window does not wait for it
    facts = project.facts
    stored = {
        MapType.SPEAKER: StoredMap.of(facts.map_points().items()),
        MapType.DELIVERY: StoredMap.of(facts.delivery_points().items()),
    }
    names = {each.id: printable(each.name) for each in project.recordings.all()}
    suggested = {clip: each.emotion for clip, each in facts.suggestions().items()}
    maps = {kind: AlignedMap.of(table, ids) for kind, table in stored.items()}
    return MapData(maps, names, suggested)
