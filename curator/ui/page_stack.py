"""Stack of the start page and the pages of a project."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from curator.ui.page import Page
from curator.ui.page_list import PAGES
from curator.ui.session import Session
from curator.ui.wording import translated


class PageStack(QStackedWidget):
    """Builds the pages when they are first shown. pages: those that are built, by key."""

    def __init__(self, start: QWidget) -> None:
        super().__init__()
        self.pages: dict[str, Page] = {}
        self._start = start
        self.addWidget(start)

    @property
    def key(self) -> str:
        """Key of the current page, "" for the start page."""
        current = self.currentWidget()
        return next((key for key, page in self.pages.items() if page is current), "")

    def page(self, key: str, session: Session) -> Page:
        """Return a page, building it if necessary."""
        if key not in self.pages:
            kind = next(kind for kind in PAGES if kind.key == key)
            try:
                built = kind.build(session, self)
            except BaseException:
                self._forget_half_built()
                raise
            built.setAccessibleName(translated("Pages", kind.title))
            self.pages[key] = built
            self.addWidget(built)
        return self.pages[key]

    def _forget_half_built(self) -> None:
        """Delete what was built of a page that failed, so that it follows no signal."""
        whole = {self._start, *self.pages.values()}
        for half in self.findChildren(Page, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if half not in whole:
                half.deleteLater()

    def show_start(self) -> None:
        """Show the start page."""
        self.setCurrentWidget(self._start)
        self._start.setFocus()

    def close_pages(self) -> None:
        """Close and delete the pages of a project.

        They are deleted when the event loop runs again, and until then their timers would still
        ask the closed project.
        """
        for page in self.pages.values():
            page.close_page()
            for timer in page.findChildren(QTimer):
                timer.stop()
            self.removeWidget(page)
            page.deleteLater()
        self.pages.clear()
