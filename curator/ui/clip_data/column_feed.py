"""Loads the clip columns: the first clips immediately, the others in the background."""

from collections.abc import Collection, Iterable

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.domain.clip_query import Query
from curator.domain.decision import NOT_OF_CLIPS, Changes, Field
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.column_filter import mask_of, sortable
from curator.ui.clip_data.column_groups import (
    FINDING,
    Codes,
    Column,
    Positions,
    group_of,
    kinds_of,
    only_field,
)
from curator.ui.clip_data.review_order import Order
from curator.ui.job_queue import Ending
from curator.ui.session import Session

AT_ONCE = 2_000
"""Number of clips read synchronously, in about 20 ms."""

MANY = 6_000
"""Changes of more clips are read in the background; fewer take up to 30 ms."""

SHOWN = frozenset({"place", "findings"})
"""Groups of columns that the clip list shows."""

Members = tuple[frozenset[int], frozenset[int]]
"""Added and removed clips."""


READ = "columns"
"""Name of the reading task in the job queue."""


class ColumnFeed(QObject):
    """Keeps the columns shared by all pages up to date without blocking the window."""

    refreshed = Signal(object, object)  # added and removed clips, after a background read
    decided = Signal(object, object)  # Changes; Members, None while they are read in the background
    analysed = Signal(object, object)  # clips, None for all; Members as above
    failed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.columns = ClipColumns(session.project, first=AT_ONCE)
        self._reading: frozenset[str] | None = None
        self._again = self._may_start = False
        self._changed: set[int] = set()
        session.changed.connect(self._follow_decision)
        session.facts_changed.connect(self._follow_facts)
        session.readings.produced.connect(self._take)
        session.readings.ended.connect(self._end)
        session.closing.connect(self.close)

    @classmethod
    def of(cls, session: Session) -> "ColumnFeed":
        """The feed of a session, created when it is first needed."""
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        return session.findChild(cls, options=direct) or cls(session)

    @Slot()
    def close(self) -> None:
        """Ignore the results of background reads from now on."""
        self._session.readings.produced.disconnect(self._take)
        self._session.readings.ended.disconnect(self._end)

    def ready(self, query: Query, order: Order) -> bool:
        """Whether a query can be answered now; else reads its columns and emits ``refreshed``."""
        return self.has(groups_of(query, order) | SHOWN)

    def has(self, groups: Collection[str]) -> bool:
        """Whether these groups are loaded for all clips; else reads them, as `ready`."""
        if not self.columns.lacks(groups):
            return True
        if self.columns.whole and len(self.columns) <= AT_ONCE:
            return True  # missing groups are read on access
        self._read(groups)
        return False

    @Slot(object)
    def _follow_decision(self, changes: Changes) -> None:
        members: Members | None = (frozenset(), frozenset())
        if changes.fields - NOT_OF_CLIPS:
            members = self._follow(changes.clips, only_field(changes))
        self.decided.emit(changes, members)

    @Slot(object)
    def _follow_facts(self, clips: frozenset[int] | None) -> None:
        self.analysed.emit(clips, self._follow(clips, None))

    def _follow(self, clips: Iterable[int] | None, field: Field | None) -> Members | None:
        asked = None if clips is None else list(clips)
        if asked is None or len(asked) > MANY:
            if asked is not None or self._session.project.clips.count() > AT_ONCE:
                self._again = self._reading is not None
                self._read(SHOWN)
                return None
            return self.columns.follow(None)
        if self._reading is not None:
            self._changed.update(asked)
        if not self.columns.whole and field is not Field.PRESENCE:
            asked = self.columns.ids[self.columns.positions(asked)].tolist()
        return self.columns.follow(asked, field)

    def _read(self, groups: Collection[str]) -> None:
        if self._reading is not None:
            self._again = self._again or not self._reading.issuperset(groups)
            self._reading = self._reading.union(groups)
            return
        self._reading = frozenset(groups)
        if self._may_start:
            self._start()

    @Slot()
    def start_reading(self) -> None:
        """Allow background reads; called once the window is painted."""
        self._may_start = True
        if self._reading is not None:
            self._start()

    def _start(self) -> None:
        assert self._reading is not None
        read = self.columns.reading(self._reading)
        self._session.readings.ask(READ, lambda work: read(work.project, work.look_up))

    @Slot(str, object)
    def _take(self, task: str, columns: object) -> None:
        if task != READ or not isinstance(columns, ClipColumns):
            return
        came, went = self.columns.adopt(columns)
        if self._changed:
            later, gone = self.columns.follow(self._changed)
            came, went = (came - gone) | (later - went), (went - later) | (gone - came)
        groups, again = self._reading, self._again
        self._reading, self._again = None, False
        self._changed.clear()
        if again and groups is not None:
            self._read(groups)
        self.refreshed.emit(came, went)

    @Slot(object)
    def _end(self, ending: Ending) -> None:
        if ending.what == READ and ending.outcome != "finished":
            self._reading = None
            if ending.sentence:
                self.failed.emit(ending.sentence)


class _GroupRecorder:
    """ColumnSource of no clips that records which groups of columns are read."""

    def __init__(self) -> None:
        self.ids = np.zeros(0, np.int64)
        self.emotions: Codes = {}
        self.groups = {"place"}

    def __len__(self) -> int:
        return 0

    def column(self, name: str) -> Column:
        group = group_of(name)
        self.groups.add(group)
        default: type = np.bool_ if name.startswith(FINDING) else np.float64
        return np.zeros(0, kinds_of(group).get(name, (default, None))[0])

    def finding_keys(self) -> list[str]:
        self.groups.add("findings")
        return []

    def recordings_called(self, part: str) -> list[int]:
        return []

    def language_code(self, language: str) -> int | None:
        self.groups.add("transcript")
        return None

    def texts_with(self, part: str) -> Column:
        self.groups.add("text")
        return np.zeros(0, np.bool_)

    def text_ranks(self) -> Column:
        self.groups.add("text")
        return np.zeros(0)

    def ordered(self, where: Positions, name: str, descending: bool = False) -> Positions:
        if name != "recorded":
            sortable(self, name)
        return where


def groups_of(query: Query, order: Order) -> frozenset[str]:
    """Groups of columns that a query and an order read."""
    recorder = _GroupRecorder()
    mask_of(recorder, query)
    order.arrange(recorder, np.zeros(0, np.intp))
    return frozenset(recorder.groups)
