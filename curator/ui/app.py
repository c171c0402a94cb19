"""Start-up of the graphical application."""

import gc
import os
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QScrollArea

from curator.domain.system import name_program
from curator.ui.crash import CrashReports
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings, settings_file
from curator.ui.theme import CONTENT_PT, wear

COULD_NOT = 1


class _QuitAfterPaint(QObject):
    """Quits after the first paint; used to measure start-up time."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, QApplication.quit)
        return False


def has_screen() -> bool:
    """Whether a window can be shown; Qt would end the whole program otherwise."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_window(project: Path | None, quit_after_paint: bool = False) -> int:
    """Run the window until it is closed and return the exit code."""
    if not has_screen():
        sys.stderr.write(
            "There is no screen to open a window on. `curator --help` lists commands.\n"
        )
        return COULD_NOT
    application = QApplication(["voice-curator"])  # also the window's class under X11
    dress(application)
    settings, messages = WindowSettings(settings_file()), Messages()
    wear(application, settings.text("theme"))
    gc.freeze()  # modules stay: a full collection, which pauses the window, need not visit them
    window = MainWindow(settings, messages)
    sys.excepthook = CrashReports(settings_file().with_name("faults.log"), window.explain)
    if settings.trouble:
        messages.warn(settings.trouble)
    if project is not None and not window.open_path(project):
        sys.stderr.write(f"{messages.all[-1].text}\n")
    window.show()
    front, quitting = window.stack.currentWidget(), _QuitAfterPaint()
    if quit_after_paint and front is not None:
        # Of a scroll area only the widget inside is painted: it covers all.
        scrolled = front.widget() if isinstance(front, QScrollArea) else None
        (scrolled or front).installEventFilter(quitting)
    code = application.exec()
    window.close()
    return code


def dress(application: QApplication) -> None:
    """Set application name, style and font (independent of the theme)."""
    application.setApplicationName("voice-curator")
    application.setApplicationDisplayName("curator")
    QGuiApplication.setDesktopFileName("voice-curator")
    name_program("voice-curator")
    application.setStyle("Fusion")
    font = application.font()
    font.setPointSizeF(CONTENT_PT)
    application.setFont(font)
