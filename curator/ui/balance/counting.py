"""The planner of the open project, kept in step with every decision and every new fact."""

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain.decision import NOT_OF_CLIPS, Changes, Field
from curator.domain.planner import Plan, Planner
from curator.jobs.context import Work
from curator.jobs.planning import planner_of, retell
from curator.ui.session import Session

WHAT = "plan"
"""What reading the clips is called among the readings."""

AT_ONCE = 1_000
"""Clips read again between two pictures; of more, all are read beside the window."""


class Counting(QObject):
    """Tells of a new plan after each change."""

    planned = Signal(object)  # a Plan

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.planner: Planner | None = None
        self._reading = False
        self._missed: set[int] | None = set()  # None: all
        session.readings.produced.connect(self._take)
        session.changed.connect(self._follow)
        session.facts_changed.connect(self._follow_facts)

    @property
    def plan(self) -> Plan | None:
        """Everything as it is now; None while the clips are being read."""
        return self.planner.plan() if self.planner else None

    def begin(self) -> None:
        """Read all clips, beside the window; again if that is happening already."""
        if self._reading:
            self._missed = None
            return
        self._reading, self._missed = True, set()
        self._session.readings.ask(WHAT, _read)

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what != WHAT or not isinstance(found, Planner):
            return
        self._reading = False
        self.planner = found
        missed, self._missed = self._missed, set()
        if missed is None:
            self.begin()
        elif missed:
            retell(found, self._session.project, missed)
        self.planned.emit(found.plan())

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        if Field.CATEGORIES in changes.fields:
            self._retell(None)
        elif changes.fields - NOT_OF_CLIPS:
            self._retell(set(changes.clips))
        elif self.planner is not None:
            self.planned.emit(self.planner.plan())

    @Slot(object)
    def _follow_facts(self, clips: frozenset[int] | None) -> None:
        self._retell(None if clips is None else set(clips))

    def _retell(self, clips: set[int] | None) -> None:
        """clips: which are otherwise than they were; None for all."""
        if self._reading:
            missed = self._missed
            self._missed = None if clips is None or missed is None else missed | clips
        elif self.planner is not None:
            if clips is None or len(clips) > AT_ONCE:
                self.begin()
            else:
                retell(self.planner, self._session.project, clips)
                self.planned.emit(self.planner.plan())


def _read(work: Work) -> Planner:
    return planner_of(work.project)
