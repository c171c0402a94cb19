"""Main window: menu bar, top bar, pages, drawer and status line."""

from operator import attrgetter
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from curator.domain.decision import Changes
from curator.domain.errors import CuratorError, printable
from curator.ui.actions import Action, When
from curator.ui.commands import Commands, ControlKeys
from curator.ui.dialogs import Dialogs
from curator.ui.first_start import FirstStart, application_icon
from curator.ui.interruption import Interruption
from curator.ui.jobs.downloads import Downloads
from curator.ui.jobs.drawer import Drawer, DrawerSplit
from curator.ui.jobs.work_list import WorkList
from curator.ui.menu_bar import MenuBar
from curator.ui.messages import Level, Messages
from curator.ui.new_project import NewProject
from curator.ui.page import Page, hairline
from curator.ui.page_list import PAGES
from curator.ui.page_stack import PageStack
from curator.ui.preload import Preloader
from curator.ui.project_faults import ProjectFaults
from curator.ui.sample import CONSENT, LICENCE, SampleJob
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.status_line import StatusLine
from curator.ui.theme import wear
from curator.ui.top_bar import TopBar
from curator.ui.window_memory import WindowMemory, keep_geometry, restore_geometry

USUAL_SIZE = QSize(1280, 800)
LEAST_SIZE = QSize(640, 480)
FRAME = QSize(0, 40)
"""Room for the window frame on a small screen."""


