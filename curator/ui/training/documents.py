"""Controller of reports and comparisons: background jobs, and what shows their results."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from curator.domain.errors import CuratorError, printable
from curator.ui.job_queue import Ending
from curator.ui.open_with_system import open_with_system
from curator.ui.session import Session
from curator.ui.training import trainer_process
from curator.ui.training.layout import TrainingLayout
from curator.ui.training.run_follower import RunFollower

REPORT, COMPARE = "training report", "training compare"
DOCUMENT = "training comparison document"
"""Keys of the trainer's jobs in the errands queue."""


class Documents(QObject):
    """Writes reports, and compares runs."""

    def __init__(
        self, session: Session, ui: TrainingLayout, runs: RunFollower, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self.ui, self.runs = session, ui, runs
        self._compared: list[Path] = []
        session.errands.produced.connect(self._take)
        session.errands.ended.connect(self._errand_ended)

    def open_report(self) -> None:
        """Write the report of the selected run and open it."""
        if self.runs.record is None:
            raise CuratorError(self.tr("No run selected."))
        self._session.errands.ask(REPORT, trainer_process.report(self.runs.record.folder))

    def compare(self) -> None:
        """Compare the selected runs with the lowest one in the list, and open the page."""
        rows = sorted(index.row() for index in self.ui.list.selectionModel().selectedRows())
        if len(rows) < 2:
            raise CuratorError(
                self.tr("Select at least two runs to compare."),
                self.tr("Use Ctrl or Shift to select several; the lowest one is the baseline."),
            )
        self._compared = [self.runs.runs.rows[row].folder for row in reversed(rows)]
        self._session.errands.ask(COMPARE, trainer_process.compare(self._compared))

    def open_comparison(self) -> None:
        """Write the shown comparison as an HTML page and open it."""
        out = self.runs.folder / "comparison.html"
        task = trainer_process.write_comparison(self._compared, out)
        self._session.errands.ask(DOCUMENT, task)

    @Slot(str, object)
    def _take(self, what: str, result: object) -> None:
        if what == COMPARE and isinstance(result, dict):
            self.ui.comparison.show_comparison(result)
            if self.ui.front.currentWidget() is self.ui.view:  # not if something else was opened
                self.ui.front.setCurrentWidget(self.ui.comparison)
                self.ui.comparison.outcome.setFocus()
        elif what in (REPORT, DOCUMENT) and isinstance(result, Path):
            text = self.tr("Written: %1").replace("%1", printable(str(result)))
            self._session.messages.inform(text)
            open_with_system(result)

    @Slot(object)
    def _errand_ended(self, ending: Ending) -> None:
        if ending.what in (REPORT, COMPARE, DOCUMENT) and ending.outcome == "failed":
            self._session.messages.fail(f"{ending.sentence} {ending.hint}".strip(), ending.details)
