"""Commands beside an open window that writes: reading always works, writing names who has it.

``python -m tests.journeys.beside_a_window --seconds 600`` does it for ten minutes and prints what
was done. The window is a real one in a process of its own, which decides twenty times a second.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from curator.domain.clip_query import parse
from curator.store.project import Project
from tests.helpers.commands import curator
from tests.helpers.factories import a_project, say

CLIPS = 200
PAUSE_S = 0.02
"""Between two looks of the reader in this process."""
STARTED_S = 60.0
LEAST = 10
"""Readings and decisions that there are more of, however slow the machine is."""

LOCKED = "database is locked"

READING = (
    ("clips", "--query", "state:kept", "--json"),
    ("history",),
    ("balance",),
    ("check",),
    ("clips", "--query", "sentence duration>1"),
    ("verify",),
)
ANSWERING_NO = ("check", "verify")
"""They end with 1 when something is not as it should be: here no recording has a file."""

WRITING = (
    ("decide", "--query", "id:1", "--keep"),
    ("undo",),
    ("speaker", "--clip", "3"),
    ("redo",),
)

WINDOW = """
import sys
from pathlib import Path
import curator.ui
from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication
from curator.domain.decision import drop, give_emotion, keep
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings

application = QApplication([])
window = MainWindow(WindowSettings(), Messages())
assert window.open_path(Path(sys.argv[1])), window.messages.all
window.show()
session, done = window.session, [0]
clips = session.project.clips.ids()

def decide():
    number = done[0]
    done[0] += 1
    clip = clips[number % len(clips)]
    if number % 7 == 6:
        session.undo()
    else:
        session.apply((keep if number % 2 else drop)([clip]))
        session.apply(give_emotion([clip], "tension" if number % 3 else "greeting"))

timer = QTimer()
timer.timeout.connect(decide)
timer.start(50)
sys.stdout.write("open\\n")
sys.stdout.flush()
notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
notifier.activated.connect(lambda *_: (timer.stop(), window.close(), application.quit()))
application.exec()
errors = [m.text for m in window.messages.all if m.level == "error"]
sys.stdout.write(f"{done[0]} {len(errors)} {errors[:1]}\\n")
"""


@dataclass
class Seen:
    """What was done, and what went otherwise than it should."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.done.items()))
        return f"{counts}; {len(self.wrong)} went wrong"


@contextmanager
def open_window(project: Path, seen: Seen) -> Iterator[None]:
    """A window that decides all the time; it is closed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(project)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    try:
        yield
    finally:
        said, _ = process.communicate("close\n", timeout=STARTED_S)
        decided, errors, first = said.split(maxsplit=2)
        seen.done["decisions in the window"] += int(decided)
        if process.returncode or int(errors):
            seen.wrong.append(f"the window ended with {process.returncode}, said {first}")


def read_on(project: Path, seen: Seen, over: threading.Event) -> None:
    """Open, read and close, over and over."""
    while not over.wait(PAUSE_S):
        try:
            with Project.open(project, write=False) as reader:
                clips = len(reader.clips.find(parse("state:kept"))) + reader.clips.count()
            seen.done["readings in this process"] += 1
            assert clips >= CLIPS
        except Exception as error:  # noqa: BLE001  # whatever it is, it went wrong
            seen.wrong.append(f"reading: {error!r}")


def run(seconds: float, folder: Path) -> Seen:
    """Commands for so long beside a window, and until enough was done on a slow machine."""
    seen, over = Seen(), threading.Event()
    with a_project(folder, CLIPS) as project:
        path = project.path
        for place, clip in enumerate(project.clips.ids()):
            say(project, clip, f"sentence number {place}")
    reading, writing = cycle(READING), cycle(WRITING)
    with open_window(path, seen):
        reader = threading.Thread(target=read_on, args=(path, seen, over))
        reader.start()
        ends = time.monotonic() + seconds
        while time.monotonic() < ends or not has_done_enough(path, seen):
            for kind, words in (("read", next(reading)), ("write", next(writing))):
                _command(kind, words, path, seen)
        over.set()
        reader.join()
    with Project.open(path) as again:  # everything is as it should be, and anybody may write
        seen.wrong += again.verify()
    return seen


def has_done_enough(path: Path, seen: Seen) -> bool:
    """Whether window, commands and readings have all been at it; at once if something is wrong."""
    with Project.open(path, write=False) as reader:
        decided = len(reader.decisions.history(2 * LEAST))
    commands = min(seen.done[f"commands that {kind}"] for kind in ("read", "write"))
    read = seen.done["readings in this process"]
    return bool(seen.wrong) or (commands >= 2 and read > LEAST and decided > LEAST)


def _command(kind: str, words: tuple[str, ...], path: Path, seen: Seen) -> None:
    name, *rest = words
    done = curator(name, path, *rest)
    said = done.stdout + done.stderr
    seen.done[f"commands that {kind}"] += 1
    named = "is already open in" in done.stderr and "process" in done.stderr
    right = done.returncode in ((0, 1) if name in ANSWERING_NO else (0,))
    if kind == "write":
        right = done.returncode == 1 and named
    if not right or LOCKED in said or "Traceback" in said:
        seen.wrong.append(f"{' '.join(words)}: {done.returncode} {said[-500:]}")


def main() -> None:
    """Do it, and say what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=600.0)
    with tempfile.TemporaryDirectory() as folder:
        seen = run(asked.parse_args().seconds, Path(folder))
    sys.stdout.write(f"{seen}\n" + "".join(f"{each}\n" for each in seen.wrong[:20]))
    sys.exit(1 if seen.wrong else 0)


if __name__ == "__main__":
    main()
