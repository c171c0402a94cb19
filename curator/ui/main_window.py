"""Main window: top bar, pages, drawer and status line."""

from operator import attrgetter
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from curator.domain.decision import Changes
from curator.domain.errors import CuratorError, printable
from curator.ui.actions import Action, When
from curator.ui.commands import Commands, ControlKeys
from curator.ui.dialogs import Dialogs
from curator.ui.first_start import FirstStart
from curator.ui.jobs.drawer import Drawer
from curator.ui.messages import Level, Messages
from curator.ui.new_project import NewProject
from curator.ui.page import Page, hairline
from curator.ui.page_list import PAGES
from curator.ui.page_stack import PageStack
from curator.ui.preload import Preloader
from curator.ui.sample import CONSENT, LICENCE
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.status_line import StatusLine
from curator.ui.theme import wear
from curator.ui.top_bar import TopBar

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
        self.commands = Commands(self, settings, self._run)
        self.dialogs = Dialogs(self, self)
        self._control_keys = ControlKeys(self)
        self.menu = QMenu(self)
        self.top = TopBar(self.commands, self.menu)
        self.first_start = FirstStart(settings, self.commands)
        self.stack = PageStack(self.first_start)
        self._pages = self.stack.pages
        self.drawer = Drawer(messages)
        self.status = StatusLine(messages, self.commands.keys_shown)
        self._preloader = Preloader((kind.module for kind in PAGES), self)
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
        column.addWidget(self.stack, 1)
        column.addWidget(self.drawer)
        column.addWidget(hairline())
        column.addWidget(self.status)
        self.drawer.hide()
        self.setCentralWidget(inside)
        self.setMinimumSize(LEAST_SIZE)
        room = self.screen().availableSize() - FRAME
        self.resize(USUAL_SIZE.boundedTo(room).expandedTo(LEAST_SIZE))

    def _connect(self) -> None:
        self.menu.aboutToShow.connect(lambda: self.commands.fill(self.menu))
        self.status.action_asked.connect(self.commands.trigger)
        self.status.pause.clicked.connect(self.cancel_work)
        self.settings.changed.connect(self._follow_settings)
        self.first_start.opened.connect(self.open_path)
        self.first_start.sample_made.connect(self._open_sample)
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
        except CuratorError as error:
            self.messages.fail(error)
            return False
        self._end_session()
        if self.messages.shown is earlier:
            self.messages.clear()  # it was about the project before
        self.settings.remember(path)
        self.session = session
        self._follow_session()
        self.show_page("audit" if session.project.clips.count() else "intake")
        self._preloader.start()
        return True

    def close_project(self) -> None:
        """Close the project and show the start page."""
        self._end_session()
        self.messages.clear()

    def _end_session(self) -> None:
        session, self.session = self.session, None
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
        name = printable(session.project.path.name) if session else ""
        self.setWindowTitle(f"{name} – curator" if name else "curator")
        if session is None:
            self.messages.turn_to("")
            self.stack.show_start()
        else:
            session.page_asked.connect(self.show_page)
            session.action_asked.connect(self.commands.trigger)
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
        """Make the sample project and open it."""
        self.first_start.make_sample()

    @Slot(object, object)
    def _open_sample(self, project: Path, recording: Path) -> None:
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
        self.messages.turn_to(key)
        self.stack.setCurrentWidget(page)
        self.top.mark(key)
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

    def undo(self) -> None:
        """Undo the last decision."""
        if self.session:
            self.session.undo()

    def redo(self) -> None:
        """Redo the last undone decision."""
        if self.session:
            self.session.redo()

    @Slot(object)
    def _name_undo(self, _changes: Changes | None = None) -> None:
        decisions = self.session.project.decisions if self.session else None
        for key, text, what in (
            ("window.undo", self.tr("Undo"), decisions.undo_label() if decisions else None),
            ("window.redo", self.tr("Redo"), decisions.redo_label() if decisions else None),
        ):
            self.commands.action(key).setText(f"{text}: {what}" if what else text)

    @Slot()
    def cancel_work(self) -> None:
        """Pause the background jobs."""
        if self.session:
            self.session.errands.cancel()
            self.session.jobs.cancel()

    def show_jobs(self) -> None:
        """Toggle the drawer, at the messages."""
        if self.drawer.isVisible():
            self.drawer.hide()
        else:
            self.drawer.show_messages()

    def show_history(self) -> None:
        """Open the drawer at the decisions."""
        self.drawer.show_decisions()

    def show_menu(self) -> None:
        """Open the menu below its button."""
        self.top.menu_button.showMenu()

    def quit(self) -> None:
        """Close the window."""
        self.close()

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
        self.first_start.stop()
        self.close_project()
        event.accept()
