"""Record of a running analysis, so that it can continue at the next start."""

from PySide6.QtCore import QObject, Slot

from curator.ui.job_queue import Ending
from curator.ui.session import PROJECT, Session
from curator.ui.window_memory import WindowMemory

ANALYSED_BY = ("import", "analyse")
"""Jobs that are to continue when the project is opened again."""


class Interruption(QObject):
    """Follows the analysis of one session and stores each change immediately."""

    def __init__(self, session: Session, memory: WindowMemory) -> None:
        super().__init__(session)
        self._session, self._memory = session, memory
        session.jobs.began.connect(self._begin)
        session.jobs.ended.connect(self._end)

    def offer(self) -> None:
        """Offer to continue an analysis that did not end."""
        if self._memory.state.interrupted and not self._session.read_only:
            text = self.tr("The analysis was interrupted.")
            self._session.messages.inform(text, topic=PROJECT, action="window.analyse")

    @Slot(str)
    def _begin(self, what: str) -> None:
        if what in ANALYSED_BY:
            self._session.messages.withdraw(PROJECT)
            self._memory.keep_interrupted(interrupted=True)

    @Slot(object)
    def _end(self, ending: Ending) -> None:
        if ending.what in ANALYSED_BY:
            self._memory.keep_interrupted(interrupted=ending.outcome == "cancelled")
