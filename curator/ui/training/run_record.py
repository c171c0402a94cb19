"""State of a run, read incrementally from its ``events.jsonl``.

No other file is read, so a run on another machine shows as soon as its events file is copied. Only
new data is read, in portions: incomplete lines are kept for the next time, invalid ones skipped,
and a file truncated by a resumed run is read from its beginning.
"""

from array import array
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated

import msgspec

from curator.domain.foreign_files import open_regular, path_inside

FILE = "events.jsonl"
PORTION = 256 * 1024
"""Bytes per portion: about a thousand events, a few milliseconds."""
MARK = 64
"""Bytes before the read position that must be unchanged, else the file is another one."""
METRICS = ("mel_ce", "eos_ce", "text_ce")
OPTIMIZER = ("lr", "grad_norm")
"""Values of the optimizer at each step."""
MEASURES = ("wer", "similarity", "dnsmos", "run_on", "early_stop")
"""Measures of the test sentences that are shown."""
ENDINGS = frozenset({"finished", "stopped", "paused", "failed"})
NO_NUMBER = float("nan")
RECENT_STEPS = 50
"""Steps of which the speed is the median."""


Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
"""Steps and numbers, within what Qt and arrays can hold."""
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
LONGEST_LINE = 1 << 24
"""Bytes; a longer line is no event."""
LARGEST = 1e15
"""Values beyond it are not plotted."""


class SentenceSpoken(msgspec.Struct, gc=False):
    """Prompt text of a test sentence."""

    text: str = ""


class Mean(msgspec.Struct, gc=False):
    """Mean of a measure. low, high: confidence interval, None for too few samples."""

    mean: float
    samples: Count
    low: float | None = None
    high: float | None = None


