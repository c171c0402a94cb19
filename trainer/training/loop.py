"""The training loop, read top to bottom.

An update is: take the clips whose turn it is, divide them into micro-batches, add up their
gradients by target counts, clip, step. Everything random is keyed by the place in the run, so
stopping and going on changes nothing.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from trainer.config import TrainConfig
from trainer.evaluate.during_training import speak_and_measure
from trainer.optim.early_stopping import Patience, judge
from trainer.optim.gradients import share_weights
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.training.session import Session, save
from trainer.training.update import Asked, account, turns, update
from trainer.training.validation import evaluate, values

if TYPE_CHECKING:
    from types import FrameType

Ending = Literal["finished", "stopped", "paused"]
SECONDS_PER_MINUTE = 60.0


def train(session: Session, log: EventLog, show: Any = lambda *_: None) -> Ending:  # noqa: ANN401
    """Train until the last step, an early stop, or a request to pause.

    show: called with (event name, fields) after every step and evaluation, for the terminal.
    """
    place, config = session.place, session.config
    clock = Clock(config)
    share_weights(session.network, session.world)
    if place.owes or (place.step == 0 and not place.evaluations):
        _evaluate(session, log, show)
    if place.step >= session.total_steps:
        return _end(session, log, "finished", "all steps are done")
    with stop_requests() as pause, turns(session) as upcoming:
        for turn in upcoming:
            start = time.monotonic()
            outcome = update(session, turn, clock.asked(pause.is_set()))
            account(session, log, show, turn.update, outcome, time.monotonic() - start)
            place.epoch, place.index = turn.next_epoch, turn.next_index
            ending = _after_step(session, log, show, clock, outcome.asked)
            if ending:
                return ending
    raise AssertionError("Turns do not end by themselves.")


def _after_step(
    session: Session,
    log: EventLog,
    show: Any,  # noqa: ANN401
    clock: "Clock",
    asked: Asked,
) -> Ending | None:
    """Evaluate, save and end where it is time for it; how it ended, or None to go on."""
    place, config = session.place, session.config
    last = place.step >= session.total_steps
    due = last or _due(session, config.eval.every_steps)
    evaluated = due and (last or not asked.pause)
    place.owes = due and not evaluated
    if evaluated:
        _evaluate(session, log, show)
    patience = Patience(config.stop.patience, config.stop.min_delta)
    gave_up = evaluated and patience.exhausted(values(place.evaluations, config.stop.metric))
    improved = evaluated and place.best == place.step
    ends = last or asked.pause or asked.time_is_over or gave_up
    if ends or improved or asked.save or _due(session, config.ckpt.every_steps):
        _save(session, log)
        clock.saved()
    if last:
        return _end(session, log, "finished", "all steps are done")
    if asked.pause:
        return _end(session, log, "paused", "a pause was asked for")
    if gave_up:
        return _end(session, log, "stopped", f"{config.stop.patience} evaluations brought no gain")
    if asked.time_is_over:
        return _end(session, log, "stopped", f"{config.stop.max_minutes:g} minutes are over")
    return None


class Clock:
    """What the time asks for. Only differences of a clock that never jumps are used."""

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        self.began = self.last_saved = time.monotonic()

    def asked(self, pause: bool) -> Asked:
        """What is to happen after the update that begins now."""
        now = time.monotonic()
        most, every = self.config.stop.max_minutes, self.config.ckpt.every_minutes
        return Asked(
            pause,
            bool(most) and now - self.began >= most * SECONDS_PER_MINUTE,
            bool(every) and now - self.last_saved >= every * SECONDS_PER_MINUTE,
        )

    def saved(self) -> None:
        """A checkpoint was just written."""
        self.last_saved = time.monotonic()


def _evaluate(session: Session, log: EventLog, show: Any) -> None:  # noqa: ANN401
    """Evaluate, remember whether it is the best, and say how the run goes."""
    place, config = session.place, session.config
    schedule = session.material.evaluation
    place.owes = False
    if schedule is None:
        return
    with session.averaged():
        found = evaluate(
            session.network,
            session.backend,
            schedule,
            session.material.prompts,
            session.world,
            prompt_s=config.eval.prompt_s,
            autocast=session.autocast(),
        )
    place.evaluations.append((place.step, dict(found.total)))
    metric = config.stop.metric
    series = [(step, value[metric]) for step, value in place.evaluations]
    verdict = judge(series, metric, clips=found.clips)
    best = min(place.evaluations, key=lambda pair: (pair[1][metric], pair[0]))
    place.best = best[0]
    log.add(
        "eval",
        step=place.step,
        epoch=place.epoch,
        **found.total,
        clips=found.clips,
        categories=found.categories,
        each=found.each,
    )
    log.add("guard", step=place.step, state=verdict.state, sentence=verdict.sentence)
    show("eval", {"step": place.step, **found.total, "sentence": verdict.sentence})
    speak_and_measure(session, log, show)


def _save(session: Session, log: EventLog) -> None:
    """Save, then let go of checkpoints that are neither recent nor the best."""
    if not session.world.leads:
        session.world.wait()
        return
    saved = save(session)
    log.add("checkpoint", step=saved.step, best=session.place.best)
    folder, keep = session.run.checkpoints, session.config.ckpt.keep_last
    kept = checkpoint.steps(folder)[-keep:]
    checkpoint.prune(folder, [*kept, *([session.place.best] if session.place.best else [])])
    session.world.wait()


def _end(session: Session, log: EventLog, ending: Ending, reason: str) -> Ending:
    """Write down how it ended."""
    metric = session.config.stop.metric
    series = [(step, value[metric]) for step, value in session.place.evaluations]
    schedule = session.material.evaluation
    verdict = judge(series, metric, clips=len(schedule.clips) if schedule else None)
    log.add(
        ending,
        step=session.place.step,
        reason=reason,
        state=verdict.state,
        sentence=verdict.sentence,
        best=session.place.best,
    )
    return ending


def _due(session: Session, every: int) -> bool:
    """Whether something that happens every so many steps happens now; 0 means once an epoch."""
    place = session.place
    if every:
        return place.step % every == 0
    return place.index == 0


@contextmanager
def stop_requests() -> Iterator[threading.Event]:
    """SIGTERM and Ctrl-C ask for a pause; a second Ctrl-C ends at once."""
    asked = threading.Event()

    def ask(_signal: int, _frame: "FrameType | None") -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {kind: signal.signal(kind, ask) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
