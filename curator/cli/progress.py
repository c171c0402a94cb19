"""Progress display of long commands: bar, JSON lines or plain lines."""

import json
import sys
import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from curator.cli.terminal_text import escaped, plain
from curator.domain.progress import Progress

REFRESH_S = 0.1  # of the bar and of the JSON lines
LONG_S = 60.0  # progress of longer items is shown in minutes
UPDATE_EVERY_S = 30.0  # interval of plain lines for such items


def watcher(as_json: bool) -> Progress:
    """Progress display for ``--json``, a terminal or a pipe."""
    if as_json:
        return JsonLines(sys.stdout)
    return Bar() if sys.stderr.isatty() else PlainLines(sys.stderr)


def are_long(items: int, seconds: float) -> bool:
    """Whether items are so long that progress is shown in minutes."""
    return items > 0 and seconds / items > LONG_S


def minutes(seconds: float, of: float) -> str:
    """Progress in minutes, such as "43 of 300 min"."""
    return f"{seconds / 60:.0f} of {of / 60:.0f} min"


class _Clock:
    """Processing speed of a step."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def speed(self, items: int, seconds: float) -> tuple[float, float]:
        """Items per second, and seconds of audio per second (times real time)."""
        elapsed = max(time.monotonic() - self._began, 1e-6)
        return items / elapsed, seconds / elapsed


class JsonLines:
    """JSON lines; "event" is started, progress, failed, noted or finished."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._step = ""
        self._clock = _Clock()
        self._items = 0
        self._seconds = 0.0
        self._updated = 0.0

    def _emit(self, event: str, **values: object) -> None:
        line = json.dumps({"event": event, "step": self._step, **values}, ensure_ascii=False)
        self._out.write(f"{line}\n")
        self._out.flush()

    def started(self, step: str, items: int, seconds: float) -> None:
        """See Progress."""
        self._step, self._items, self._clock = step, items, _Clock()
        self._seconds = seconds
        self._emit("started", items=items, seconds=round(seconds, 3))

    def progressed(self, items: int, seconds: float) -> None:
        """See Progress."""
        now = time.monotonic()
        if items < self._items and now - self._updated < REFRESH_S:
            return
        self._updated = now
        clips, real_time = self._clock.speed(items, seconds)
        eta = (self._items - items) / clips if clips else None
        if are_long(self._items, self._seconds):
            eta = (self._seconds - seconds) / real_time if real_time else None
        self._emit(
            "progress",
            done=items,
            of=self._items,
            done_s=round(seconds, 1),
            of_s=round(self._seconds, 1),
            clips_per_s=round(clips, 2),
            times_real_time=round(real_time, 2),
            eta_s=None if eta is None else round(eta, 1),
        )

    def failed(self, sentence: str) -> None:
        """See Progress."""
        self._emit("failed", sentence=sentence)

    def noted(self, sentence: str) -> None:
        """See Progress."""
        self._emit("noted", sentence=sentence)

    def finished(self) -> None:
        """See Progress."""
        self._emit("finished")


class PlainLines:
    """Plain lines: one when a step ends, more for long items."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._step = ""
        self._clock = _Clock()
        self._done = (0, 0.0)
        self._seconds = 0.0
        self._are_long = False
        self._updated = 0.0

    def started(self, step: str, items: int, seconds: float) -> None:
        """See Progress."""
        self._step, self._clock, self._done = step, _Clock(), (0, 0.0)
        self._seconds, self._are_long = seconds, are_long(items, seconds)
        self._updated = time.monotonic()

    def progressed(self, items: int, seconds: float) -> None:
        """See Progress."""
        self._done = (items, seconds)
        now = time.monotonic()
        if self._are_long and now - self._updated >= UPDATE_EVERY_S:
            self._updated = now
            self._out.write(f"{self._step}: {minutes(seconds, self._seconds)}\n")
            self._out.flush()

    def failed(self, sentence: str) -> None:
        """See Progress."""
        self._out.write(f"{self._step}: {sentence}\n")

    def noted(self, sentence: str) -> None:
        """See Progress."""
        step = f"{self._step}: " if self._step else ""
        self._out.write(f"{step}{sentence}\n")

    def finished(self) -> None:
        """See Progress."""
        clips, real_time = self._clock.speed(*self._done)
        self._out.write(
            f"{self._step}: {self._done[0]} done, {clips:.1f}/s, {real_time:.0f} times real time\n"
        )
        self._out.flush()


class Bar:
    """Progress bar per step with items/s, times real time and remaining time."""

    def __init__(self) -> None:
        self._progress: RichProgress | None = None
        self._task = TaskID(0)
        self._clock = _Clock()
        self._seconds = 0.0
        self._items = 0

    def started(self, step: str, items: int, seconds: float) -> None:
        """See Progress."""
        self._clock = _Clock()
        self._items, self._seconds = items, seconds
        self._progress = RichProgress(
            TextColumn("{task.description:<11}"),
            BarColumn(),
            TextColumn("{task.fields[far]}"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            refresh_per_second=1 / REFRESH_S,
            console=Console(file=plain(sys.stdout)),
        )
        self._progress.start()
        total = seconds if are_long(items, seconds) else float(items)
        self._task = self._progress.add_task(step, total=total, speed="", far="")

    def progressed(self, items: int, seconds: float) -> None:
        """See Progress."""
        if self._progress is None:
            return
        clips, real_time = self._clock.speed(items, seconds)
        speed = f"{clips:.1f}/s  {real_time:.0f}x real time"
        far, done = f"{items}/{self._items}", float(items)
        if are_long(self._items, self._seconds):
            far, done = minutes(seconds, self._seconds), seconds
        self._progress.update(self._task, completed=done, speed=speed, far=far)

    def failed(self, sentence: str) -> None:
        """See Progress."""
        self._line(sentence)

    def noted(self, sentence: str) -> None:
        """See Progress."""
        self._line(sentence)

    def _line(self, sentence: str) -> None:
        if self._progress is None:
            sys.stderr.write(f"{sentence}\n")
        else:
            self._progress.console.print(escaped(sentence), markup=False, highlight=False)

    def finished(self) -> None:
        """See Progress."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