class RunEvent(msgspec.Struct, gc=False):
    """Fields of an event that are shown; others are ignored."""

    event: str
    step: Count | None = None
    mel_ce: float | None = None
    eos_ce: float | None = None
    text_ce: float | None = None
    lr: float | None = None
    grad_norm: float | None = None
    time: str | None = None
    state: str | None = None
    sentence: str | SentenceSpoken | None = None
    measures: msgspec.Raw = msgspec.Raw()
    wav: str | None = None
    reason: str | None = None
    total_steps: Count | None = None
    updates_per_epoch: Count | None = None
    choices: dict[str, int] | None = None
    categories: msgspec.Raw = msgspec.Raw()
    seconds: Seconds | None = None
    device: str | None = None
    manifest_sha256: str | None = None
    text: str | None = None
    out: str | None = None
    best: Count | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Test sentence. out: path of the audio on the training machine. wer: None if not measured."""

    step: int
    text: str
    out: str
    wer: float | None = None


@dataclass
class Series:
    """Steps and values of a curve, NaN where missing."""

    steps: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, step: int, value: float | None) -> None:
        """Append a point."""
        self.steps.append(step)
        self.values.append(_plotted(value))


@dataclass
class MeasureSeries(Series):
    """Measure over steps. low, high: interval, NaN if missing. samples: of the last point."""

    low: "array[float]" = field(default_factory=lambda: array("d"))
    high: "array[float]" = field(default_factory=lambda: array("d"))
    samples: int = 0

    def add_mean(self, step: int, mean: Mean) -> None:
        """Append a point."""
        self.add(step, mean.mean)
        self.low.append(_plotted(mean.low))
        self.high.append(_plotted(mean.high))
        self.samples = mean.samples


_decoder = msgspec.json.Decoder(RunEvent)
_means = msgspec.json.Decoder(dict[str, Mean])
_categories = msgspec.json.Decoder(dict[str, dict[str, float | None]])
_measures = msgspec.json.Decoder(dict[str, float | None])


class RunRecord:
    """State of a run so far.

    training, evaluation: losses by name. optimizer: learning rate and gradient norm by name, empty
    where events have none. elapsed: seconds of training at steps, without pauses. categories:
    evaluation losses by name and category.
    measures: of the test sentences, by name. verdict: state and sentence of the guard. ended: the
    event it ended with the last time, "" while it has not. damaged: lines that were skipped.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._forget()

    def _forget(self) -> None:
        self._at = 0
        self._mark = b""
        self._rest = b""
        self.training = {key: Series() for key in METRICS}
        self.evaluation = {key: Series() for key in METRICS}
        self.optimizer = {key: Series() for key in OPTIMIZER}
        self.elapsed = Series()
        self._clock_zero: float | None = None
        self.categories: dict[str, dict[str, Series]] = {key: {} for key in METRICS}
        self.measures: dict[str, MeasureSeries] = {}
        self._seconds: deque[float] = deque(maxlen=RECENT_STEPS)
        self.verdict = ("not_measured", "")
        self.started: RunEvent | None = None
        self.ended = ""
        self.reason = ""
        self.best: int | None = None
        self.step = 0
        self.spoken: list[Spoken] = []
        self.damaged = 0

    @property
    def step_s(self) -> float | None:
        """Seconds per step, median of the last ones; None if it is too early to tell."""
        return median(self._seconds) if len(self._seconds) > 1 else None

    @property
    def left_s(self) -> float | None:
        """Estimated seconds to the last step, without evaluations; None if unknown."""
        total = self.started.total_steps if self.started else None
        return self.step_s * max(0, total - self.step) if total and self.step_s else None

    def read(self) -> bool:
        """Read the next portion; return whether there is more."""
        try:
            with open_regular(self.folder / FILE) as file:
                size = file.seek(0, 2)
                file.seek(max(0, self._at - len(self._mark)))
                if size < self._at or file.read(len(self._mark)) != self._mark:
                    self._forget()
                    file.seek(0)
                data = file.read(PORTION)
        except OSError:
            return False
        if not data:
            return False
        self._at += len(data)
        self._mark = (self._mark + data)[-MARK:]
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            self._rest = b""
            self.damaged += 1
        for line in lines:
            if line.strip():
                self._take(line)
        return self._at < size

    def _take(self, line: bytes) -> None:
        try:
            event = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.damaged += 1
            return
        if event.step is not None:
            self.step = max(self.step, event.step)
        match event.event:
            case "step":
                self._add(self.training, event)
                self._add_optimizer(event)
                self._add_time(event)
                if event.seconds is not None:
                    self._seconds.append(event.seconds)
                self.ended = ""
            case "eval":
                self._add(self.evaluation, event)
                self._add_time(event)
                self._add_categories(event)
            case "guard":
                self.verdict = (event.state or "", _text(event))
            case "checkpoint":
                self.best = event.best
            case "started" | "resumed":
                self.started = event if event.event == "started" else self.started
                self._clock_zero = None
                self.ended = ""
            case "spoken":
                self.spoken.append(Spoken(event.step or 0, event.text or "", event.out or ""))
            case "speech" if event.wav is not None:
                out = str(path_inside(self.folder, event.wav) or "")
                self.spoken.append(Spoken(event.step or 0, _text(event), out, _wer(event)))
            case "speech_means":
                self._add_means(event)
            case kind if kind in ENDINGS:
                self._end(event)

    def _add(self, series: dict[str, Series], event: RunEvent) -> None:
        for key in METRICS:
            value = getattr(event, key)
            if value is not None or series[key].steps or event.mel_ce is None:
                series[key].add(event.step or 0, value)

    def _add_optimizer(self, event: RunEvent) -> None:
        for key, value in (("lr", event.lr), ("grad_norm", event.grad_norm)):
            if value is not None:
                self.optimizer[key].add(event.step or 0, value)

    def _add_time(self, event: RunEvent) -> None:
        """Note the time of a step; a clock that was set back stands still."""
        now, last = _seconds(event.time), self.elapsed.values[-1] if self.elapsed.values else 0.0
        if now is None or event.step is None:
            return
        if self._clock_zero is None:  # the first event, or the first after a pause
            self._clock_zero = now - last
        if not self.elapsed.steps or event.step > self.elapsed.steps[-1]:
            self.elapsed.add(event.step, max(last, now - self._clock_zero))

    def _add_categories(self, event: RunEvent) -> None:
        if not bytes(event.categories):
            return
        try:
            by_category = _categories.decode(event.categories)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.damaged += 1
            return
        for category, values in by_category.items():
            for key in METRICS:
                if key in values:
                    series = self.categories[key].setdefault(category, Series())
                    series.add(event.step or 0, values[key])

    def _add_means(self, event: RunEvent) -> None:
        try:
            means = _means.decode(event.measures)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.damaged += 1
            return
        for key in MEASURES:
            if key in means:
                self.measures.setdefault(key, MeasureSeries()).add_mean(event.step or 0, means[key])

    def _end(self, event: RunEvent) -> None:
        self.ended, self.reason = event.event, event.reason or ""
        if event.sentence:
            self.verdict = (event.state or "", _text(event))
        self.best = event.best if event.best is not None else self.best


def _plotted(value: float | None) -> float:
    """The value, NaN if it is missing or too large to plot."""
    return NO_NUMBER if value is None or abs(value) > LARGEST else value


def _seconds(time: str | None) -> float | None:
    """Seconds since 1970 of an ISO 8601 time; None if it is none."""
    try:
        moment = datetime.fromisoformat(time or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _text(event: RunEvent) -> str:
    """Sentence of an event: of the guard, or the prompt text."""
    sentence = event.sentence
    return sentence.text if isinstance(sentence, SentenceSpoken) else sentence or ""


def _wer(event: RunEvent) -> float | None:
    """Word error rate of a test sentence."""
    try:
        return _measures.decode(event.measures).get("wer")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
