"""A watchdog over the window's thread: how long it was deaf at most, and what it did meanwhile.

What counts is the processor time of that thread between two turns of its event loop. Waiting uses
none, so a second of it counts whatever it was for, unless it was for a processor. A machine that
is slow at that moment is given more time, as a fixed calculation and a small file tell.

The suite shares the machine with other work, where a pause of three times its usual length proves
nothing: there the limit is SUITE_LONGEST_S, which work that belongs in a job still exceeds. A walk
or a measurement that runs alone uses LONGEST_S.

Objects that were there before the watch belong to the run of tests and not to the window: no
garbage collection visits them, which would take most of a second when all tests are collected.
"""

import gc
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QTimer

TICK_MS = 5
LONGEST_S = 0.100
"""Longest pause of a window that has the machine to itself."""

SUITE_LONGEST_S = 0.500
"""Longest pause while a suite of tests runs."""

LONGEST_WAIT_S = 1.0
LOOK_S = 0.02
"""How often the stack is looked at."""

FRAMES = 12
"""Innermost frames of a stack that are told."""

COUNTED = 50_000
USUAL_S = 0.0038
"""Processor time of the fixed calculation on the reference machine of the limits."""

MOST_SLOWNESS = 4.0
FLUSHES = 4
"""Times that an act may have to wait for the disk: a decision is on it before it is shown."""

COLD = 1.5
"""Times that work takes longer that is interrupted for longer than it lasts."""

STARVED, COLDEST = 5.0, 4.0
"""Work that is interrupted for STARVED times as long as it lasts takes COLDEST times longer."""


def slowness() -> float:
    """How many times slower this machine is now than the reference, 1 to MOST_SLOWNESS."""

    def seconds() -> float:
        began = time.thread_time()
        sum(number * number % 7 for number in range(COUNTED))
        sorted({str(number * 7919 % 100_003): number for number in range(COUNTED // 8)})
        return time.thread_time() - began

    return min(MOST_SLOWNESS, max(1.0, max(seconds() for _ in range(3)) / USUAL_S))


def flush_s() -> float:
    """Seconds that this machine now takes to store a small file for good."""
    with tempfile.TemporaryFile() as file:
        began = time.monotonic()
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())
        return time.monotonic() - began


def queued_s() -> float:
    """Seconds that this thread was ready and had no processor; 0 where nothing tells."""
    told = Path("/proc/thread-self/schedstat")
    return int(told.read_text().split()[1]) / 1e9 if told.exists() else 0.0


@dataclass
class Stall:
    """A pause of the window. seconds: of processor time. stack: where it was then.

    slow: how many times slower the machine was than usual.
    """

    seconds: float
    waited: float
    stack: str
    slow: float


@dataclass
class Watch:
    """What was seen of the window's thread.

    limit: seconds of processor time that a pause may take.
    doing: what the test does, told with a stall.
    """

    limit: float = SUITE_LONGEST_S
    longest: float = 0.0
    stalls: list[Stall] = field(default_factory=list)
    doing: str = ""
    _cpu: float = 0.0
    _wall: float = 0.0
    _queued: float = 0.0
    _stack: str = ""

    def tick(self) -> None:
        """In the window's thread: it can hear."""
        if self._wall:
            used, gone = time.thread_time() - self._cpu, time.monotonic() - self._wall
            self.longest = max(self.longest, used)
            waited = gone - used
            if waited > LONGEST_WAIT_S:
                waited -= queued_s() - self._queued
            if used > self.limit or waited > LONGEST_WAIT_S:
                self._judge(used, waited, gone)
        self._queued = queued_s()
        self._cpu, self._wall, self._stack = time.thread_time(), time.monotonic(), ""

    def rest(self) -> None:
        """Leave out what was done since the last tick: it was not the window's work."""
        self._wall = 0.0

    def _judge(self, used: float, waited: float, gone: float) -> None:
        slow = slowness()
        queued = queued_s() - self._queued
        if queued > used:  # others had the processor, and its caches, for longer
            slow *= COLDEST if queued > STARVED * used else COLD
        is_deaf = used > self.limit * slow
        if is_deaf or waited > LONGEST_WAIT_S + FLUSHES * flush_s():
            stack = f"{self.doing}\n{self._stack or '(it was never looked at)'}"
            self.stalls.append(Stall(used, gone, stack, slow))

    def look(self, thread: int) -> None:
        """In another thread: remember where the window is, should it be there for long."""
        if self._wall and not self._stack and time.monotonic() - self._wall > self.limit / 2:
            frame = sys._current_frames().get(thread)
            self._stack = "".join(traceback.format_stack(frame)[-FRAMES:]) if frame else ""

    def require_none(self) -> None:
        """AssertionError with the stacks if the window was deaf too long."""
        said = [
            f"{stall.seconds * 1000:.0f} ms of work in {stall.waited * 1000:.0f} ms, on a machine "
            f"{stall.slow:.1f} times slower than usual:\n{stall.stack}"
            for stall in self.stalls
        ]
        assert not said, "\n\n".join(said)


@contextmanager
def watched(limit: float = SUITE_LONGEST_S) -> Iterator[Watch]:
    """Watch the thread that enters, whose event loop must run. limit: seconds of a pause."""
    gc.collect()
    gc.freeze()
    watch = Watch(limit)
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
        gc.unfreeze()
        timer.stop()
        over.set()
        looking.join()
