"""Progress display of a run: one updating line, and a line per evaluation."""

import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.output import print_error, print_line, redraw_line
from trainer.runs.events import EventLog, of_kind, read_events

MIN_REDRAW_S = 0.1


class Terminal:
    """Progress on stderr: an updating line on a terminal, else only a line per evaluation."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.interactive = sys.stderr.isatty() and not quiet
        self.drawn = 0.0
        self.started = time.monotonic()
        self.first_step: int | None = None

    def prepared(self, done: int, total: int) -> None:
        """Show encoding progress."""
        rate = done / max(1e-9, time.monotonic() - self.started)
        remaining = (total - done) / rate if rate else 0.0
        self.update_line(
            f"encoding {done}/{total} clips, {rate:.1f} clips/s, {_clock(remaining)} left",
            last=done == total,
        )

    def show(self, event: str, fields: Mapping[str, Any]) -> None:
        """Show a step, a skipped step or an evaluation."""
        if event == "step":
            self._step(fields)
        elif event in ("eval", "speech"):
            self.line(f"step {fields['step']}: {fields['sentence']}")
        elif event == "skipped":
            clips = ", ".join(fields["clips"][:5])
            self.line(f"step {fields['step']}: loss not finite, step skipped ({clips}).")

    def ended(self, run: Path, ending: str, log: EventLog) -> None:
        """Print how the run ended, the verdict and the next command."""
        if log.path is None:
            return
        last = of_kind(read_events(run, steps=False), ending)[-1]
        print_line(f"The run {ending} at step {last['step']}: {last['reason']}.")
        print_line(str(last["sentence"]))
        if ending == "paused":
            print_line(f"Resume with: trainer resume {run}")

    def close(self) -> None:
        """End the updating line."""
        if self.interactive and self.drawn:
            print_error("")
            self.drawn = 0.0

    def _step(self, fields: Mapping[str, Any]) -> None:
        if self.first_step is None:
            self.first_step, self.started = fields["step"] - 1, time.monotonic() - fields["seconds"]
        done = fields["step"] - self.first_step
        remaining = (time.monotonic() - self.started) / done * (fields["total"] - fields["step"])
        speed = fields["tokens"] / max(1e-9, fields["seconds"])
        text = (
            f"step {fields['step']}/{fields['total']}  mel_ce {fields.get('mel_ce', 0):.3f}"
            f"  {speed:,.0f} tokens/s  padding {fields['padding']:.0%}"
        )
        if fields["memory_mb"]:
            text += f"  {fields['memory_mb']:,} MB"
        self.update_line(
            f"{text}  {_clock(remaining)} left", last=fields["step"] == fields["total"]
        )

    def update_line(self, text: str, last: bool) -> None:
        """Replace the updating line. last: draw even if the previous update was just now."""
        now = time.monotonic()
        if not self.interactive or (now - self.drawn < MIN_REDRAW_S and not last):
            return
        redraw_line(text, shutil.get_terminal_size().columns - 1)
        self.drawn = now

    def line(self, text: str) -> None:
        """Print a permanent line."""
        if self.quiet:
            return
        self.close()
        print_error(text)


def _clock(seconds: float) -> str:
    """Format seconds as h:mm:ss or m:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
