"""Drawer at the bottom: jobs, messages and decisions, newest first."""

from PySide6.QtCore import QDateTime, QLocale, Qt, QTime, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from curator.ui.jobs.tray import JobTray
from curator.ui.jobs.work_list import WorkList
from curator.ui.messages import Message, Messages
from curator.ui.page import button
from curator.ui.session import Session
from curator.ui.theme import GRID

DECISIONS = 500
"""Upper bound of listed decisions, newest first."""

GATHER_MS = 300
"""Delay after a decision before the list is refreshed."""

MIN_HEIGHT, HEIGHT = 16 * GRID, 26 * GRID
MOST_SHARE = 0.6
"""Most of the window that the drawer takes when it opens."""

STATES = {"done": "", "undone": "undone", "abandoned": "undone, superseded"}


class Drawer(QWidget):
    """Tabs of jobs and messages (of the window) and decisions (of the project)."""

    opened = Signal()

    def __init__(self, messages: Messages, work: WorkList) -> None:
        super().__init__()
        self._messages = messages
        self._session: Session | None = None
        self.tabs = QTabWidget()
        self.said = _list([self.tr("Time"), self.tr("Message")], self.tr("Messages"))
        self.decided = _list(
            [self.tr("Time"), self.tr("Decision"), self.tr("State")], self.tr("Decisions")
        )
        self.tray = JobTray(work)
        self.tabs.addTab(self.tray, self.tr("Jobs"))
        self.tabs.addTab(self.said, self.tr("Messages"))
        self.tabs.addTab(self.decided, self.tr("Decisions"))
        self.clear = button(self.tr("Clear ended jobs"), "link")  # lower than the tabs beside them
        self.copy = button(self.tr("Copy messages"), "link")
        close = button(self.tr("Close"), "link")
        corner = QWidget()
        line = QHBoxLayout(corner)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self.clear)
        line.addWidget(self.copy)
        line.addWidget(close)
        self.tabs.setCornerWidget(corner)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.addWidget(self.tabs)
        self.setMinimumHeight(MIN_HEIGHT)
        self._listing = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._listing.timeout.connect(self._list_decisions)
        self.tabs.currentChanged.connect(self._listing.start)
        messages.said.connect(self._add)
        self.copy.clicked.connect(self._copy)
        self.clear.clicked.connect(work.clear_ended)
        self.tabs.currentChanged.connect(self._show_buttons)
        work.changed.connect(self._show_buttons)
        work.progressed.connect(self._show_buttons)
        self._work = work
        self._show_buttons()
        close.clicked.connect(self.hide)
        for message in messages.all:
            self._add(message)

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget."""
        super().showEvent(event)
        self.opened.emit()

    def follow(self, session: Session | None) -> None:
        """List the decisions of this session's project."""
        self._session = session
        self._list_decisions()
        if session is not None:
            session.changed.connect(self._listing.start)

    def show_jobs(self) -> None:
        """Open the drawer at the jobs."""
        self.tabs.setCurrentWidget(self.tray)
        self.show()

    def show_messages(self) -> None:
        """Open the drawer at the messages."""
        self.tabs.setCurrentWidget(self.said)
        self.show()

    def show_decisions(self) -> None:
        """Open the drawer at the decisions."""
        self.tabs.setCurrentWidget(self.decided)
        self.show()
        self._list_decisions()

    @Slot()
    def _show_buttons(self) -> None:
        """Show the buttons that belong to the tab."""
        shown = self.tabs.currentWidget()
        self.copy.setVisible(shown is self.said)
        self.clear.setVisible(shown is self.tray and self._work.has_ended)

    @Slot(object)
    def _add(self, message: Message) -> None:
        at = message.said_at
        when = QLocale().toString(
            QTime(at.hour, at.minute, at.second), QLocale.FormatType.ShortFormat
        )
        item = QTreeWidgetItem([when, message.text])
        if message.details:
            item.addChild(QTreeWidgetItem(["", message.details]))
        self.said.insertTopLevelItem(0, item)

    @Slot()
    def _copy(self) -> None:
        lines = [
            f"{each.said_at:%H:%M:%S} {each.level}: {each.text}\n{each.details}".rstrip()
            for each in self._messages.all
        ]
        QApplication.clipboard().setText("\n".join(lines))

    @Slot()
    def _list_decisions(self) -> None:
        if not self.isVisible() or self.tabs.currentWidget() is not self.decided:
            return
        self.decided.clear()
        if self._session is None:
            return
        for entry in self._session.project.decisions.history(DECISIONS):
            made = QDateTime.fromString(entry.made_at, Qt.DateFormat.ISODateWithMs)
            when = QLocale().toString(made.toLocalTime(), QLocale.FormatType.ShortFormat)
            text = self._session.label_text(entry.label)
            item = QTreeWidgetItem([when, text, STATES[entry.state]])
            self.decided.addTopLevelItem(item)


class DrawerSplit(QSplitter):
    """Pages above the drawer, between which a person drags the border.

    drawer_height: in pixels, when the drawer is open.
    """

    def __init__(self, above: QWidget, drawer: Drawer) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.drawer_height = HEIGHT
        self.addWidget(above)
        self.addWidget(drawer)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(0, 1)
        drawer.opened.connect(self._open)
        self.splitterMoved.connect(self._follow_person)

    @Slot()
    def _open(self) -> None:
        """Give the drawer its height, or less in a low window."""
        height = min(self.drawer_height, int(MOST_SHARE * self.height()))
        self.setSizes([self.height() - height, height])

    @Slot()
    def _follow_person(self) -> None:
        self.drawer_height = self.sizes()[1]


def _list(titles: list[str], name: str) -> QTreeWidget:
    made = QTreeWidget()
    made.setHeaderLabels(titles)
    made.setAccessibleName(name)
    made.setRootIsDecorated(False)
    made.setUniformRowHeights(True)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    header = made.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    return made
