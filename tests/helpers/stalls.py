"""A watchdog over the window's thread: how long it was deaf at most, and what it did meanwhile.

What counts is the processor time of that thread between two turns of its event loop, which a busy
machine does not lengthen. Waiting uses none, so a second of it counts whatever it was for.
"""

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import QTimer

TICK_MS = 5
LONGEST_S = 0.100
LONGEST_WAIT_S = 1.0
LOOK_S = 0.02
"""How often the stack is looked at."""


@dataclass
class Stall:
    """A pause of the window. seconds: of processor time. stack: where it was then."""

    seconds: float
    waited: float
    stack: str


@dataclass
class Watch:
    """What was seen of the window's thread."""

    longest: float = 0.0
    stalls: list[Stall] = field(default_factory=list)
    _cpu: float = 0.0
    _wall: float = 0.0
    _stack: str = ""

    def tick(self) -> None:
        """In the window's thread: it can hear."""
        cpu, wall = time.thread_time(), time.monotonic()
        used, gone = cpu - self._cpu, wall - self._wall
        if self._wall:
            self.longest = max(self.longest, used)
            if used > LONGEST_S or gone > LONGEST_WAIT_S + used:
                self.stalls.append(Stall(used, gone, self._stack or "(it was never looked at)"))
        self._cpu, self._wall, self._stack = cpu, wall, ""

    def look(self, thread: int) -> None:
        """In another thread: remember where the window is, should it be there for long."""
        if time.monotonic() - self._wall > LONGEST_S / 2 and not self._stack:
            frame = sys._current_frames().get(thread)
            self._stack = "".join(traceback.format_stack(frame)) if frame else ""

    def require_none(self) -> None:
        """AssertionError with the stacks if the window was deaf too long."""
        said = [
            f"{stall.seconds * 1000:.0f} ms of work in {stall.waited * 1000:.0f} ms:\n{stall.stack}"
            for stall in self.stalls
        ]
        assert not said, "\n\n".join(said)


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch the thread that enters, whose event loop must run."""
    watch = Watch()
    timer = QTimer()
    timer.timeout.connect(watch.tick)
    timer.start(TICK_MS)
    over = threading.Event()
    window = threading.get_ident()

    def look() -> None:
        while not over.wait(LOOK_S):
            watch.look(window)

    looking = threading.Thread(target=look, name="watchdog", daemon=True)
    looking.start()
    try:
        yield watch
    finally:
        timer.stop()
        over.set()
        looking.join()
