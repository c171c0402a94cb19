"""The training loop: update, log, evaluate, save, stop.

All randomness is keyed by position (see ``trainer.seeded_random``), so pausing and resuming does
not change the result.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from trainer.config import TrainConfig
from trainer.optim.early_stopping import Patience, judge
from trainer.optim.gradients import broadcast_weights
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.runs.lock import PAUSE
from trainer.training.reporter import Reporter
from trainer.training.session import Session, save
from trainer.training.update import Requests, apply_update, compute_update, prepared_updates
from trainer.training.validation import evaluate, values

if TYPE_CHECKING:
    from types import FrameType

Ending = Literal["finished", "stopped", "paused"]
SECONDS_PER_MINUTE = 60.0


def train(session: Session, reporter: Reporter) -> Ending:
    """Train until the last step, an early stop or a pause request."""
    state, clock = session.state, Clock(session.config)
    broadcast_weights(session.network, session.world)
    if state.evaluation_pending or (state.step == 0 and not state.evaluations):
        _evaluate(session, reporter)
    if state.step >= session.total_steps:
        return _end(session, reporter.log, "finished", "all steps are done")
    request = session.run.folder / PAUSE
    with stop_requests() as pause, prepared_updates(session) as updates:
        for prepared in updates:
            start = time.monotonic()
            requests = clock.requests(pause.is_set() or request.exists())
            result = compute_update(session, prepared, requests)
            apply_update(session, reporter, prepared.clips, result, time.monotonic() - start)
            state.epoch, state.index = prepared.next_epoch, prepared.next_index
            ending = _after_step(session, reporter, clock, result.requests)
            if ending:
                return ending
    raise AssertionError("prepared_updates never ends by itself.")


def _after_step(
    session: Session, reporter: Reporter, clock: "Clock", requests: Requests
) -> Ending | None:
    """Evaluate, save and end the run where due; None to continue."""
    state, config = session.state, session.config
    last = state.step >= session.total_steps
    due = last or _due(session, config.eval.every_steps)
    evaluated = due and (last or not requests.pause)
    state.evaluation_pending = due and not evaluated
    if evaluated:
        _evaluate(session, reporter)
    patience = Patience(config.stop.patience, config.stop.min_delta)
    exhausted = evaluated and patience.exhausted(values(state.evaluations, config.stop.metric))
    improved = evaluated and state.best == state.step
    ends = last or requests.pause or requests.out_of_time or exhausted
    if ends or improved or requests.save or _due(session, config.ckpt.every_steps):
        _save(session, reporter.log)
        clock.saved()
    if last:
        return _end(session, reporter.log, "finished", "all steps are done")
    if requests.pause:
        return _end(session, reporter.log, "paused", "a pause was requested")
    if exhausted:
        reason = f"no improvement in {config.stop.patience} evaluations"
        return _end(session, reporter.log, "stopped", reason)
    if requests.out_of_time:
        reason = f"the time limit of {config.stop.max_minutes:g} minutes was reached"
        return _end(session, reporter.log, "stopped", reason)
    return None


class Clock:
    """Time limits of a run, measured with the monotonic clock."""

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        self.started = self.last_saved = time.monotonic()

    def requests(self, pause: bool) -> Requests:
        """Actions due after the update that starts now."""
        now = time.monotonic()
        max_minutes, every = self.config.stop.max_minutes, self.config.ckpt.every_minutes
        return Requests(
            pause,
            bool(max_minutes) and now - self.started >= max_minutes * SECONDS_PER_MINUTE,
            bool(every) and now - self.last_saved >= every * SECONDS_PER_MINUTE,
        )

    def saved(self) -> None:
        """Restart the interval between checkpoints."""
        self.last_saved = time.monotonic()


def _evaluate(session: Session, reporter: Reporter) -> None:
    """Evaluate, update the best step and log the verdict."""
    state, config = session.state, session.config
    schedule = session.dataset.evaluation
    state.evaluation_pending = False
    if schedule is None:
        return
    with session.averaged():
        evaluation = evaluate(session, schedule)
    state.evaluations.append((state.step, dict(evaluation.total)))
    metric = config.stop.metric
    series = [(step, value[metric]) for step, value in state.evaluations]
    verdict = judge(series, metric, clips=evaluation.clips)
    state.best = min(state.evaluations, key=lambda pair: (pair[1][metric], pair[0]))[0]
    reporter.log.add(
        "eval",
        step=state.step,
        epoch=state.epoch,
        **evaluation.total,
        clips=evaluation.clips,
        categories=evaluation.categories,
        each=evaluation.per_clip,
    )
    reporter.log.add("guard", step=state.step, state=verdict.state, sentence=verdict.sentence)
    fields = {"step": state.step, **evaluation.total, "sentence": verdict.sentence}
    reporter.show("eval", fields)
    reporter.on_evaluation(session, reporter.log, reporter.show)


def _save(session: Session, log: EventLog) -> None:
    """Save a checkpoint and delete those that are neither recent nor the best."""
    if not session.world.is_main:
        session.world.barrier()
        return
    saved, best = save(session), session.state.best
    log.add("checkpoint", step=saved.step, best=best)
    folder = session.run.checkpoints
    recent = checkpoint.steps(folder)[-session.config.ckpt.keep_last :]
    checkpoint.prune(folder, [*recent, *([best] if best else [])])
    session.world.barrier()


def _end(session: Session, log: EventLog, ending: Ending, reason: str) -> Ending:
    """Log how the run ended."""
    metric = session.config.stop.metric
    series = [(step, value[metric]) for step, value in session.state.evaluations]
    schedule = session.dataset.evaluation
    verdict = judge(series, metric, clips=len(schedule.clips) if schedule else None)
    log.add(
        ending,
        step=session.state.step,
        reason=reason,
        state=verdict.state,
        sentence=verdict.sentence,
        best=session.state.best,
    )
    return ending


def _due(session: Session, every: int) -> bool:
    """Whether a periodic action is due at this step; every=0 means once per epoch."""
    if every:
        return session.state.step % every == 0
    return session.state.index == 0


@contextmanager
def stop_requests() -> Iterator[threading.Event]:
    """Event set by SIGTERM or Ctrl-C; a second signal interrupts immediately."""
    requested = threading.Event()

    def request(_signal: int, _frame: "FrameType | None") -> None:
        if requested.is_set():
            raise KeyboardInterrupt
        requested.set()

    if threading.current_thread() is not threading.main_thread():
        yield requested
        return
    before = {kind: signal.signal(kind, request) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield requested
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
