"""Brings columns of very many clips: the first at once, the rest read beside the window."""

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
"""So many clips are read while the window waits: it takes some 20 ms."""

MANY = 6_000
"""What changed about more clips is read beside the window; about fewer it takes up to 30 ms."""

SHOWN = frozenset({"place", "findings"})
"""What the list shows of every clip."""

Members = tuple[frozenset[int], frozenset[int]]
"""The clips that came and those that went."""


READ = "columns"
"""What the reading is called."""


class ColumnFeed(QObject):
    """Keeps the columns that all pages share in step with the project, and the window answering."""

    refreshed = Signal(object, object)  # the clips that came and those that went, after a reading
    decided = Signal(object, object)  # Changes, and the Members; None while they are read anew
    analysed = Signal(object, object)  # which clips, None for any; and the Members as above
    failed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.columns = ClipColumns(session.project, first=AT_ONCE)
        self._asked: frozenset[str] | None = None
        self._again = self._may_read = False
        self._touched: set[int] = set()
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
        """Nothing that is read is wanted any more."""
        self._session.readings.produced.disconnect(self._take)
        self._session.readings.ended.disconnect(self._end)

    def ready(self, query: Query, order: Order) -> bool:
        """Whether a query can be answered now; else reads its columns and emits ``refreshed``."""
        return self.has(groups_of(query, order) | SHOWN)

    def has(self, groups: Collection[str]) -> bool:
        """Whether these groups are there, of all clips; if not, they are read, as above."""
        if not self.columns.lacks(groups):
            return True
        if self.columns.whole and len(self.columns) <= AT_ONCE:
            return True  # what is missing is read when it is asked for
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
                self._again = self._asked is not None
                self._read(SHOWN)
                return None
            return self.columns.follow(None)
        if self._asked is not None:
            self._touched.update(asked)
        if not self.columns.whole and field is not Field.PRESENCE:
            there = self.columns.positions(asked)
            asked = self.columns.ids[there].tolist()
        return self.columns.follow(asked, field)

    def _read(self, groups: Collection[str]) -> None:
        if self._asked is not None:
            self._again = self._again or not self._asked.issuperset(groups)
            self._asked = self._asked.union(groups)
            return
        self._asked = frozenset(groups)
        if self._may_read:
            self._begin()

    @Slot()
    def may_read(self) -> None:
        """What is there can be seen by now, so that reading the rest holds nothing up."""
        self._may_read = True
        if self._asked is not None:
            self._begin()

    def _begin(self) -> None:
        assert self._asked is not None
        read = self.columns.reading(self._asked)
        self._session.readings.ask(READ, lambda work: read(work.project, work.look_up))

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what != READ or not isinstance(found, ClipColumns):
            return
        came, went = self.columns.adopt(found)
        if self._touched:
            later, gone = self.columns.follow(self._touched)
            came, went = (came - gone) | (later - went), (went - later) | (gone - came)
        asked, again = self._asked, self._again
        self._asked, self._again = None, False
        self._touched.clear()
        if again and asked is not None:
            self._read(asked)
        self.refreshed.emit(came, went)

    @Slot(object)
    def _end(self, ending: Ending) -> None:
        if ending.what == READ and ending.outcome != "finished":
            self._asked = None
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
        usual: type = np.bool_ if name.startswith(FINDING) else np.float64
        return np.zeros(0, kinds_of(group).get(name, (usual, None))[0])

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
    """Which groups of columns are needed to answer a query in an order."""
    recorder = _GroupRecorder()
    mask_of(recorder, query)
    order.arrange(recorder, np.zeros(0, np.intp))
    return frozenset(recorder.groups)
