"""What a person sees while a run goes on: one line that changes, and a line an evaluation."""

import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.runs.events import EventLog, of_kind, read_events

SHORTEST_REDRAW_S = 0.1


class Terminal:
    """Progress on stderr: a moving line on a terminal, a line an evaluation elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.moves = sys.stderr.isatty() and not quiet
        self.drawn = 0.0
        self.began = time.monotonic()
        self.first_step: int | None = None

    def prepared(self, done: int, total: int) -> None:
        """So many clips are encoded."""
        rate = done / max(1e-9, time.monotonic() - self.began)
        left = (total - done) / rate if rate else 0.0
        self.moving(
            f"encoding {done}/{total} clips, {rate:.1f} clips/s, {_clock(left)} left",
            last=done == total,
        )

    def show(self, event: str, fields: Mapping[str, Any]) -> None:
        """A step, a skipped step or an evaluation."""
        if event == "step":
            self._step(fields)
        elif event in ("eval", "speech"):
            self.line(f"step {fields['step']}: {fields['sentence']}")
        elif event == "skipped":
            clips = ", ".join(fields["clips"][:5])
            self.line(f"step {fields['step']}: the loss was not a number; skipped ({clips}).")

    def ended(self, run: Path, ending: str, log: EventLog) -> None:
        """How the run ended, and what to do next."""
        if log.path is None:
            return
        last = of_kind(read_events(run), ending)[-1]
        sys.stdout.write(f"The run {ending} at step {last['step']}: {last['reason']}.\n")
        sys.stdout.write(f"{last['sentence']}\n")
        if ending == "paused":
            sys.stdout.write(f"Go on with: trainer resume {run}\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Leave the line that changed as it is."""
        if self.moves and self.drawn:
            sys.stderr.write("\n")
            self.drawn = 0.0

    def _step(self, fields: Mapping[str, Any]) -> None:
        if self.first_step is None:
            self.first_step, self.began = fields["step"] - 1, time.monotonic() - fields["seconds"]
        done = fields["step"] - self.first_step
        left = (time.monotonic() - self.began) / done * (fields["total"] - fields["step"])
        speed = fields["tokens"] / max(1e-9, fields["seconds"])
        text = (
            f"step {fields['step']}/{fields['total']}  mel_ce {fields.get('mel_ce', 0):.3f}"
            f"  {speed:,.0f} tokens/s  padding {fields['padding']:.0%}"
        )
        if fields["memory_mb"]:
            text += f"  {fields['memory_mb']:,} MB"
        self.moving(f"{text}  {_clock(left)} left", last=fields["step"] == fields["total"])

    def moving(self, text: str, last: bool) -> None:
        """Put this over the line that changes. last: draw it however soon it comes."""
        now = time.monotonic()
        if not self.moves or (now - self.drawn < SHORTEST_REDRAW_S and not last):
            return
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{text[:width]:<{width}}")
        sys.stderr.flush()
        self.drawn = now

    def line(self, text: str) -> None:
        """A line that stays."""
        if self.quiet:
            return
        self.close()
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _clock(seconds: float) -> str:
    """3725 as 1:02:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
