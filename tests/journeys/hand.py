"""A hand on a real keyboard and mouse: events go through the X server, by xdotool.

The journey runs in a thread of its own and asks the window's thread for places and facts, so that
the window works as it does for a person.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from curator.ui.main_window import MainWindow
from tests.journeys.window_truth import require_no_placeholder

ROUND_TRIP_S = 0.06
"""Time that an event takes through the X server to the window, at most."""

PAINTED_S = 0.35
PATIENCE_S = 120.0
ANSWER_S = 60.0

Answer = TypeVar("Answer")


class Asking(QObject):
    """Runs functions in the window's thread."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _run(self, function: Callable[[], None]) -> None:
        function()


class Hand:
    """Presses keys, moves the mouse, looks at the screen. page: first part of picture names."""

    def __init__(self, window: MainWindow, out: Path) -> None:
        self.window, self.page = window, ""
        self._out, self._number = out, 0
        self._asking = Asking()

    def ask(self, function: Callable[[], Answer]) -> Answer:
        """Result of a function that runs in the window's thread."""
        answers: list[Any] = []
        done = threading.Event()

        def run() -> None:
            try:
                answers.append((function(), None))
            except Exception as error:  # noqa: BLE001  # raised again where it was asked
                answers.append((None, error))
            done.set()

        self._asking.wanted.emit(run)
        assert done.wait(ANSWER_S), "the window does not answer"
        ((result, error),) = answers
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def until(self, is_so: Callable[[], object], what: str) -> None:
        """Wait until something is so, as a person does who looks at the window."""
        ends = time.monotonic() + PATIENCE_S
        while not self.ask(is_so):
            assert time.monotonic() < ends, f"waited in vain: {what}"
            time.sleep(ROUND_TRIP_S)

    def settle(self) -> None:
        """Wait until nothing is read or checked in the background."""

        def is_quiet() -> bool:
            session = self.window.session
            return session is None or not (
                session.readings.running or session.errands.running or session.writes.busy
            )

        time.sleep(ROUND_TRIP_S)
        self.until(is_quiet, "background work")
        time.sleep(PAINTED_S)

    def press(self, *keys: str) -> None:
        """Press keys by their X names, such as ``ctrl+k`` or ``Return``."""
        for key in keys:
            _tell("key", "--clearmodifiers", key)
            time.sleep(ROUND_TRIP_S)

    def write(self, text: str) -> None:
        """Type a text."""
        _tell("type", "--delay", "15", text)
        time.sleep(ROUND_TRIP_S)

    def click(self, widget: Callable[[], QWidget], button: int = 1) -> None:
        """Click in the middle of a widget. button: 1 is the left, 3 the right one."""
        self.move(widget)
        _tell("click", str(button))
        time.sleep(2 * ROUND_TRIP_S)

    def move(self, widget: Callable[[], QWidget]) -> None:
        """Move the mouse to the middle of a widget."""

        def middle() -> tuple[int, int]:
            shown = widget()
            assert shown.isVisible(), f"{shown} is not to be seen"
            return _pixel(shown, shown.rect().center())

        self.move_to(self.ask(middle))

    def move_to(self, place: tuple[int, int]) -> None:
        """Move the mouse to a pixel of the screen."""
        _tell("mousemove", "--sync", str(place[0]), str(place[1]))
        time.sleep(ROUND_TRIP_S)

    def drag(self, widget: Callable[[], QWidget], corners: list[tuple[float, float]]) -> None:
        """Drag through places of a widget, given as shares of its width and height."""

        def places() -> list[tuple[int, int]]:
            shown = widget()
            size = shown.size()
            return [
                _pixel(shown, QPoint(round(x * size.width()), round(y * size.height())))
                for x, y in corners
            ]

        first, *others = self.ask(places)
        self.move_to(first)
        _tell("mousedown", "1")
        for place in others:
            self.move_to(place)
        _tell("mouseup", "1")
        time.sleep(2 * ROUND_TRIP_S)

    def look(self, name: str) -> None:
        """Take a picture of the screen once the window has painted."""
        time.sleep(PAINTED_S)
        self._number += 1
        path = self._out / f"{self._number:02}-{self.page}-{name}.png"

        def take() -> None:
            require_no_placeholder(QApplication.activeWindow() or self.window)
            assert QApplication.primaryScreen().grabWindow(0).save(str(path)), path

        self.ask(take)
        sys.stdout.write(f"{path}\n")


def _pixel(widget: QWidget, place: QPoint) -> tuple[int, int]:
    """Pixel of the screen, which a scale factor makes smaller than the window's units."""
    at, ratio = widget.mapToGlobal(place), widget.devicePixelRatioF()
    return round(at.x() * ratio), round(at.y() * ratio)


def _tell(*words: str) -> None:
    subprocess.run(["xdotool", *words], check=True, timeout=ANSWER_S)
