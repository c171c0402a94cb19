"""Labelling planner of the open project, updated with each decision and each new fact."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain.decision import NOT_OF_CLIPS, Changes, Field
from curator.domain.fact import Suggestion
from curator.domain.planner import LabellingPlan, LabellingPlanner
from curator.jobs.context import JobContext
from curator.jobs.planning import planner_of, retell
from curator.ui.session import Session

READ = "plan"
"""Name of the background read."""

MAX_DIRECT = 1_000
"""Most changed clips that are read in the window's thread; more are read in the background."""


class PlanTracker(QObject):
    """Emits the plan after each change."""

    planned = Signal(object)  # a LabellingPlan

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.planner: LabellingPlanner | None = None
        self._is_reading = False
        self._missed: set[int] | None = set()  # clips changed during the read; None: all
        session.readings.produced.connect(self._take)
        session.changed.connect(self._follow)
        session.facts_changed.connect(self._follow_facts)

    @property
    def plan(self) -> LabellingPlan | None:
        """Current plan; None until the clips are read."""
        return self.planner.plan() if self.planner else None

    def read(self) -> None:
        """Read all clips in the background; read again after a read in progress."""
        if self._is_reading:
            self._missed = None
            return
        self._is_reading, self._missed = True, set()
        self._session.readings.ask(READ, _read)

    def set_suggestions(self, suggestions: Mapping[int, Suggestion]) -> None:
        """Replace the suggestions, by clip id."""
        if self.planner is not None:
            self.planner.suggest(suggestions)
            self.planned.emit(self.planner.plan())

    @Slot(str, object)
    def _take(self, task: str, planner: object) -> None:
        if task != READ or not isinstance(planner, LabellingPlanner):
            return
        self._is_reading = False
        self.planner = planner
        missed, self._missed = self._missed, set()
        if missed is None:
            self.read()
        elif missed:
            retell(planner, self._session.project, missed)
        self.planned.emit(planner.plan())

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        if Field.CATEGORIES in changes.fields:
            self._update(None)
        elif changes.fields - NOT_OF_CLIPS:
            self._update(set(changes.clips))
        elif self.planner is not None:
            self.planned.emit(self.planner.plan())

    @Slot(object)
    def _follow_facts(self, clips: frozenset[int] | None) -> None:
        self._update(None if clips is None else set(clips))

    def _update(self, clips: set[int] | None) -> None:
        """Count changed clips again. clips: their ids, None for all."""
        if self._is_reading:
            missed = self._missed
            self._missed = None if clips is None or missed is None else missed | clips
        elif self.planner is not None:
            if clips is None or len(clips) > MAX_DIRECT:
                self.read()
            else:
                retell(self.planner, self._session.project, clips)
                self.planned.emit(self.planner.plan())


def _read(work: JobContext) -> LabellingPlanner:
    return planner_of(work.project)
