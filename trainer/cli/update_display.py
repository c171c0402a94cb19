"""Progress line of a command that fine-tunes one network, and a line for each evaluation."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainer.cli.terminal import Terminal
    from trainer.runs.making import MakingPosition


class UpdateDisplay:
    """Shows updates and evaluations.

    shown: evaluations in the series that are not shown again. describe: figures of an evaluation,
    from its point in the series.
    """

    def __init__(
        self,
        terminal: "Terminal",
        position: "MakingPosition",
        shown: int,
        describe: Callable[[Mapping[str, Any]], str],
    ) -> None:
        self._terminal = terminal
        self._position = position
        self._shown = shown
        self._describe = describe
        self._started, self._first = time.monotonic(), position.step

    def show(self, step: int, total: int, status: str) -> None:
        """Show an update. status: its loss, or that it was skipped."""
        seconds = (time.monotonic() - self._started) / (step - self._first)
        remaining = seconds * (total - step)
        self._terminal.update_line(
            f"step {step}/{total}  {status}  {remaining:.0f} s left", step == total
        )
        for point in self._position.series[self._shown :]:
            self._terminal.line(f"step {point['step']}: {self._describe(point)}")
        self._shown = len(self._position.series)
