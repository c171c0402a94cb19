"""Page 4: how many clips and minutes each category has, and what it lacks."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from curator.domain.balance import Balance, balance
from curator.jobs.work import Work
from curator.ui.actions import Place
from curator.ui.balance.table import BalanceTable
from curator.ui.page import Page, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.wording import counted

WHAT = "balance"
"""What the counting is called among the errands."""

COUNT_MS = 200
"""Decisions that follow one another so fast are counted in one go."""


class BalancePage(Page):
    """A row for each category, and below what is missing, in words."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.table = BalanceTable(session.project.settings.emotions)
        self.total = label(self.tr("Counting…"), "title")
        self.lacking = label(wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self.total)
        column.addWidget(self.table)
        column.addWidget(self.lacking)
        column.addStretch(1)
        self._counting = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._counting.timeout.connect(self.count)
        self._connect()

    def _connect(self) -> None:
        self.session.changed.connect(self._count_soon)
        self.session.facts_changed.connect(self._count_soon)
        self.session.errands.produced.connect(self._show)
        self.table.doubleClicked.connect(self.show_clips)

    def shown(self) -> None:
        """See Page."""
        self.count()
        self.table.setFocus()

    def close_page(self) -> None:
        """See Page."""
        self._counting.stop()

    def places(self, place: Place) -> Sequence[QWidget]:
        """See Page."""
        return (self.table,) if place == Place.LIST else ()

    def show_clips(self) -> None:
        """The undecided clips of the chosen category, for judging."""
        key = self.table.chosen
        self.session.show_clips(f"state:undecided emotion:{key or 'none'}")

    @Slot()
    def _count_soon(self) -> None:
        if self.isVisible():
            self._counting.start()

    @Slot()
    def count(self) -> None:
        """Count anew, beside the window: a large project has many clips to read."""
        if WHAT not in self.session.errands.waiting:
            self.session.errands.ask(WHAT, _count)

    @Slot(str, object)
    def _show(self, what: str, found: object) -> None:
        if what != WHAT or not isinstance(found, Balance):
            return
        self.table.show_balance(found)
        kept = counted(found.clips, self.tr("%n clip kept"), self.tr("%n clips kept"))
        minutes = self.tr("%1, %2 minutes").replace("%1", kept)
        self.total.setText(minutes.replace("%2", f"{found.minutes:.1f}"))
        lacks = "\n".join(f"{words[0].upper()}{words[1:]}." for words in found.shortfalls())
        self.lacking.setText(lacks or self.tr("Every category has what it needs."))


def _count(work: Work) -> Balance:
    return balance(work.project.clips.find(), work.project.settings.emotions)
