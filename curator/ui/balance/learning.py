"""Suggestions learned anew in the background, a moment after the last label."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.domain.decision import Changes, Field
from curator.domain.fact import Suggestion
from curator.domain.suggesting import Verdict
from curator.jobs.context import Work
from curator.jobs.suggesting import is_current, suggest, verdict_of
from curator.ui.session import Session

WHAT = "suggest"
"""What learning is called among the errands."""

SETTLED_MS = 1_500
"""So long after the last label; whoever labels fast is not interrupted by every label."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned. anew: whether just now, or it was known already."""

    verdict: Verdict
    suggestions: Mapping[int, Suggestion]
    anew: bool


class Learning(QObject):
    """Asks for learning when labels have changed, and tells what came of it."""

    learned = Signal(object)  # a Lesson

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settling.timeout.connect(self.begin)
        session.changed.connect(self._follow)
        session.facts_changed.connect(self._settling.start)
        session.errands.produced.connect(self._take)

    @Slot()
    def begin(self) -> None:
        """Learn now, if something has changed since the last time."""
        errands = self._session.errands
        if WHAT not in errands.waiting:
            errands.ask(WHAT, _look if self._session.read_only else _learn)

    def stop(self) -> None:
        """Ask for no more."""
        self._settling.stop()

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        if changes.fields & {Field.EMOTION, Field.CATEGORIES}:
            self._settling.start()

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what == WHAT and isinstance(found, Lesson):
            self.learned.emit(found)


def _learn(work: Work) -> Lesson | None:
    if is_current(work.project):
        return _look(work)
    verdict = suggest(work)
    return Lesson(verdict, work.project.facts.suggestions(), anew=True)


def _look(work: Work) -> Lesson | None:
    verdict = verdict_of(work.project)
    if verdict is None:
        return None
    return Lesson(verdict, work.project.facts.suggestions(), anew=False)
