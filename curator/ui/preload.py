"""Import of modules that are likely needed next, in a background thread."""

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
"""Imported after the pages: needed by the first text or edge decision and by dialogs."""

START_MS = 700
"""Delay after a project was opened, by which its page is painted."""


class Preloader(QObject):
    """Imports modules once in a thread, so that opening a page does not block the window."""

    def __init__(self, modules: Iterable[str], parent: QObject) -> None:
        super().__init__(parent)
        self._modules = (*modules, *LATER)
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self, singleShot=True, interval=START_MS)
        self._timer.timeout.connect(self._begin)

    def start(self) -> None:
        """Start after a delay, unless already started."""
        if self._thread is None:
            self._timer.start()

    def stop(self) -> None:
        """Cancel a pending start and join a running thread."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()

    @Slot()
    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._load, name="preload", daemon=True)
        self._thread.start()

    def _load(self) -> None:
        for module in self._modules:
            import_module(module)
