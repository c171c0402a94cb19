"""Looks through all pages for what is cut off; run in a process of its own, at any scale.

``QT_SCALE_FACTOR=2 python -m tests.screens.scale FOLDER`` prints one fault a line, as JSON.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import curator.ui  # noqa: F401  # before Qt, which it keeps from ending the program

from PySide6.QtCore import QPoint, QRect  # isort: skip
from PySide6.QtWidgets import (  # isort: skip
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QLineEdit,
    QWidget,
)

from curator.ui.app import dress
from curator.ui.elided_label import ElidedLabel
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page_list import PAGES
from curator.ui.settings import WindowSettings
from curator.ui.settings_dialog import SettingsDialog
from curator.ui.theme import wear
from tests.helpers.fonts import use_test_font
from tests.helpers.waiting import rest
from tests.screens.states import normal

ROOM = (1280, 800)
"""Logical pixels of the smallest screen that has to do."""

SLACK = 2
SETTLED_MS = 900


def scrolls(widget: QWidget) -> bool:
    """Whether it is inside something that can be scrolled."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def faults(top: QWidget) -> Iterator[str]:
    """What is outside, or has less room than its text needs."""
    inside = QRect(QPoint(0, 0), top.size()).adjusted(-SLACK, -SLACK, SLACK, SLACK)
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not top or scrolls(widget):
            continue
        box = QRect(widget.mapTo(top, QPoint(0, 0)), widget.size())
        name = f"{type(widget).__name__} {text_of(widget)!r}"
        if widget.width() and widget.height() and not inside.contains(box):
            yield f"{name} is outside: {box.getRect()}"
        if isinstance(widget, ElidedLabel) or not text_of(widget):
            continue
        wanted = widget.sizeHint()
        if isinstance(widget, QLabel) and widget.wordWrap():
            if widget.heightForWidth(widget.width()) > widget.height() + SLACK:
                yield f"{name} has too little height"
        elif widget.width() + SLACK < wanted.width() or widget.height() + SLACK < wanted.height():
            yield f"{name} has {widget.width()}x{widget.height()} of {wanted.toTuple()}"


def text_of(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton) and not isinstance(widget, QLineEdit):
        return widget.text()
    return ""


def main() -> None:
    """Go through the pages and the tallest dialog."""
    application = QApplication([])
    dress(application)
    use_test_font(application)
    wear(application, "light")
    window = MainWindow(WindowSettings(), Messages())
    window.resize(*ROOM)
    window.show()
    found = {}
    rest(SETTLED_MS)
    found["start"] = list(faults(window))
    assert window.open_path(normal(Path(sys.argv[1])))
    for kind in PAGES:
        window.show_page(kind.key)
        rest(SETTLED_MS)
        found[kind.key] = list(faults(window))
    least = window.minimumSizeHint().expandedTo(window.minimumSize())
    if least.width() > ROOM[0] or least.height() > ROOM[1]:
        found["window"] = [f"it needs at least {least.toTuple()}"]
    window.dialogs.show_settings()
    rest(SETTLED_MS)
    (settings,) = window.findChildren(SettingsDialog)
    found["settings"] = list(faults(settings))
    if settings.minimumSizeHint().height() > ROOM[1] // 2:
        found["settings"].append(f"it needs {settings.minimumSizeHint().height()} pixels")
    settings.close()
    found["scale"] = [] if window.devicePixelRatio() == 2.0 else ["this is not at 200 %"]
    window.close()
    sys.stdout.write(json.dumps({page: said for page, said in found.items() if said}))


if __name__ == "__main__":
    main()
