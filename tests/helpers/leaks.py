"""What a test may not leave behind: threads, processes, windows."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

PATIENCE_S = 60.0
"""Threads that are about to end are given so long."""


def child_processes() -> set[int]:
    """Processes that this one started and that have not been waited for."""
    children = Path(f"/proc/{os.getpid()}/task")
    if not children.is_dir():
        return {child.pid for child in multiprocessing.active_children() if child.pid}
    found: set[int] = set()
    for task in children.iterdir():
        try:
            found.update(int(pid) for pid in (task / "children").read_text().split())
        except OSError:
            continue  # the thread has ended meanwhile
    return found


def threads() -> set[threading.Thread]:
    """Threads that Python knows and that are no pool's."""
    return {thread for thread in threading.enumerate() if thread.is_alive()}


@contextmanager
def nothing_left() -> Iterator[None]:
    """AssertionError if more threads, processes or windows are there at the end than before."""
    before, processes = threads(), child_processes()
    windows = set(QApplication.topLevelWidgets())
    yield
    for thread in threads() - before:
        thread.join(PATIENCE_S)
    left = [thread.name for thread in threads() - before if thread.is_alive()]
    assert not left, f"threads left: {left}"
    assert not child_processes() - processes, f"processes left: {child_processes() - processes}"
    shown = [
        window for window in set(QApplication.topLevelWidgets()) - windows if window.isVisible()
    ]
    assert not shown, f"windows left: {shown}"
