"""Loads what a person will probably need next, while they look at what is there."""

import threading
from collections.abc import Iterable
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Slot

LATER = (
    "curator.jobs.derived_facts",
    "curator.ui.palette",
    "curator.ui.key_sheet",
    "curator.ui.settings_dialog",
)
"""Loaded after the pages: by the first decision about a text or an edge, and by dialogs."""

START_MS = 700
"""So long after a project was opened: by then its page is painted."""


class LoadAhead(QObject):
    """Imports modules in a thread, once, so that no first look at a page holds the window up."""

    def __init__(self, modules: Iterable[str], parent: QObject) -> None:
        super().__init__(parent)
        self._modules = (*modules, *LATER)
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self, singleShot=True, interval=START_MS)
        self._timer.timeout.connect(self._begin)

    def start(self) -> None:
        """Begin soon, if it has not been done."""
        if self._thread is None:
            self._timer.start()

    def stop(self) -> None:
        """Do not begin any more, and wait for what has begun."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()

    @Slot()
    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._load, name="loading ahead", daemon=True)
        self._thread.start()

    def _load(self) -> None:
        for module in self._modules:
            import_module(module)