class MainWindow(QMainWindow):
    """Shows the pages of one project, or the start page."""

    def __init__(self, settings: WindowSettings, messages: Messages) -> None:
        super().__init__()
        self.settings, self.messages = settings, messages
        self.session: Session | None = None
        self._memory: WindowMemory | None = None
        self.faults = ProjectFaults(messages)
        self.work = WorkList(self)
        self.commands = Commands(self, settings, self._run)
        self.dialogs = Dialogs(self, self)
        self._control_keys = ControlKeys(self)
        self.top = TopBar(self.commands)
        self.sample = SampleJob(messages, self.work, self)
        self.downloads = Downloads(messages, self.work, self)
        self.first_start = FirstStart(settings, self.commands, self.sample)
        self.stack = PageStack(self.first_start)
        self._pages = self.stack.pages
        self.drawer = Drawer(messages, self.work)
        self.split = DrawerSplit(self.stack, self.drawer)
        self.status = StatusLine(messages, self.work, self.commands.keys_shown)
        self._preloader = Preloader((kind.module for kind in PAGES), self)
        self.bar = MenuBar(self.commands)
        self._lay_out()
        self._connect()
        self._follow_session()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(hairline())
        column.addWidget(self.split, 1)
        column.addWidget(hairline())
        column.addWidget(self.status)
        self.drawer.hide()
        self.setMenuBar(self.bar)
        self.setCentralWidget(inside)
        self.setWindowIcon(application_icon())
        self.setMinimumSize(LEAST_SIZE)
        if not restore_geometry(self, self.split, self.settings):
            room = self.screen().availableSize() - FRAME
            self.resize(USUAL_SIZE.boundedTo(room).expandedTo(LEAST_SIZE))

    def _connect(self) -> None:
        self.status.action_asked.connect(self.commands.trigger)
        self.status.pause.clicked.connect(self.cancel_work)
        self.status.jobs_asked.connect(self.drawer.show_jobs)
        self.settings.changed.connect(self._follow_settings)
        self.first_start.opened.connect(self.open_path)
        self.sample.open_asked.connect(self.open_sample)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._control_keys.watch)
        application.styleHints().colorSchemeChanged.connect(self._wear)

    # Projects

    @Slot(object)
    def open_path(self, path: Path) -> bool:
        """Open a project in place of the current one; False, with a message, on failure."""
        earlier = self.messages.shown
        try:
            session = Session.open(path, self.settings, self.messages)
        except Exception as error:
            if self.faults.explain(error, path):
                return False
            raise
        self._end_session()
        if self.messages.shown is earlier:
            self.messages.clear()  # it was about the project before
        self.faults.follow(path)
        try:
            self._show_session(session)
        except Exception as error:
            self.session = session
            self.close_project()
            if self.faults.explain(error, path):
                return False
            raise
        self.settings.remember(path)
        return True

    def _show_session(self, session: Session) -> None:
        self.session, self._memory = session, WindowMemory(session)
        self._memory.recall_session()
        self._follow_session()
        state, first = self._memory.state, "audit" if session.project.clips.count() else "intake"
        self.show_page(state.page or first)
        self._preloader.start()
        Interruption(session, self._memory).offer()

    def explain(self, error: BaseException) -> bool:
        """Show an error of the open project in a sentence; False for one of the program."""
        return self.faults.explain(error, self.session.project.path if self.session else None)

    def close_project(self) -> None:
        """Close the project and show the start page."""
        self._end_session()
        self.drawer.hide()  # its jobs and decisions were those of the project
        self.messages.clear()

    def _end_session(self) -> None:
        session, memory = self.session, self._memory
        if memory is not None:
            memory.keep_safely(self.page, self._pages)
        self.session = self._memory = None
        self.stack.close_pages()
        self._follow_session()
        if session is not None:
            session.close()
            session.deleteLater()

    def _follow_session(self) -> None:
        session = self.session
        self.status.follow(session)
        self.drawer.follow(session)
        self.top.show_project(session.project.path if session else None, session)
        name = printable(session.project.path.stem) if session else ""
        self.setWindowTitle(f"{name} – curator" if name else "curator")
        if session is None:
            self.messages.turn_to("")
            self.bar.follow_page("")
            self.stack.show_start()
        else:
            session.page_asked.connect(self.show_page)
            session.action_asked.connect(self.commands.trigger)
            session.listed.connect(self.work.add)
            session.chosen.connect(self._allow)
            session.chosen.connect(self._end_refusal)
            session.changed.connect(self._name_undo)
        self._name_undo()
        self._allow()

    def new_project(self) -> None:
        """Open the dialog for a new project."""
        dialog = NewProject(self)
        dialog.made.connect(self.open_path)
        dialog.open()

    def open_project(self) -> None:
        """Ask for the folder of a project and open it."""
        dialog = QFileDialog(self, self.tr("Open project (a folder NAME.curator)"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.open_path(Path(chosen)))
        dialog.open()

    def open_sample(self) -> None:
        """Open the sample project; make it first, as a job, if it does not exist."""
        if self.sample.ready is None:
            is_made = self.sample.exists
            self.sample.start()
            if not is_made or self.sample.ready is None:
                return
        project, recording = self.sample.ready
        self.messages.withdraw("sample")
        if self.open_path(project) and self.session and not self.session.project.recordings.all():
            self.session.import_paths([recording], LICENCE, CONSENT)
            self.session.analyse()

    # Pages

    @property
    def page(self) -> str:
        """Key of the current page, "" for none."""
        return self.stack.key

    @property
    def front(self) -> Page | None:
        """Current page, None for none."""
        return self._pages.get(self.page)

    @Slot(str)
    def show_page(self, key: str) -> None:
        """Show a page, building it if necessary."""
        if self.session is None:
            return
        if key not in [kind.key for kind in PAGES]:
            key = PAGES[0].key
        is_new = key not in self._pages
        page = self.stack.page(key, self.session)
        if is_new:
            self.commands.add_page(key, page)
            if self._memory is not None:
                self._memory.recall_page(key, page)
        self.messages.turn_to(key)
        self.stack.setCurrentWidget(page)
        self.top.mark(key)
        self.bar.follow_page(key)
        self._allow()
        page.setFocus()
        page.shown()

    @Slot()
    def _end_refusal(self) -> None:
        """End a message about the clip before, such as that it is the last one."""
        shown = self.messages.shown
        if shown is None or shown.action or shown.topic:
            return
        if shown.level == Level.INFORMATION:
            self.messages.clear()

    @Slot()
    def _allow(self) -> None:
        allowed = {When.ALWAYS}
        if self.session is not None:
            allowed.add(When.PROJECT)
            if not self.session.read_only:
                allowed.add(When.WRITABLE)
            if self.session.current is not None:
                allowed.add(When.CLIP)
            if {When.WRITABLE, When.CLIP} <= allowed:
                allowed.add(When.JUDGING)
        self.commands.allow(self.page, frozenset(allowed))

    # Commands

    def _run(self, action: Action) -> None:
        owner, _, method = action.run.partition(".")  # method: "name" or "controller.name"
        owners = {"window": self, "dialogs": self.dialogs, **self._pages}
        arguments = () if action.argument is None else (action.argument,)
        try:
            attrgetter(method)(owners[owner])(*arguments)
        except CuratorError as error:
            self.messages.fail(error)

    @Slot(object)
    def _name_undo(self, _changes: Changes | None = None) -> None:
        session = self.session
        decisions = session.project.decisions if session else None
        for key, text, what in (
            ("window.undo", self.tr("Undo"), decisions.undo_label() if decisions else None),
            ("window.redo", self.tr("Redo"), decisions.redo_label() if decisions else None),
        ):
            shown = f"{text}: {session.label_text(what)}" if session and what else text
            self.commands.action(key).setText(shown)

    # Jobs

    @Slot()
    def cancel_work(self) -> None:
        """Pause the background jobs."""
        if self.session:
            self.session.errands.cancel()
            self.session.jobs.cancel()

    def show_jobs(self) -> None:
        """Toggle the drawer, at the jobs."""
        if self.drawer.isVisible():
            self.drawer.hide()
        else:
            self.drawer.show_jobs()

    @Slot(str)
    def _follow_settings(self, key: str) -> None:
        if key == "theme":
            self._wear()
        if self.settings.trouble:
            self.messages.warn(self.settings.trouble)
            self.settings.trouble = ""

    @Slot()
    def _wear(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        wear(application, self.settings.text("theme"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the project before the window closes."""
        self._preloader.stop()
        self.sample.cancel()
        self.downloads.stop()
        self.close_project()
        keep_geometry(self, self.split, self.settings)
        event.accept()
