"""Where a training reports to: its event log, the display and an observer of evaluations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trainer.runs.events import EventLog
from trainer.training.session import Session

Show = Callable[[str, Mapping[str, Any]], None]


def show_nothing(_event: str, _fields: Mapping[str, Any]) -> None:
    """Discard an event."""


def observe_nothing(_session: Session, _log: EventLog, _show: Show) -> None:
    """Ignore an evaluation."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Receivers of a training's events.

    show: called with (event name, fields) after every step and evaluation, for the terminal.
    on_evaluation: called on every rank after each evaluation; must leave weights and random state
    unchanged.
    """

    log: EventLog
    show: Show = show_nothing
    on_evaluation: Callable[[Session, EventLog, Show], None] = observe_nothing
