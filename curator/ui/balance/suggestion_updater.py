"""Background update of the suggestions, a short delay after the last change of a label."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.domain.decision import Changes, Field
from curator.domain.fact import Suggestion
from curator.domain.suggesting import SuggestionVerdict
from curator.jobs.context import JobContext
from curator.jobs.suggesting import is_current, suggest, verdict_of
from curator.ui.session import Session

UPDATE = "suggest"
"""Name of the background job."""

DELAY_MS = 1_500
"""Delay after the last label, so that a series of labels causes one update."""


@dataclass(frozen=True, slots=True)
class SuggestionResult:
    """Suggestions by clip id, and their cross-validation."""

    verdict: SuggestionVerdict
    suggestions: Mapping[int, Suggestion]


class SuggestionUpdater(QObject):
    """Requests new suggestions when labels change.

    is_current: whether the latest result was learned from the labels as they are now.
    """

    updated = Signal(object)  # a SuggestionResult

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.is_current = self._is_asked = False  # for the labels as they are now
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self.update)
        session.changed.connect(self._follow)
        session.facts_changed.connect(self._delay.start)
        session.errands.produced.connect(self._take)

    @Slot()
    def update(self) -> None:
        """Compute suggestions if labels have changed, else read the stored ones."""
        errands = self._session.errands
        if UPDATE not in errands.waiting:
            self._is_asked = True
            errands.ask(UPDATE, _read if self._session.read_only else _update)

    def stop(self) -> None:
        """Cancel a delayed update."""
        self._delay.stop()

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        if changes.fields & {Field.EMOTION, Field.CATEGORIES}:
            self.is_current = self._is_asked = False
            self._delay.start()

    @Slot(str, object)
    def _take(self, task: str, result: object) -> None:
        if task == UPDATE and isinstance(result, SuggestionResult):
            self.is_current = self._is_asked
            self.updated.emit(result)


def _update(work: JobContext) -> SuggestionResult | None:
    if not is_current(work.project):
        return SuggestionResult(suggest(work), work.project.facts.suggestions())
    return _read(work)


def _read(work: JobContext) -> SuggestionResult | None:
    verdict = verdict_of(work.project)
    return SuggestionResult(verdict, work.project.facts.suggestions()) if verdict else None
