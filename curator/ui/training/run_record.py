"""A run as its ``events.jsonl`` tells it, followed while it grows.

Nothing else of a run is read, so one that trains on another machine shows as well as soon as its
file arrives. The file is read in portions, and only what is new: half a line is left for the next
time, a damaged one is passed over, and a file that was cut back by a resumed run is read anew.
"""

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

FILE = "events.jsonl"
PORTION = 256 * 1024
"""Bytes read in one go: about a thousand events, a few milliseconds."""
MARK = 64
"""Bytes before the place read to that must still be the same, else the file is another."""
METRICS = ("mel_ce", "eos_ce", "text_ce")
MEASURES = ("wer", "similarity", "dnsmos", "run_on", "early_stop")
"""Of the sentences that a run speaks while it trains; those that are shown."""
ENDINGS = frozenset({"finished", "stopped", "paused", "failed"})
NO_NUMBER = float("nan")


class SentenceSpoken(msgspec.Struct, gc=False):
    """What a sample was to say."""

    text: str = ""


class Mean(msgspec.Struct, gc=False):
    """A measure of some sentences. low, high: None where they are too few."""

    mean: float
    samples: int
    low: float | None = None
    high: float | None = None


class RunEvent(msgspec.Struct, gc=False):
    """What of an event is shown; the rest is not even check at."""

    event: str
    step: int | None = None
    mel_ce: float | None = None
    eos_ce: float | None = None
    text_ce: float | None = None
    state: str | None = None
    sentence: str | SentenceSpoken | None = None
    measures: msgspec.Raw = msgspec.Raw()
    wav: str | None = None
    reason: str | None = None
    total_steps: int | None = None
    updates_per_epoch: int | None = None
    choices: dict[str, int] | None = None
    device: str | None = None
    manifest_sha256: str | None = None
    text: str | None = None
    out: str | None = None
    best: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that the run spoke. out: the sound's file, on the machine it was spoken on."""

    step: int
    text: str
    out: str


@dataclass
class Series:
    """Steps and values of one loss, nan where it was no number."""

    steps: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, step: int, value: float | None) -> None:
        """The next one."""
        self.steps.append(step)
        self.values.append(NO_NUMBER if value is None else value)


@dataclass
class MeasureSeries(Series):
    """A measure over steps. low, high: of the interval, nan where there is none. samples: last."""

    low: "array[float]" = field(default_factory=lambda: array("d"))
    high: "array[float]" = field(default_factory=lambda: array("d"))
    samples: int = 0

    def add_mean(self, step: int, found: Mean) -> None:
        """The next one."""
        self.add(step, found.mean)
        self.low.append(NO_NUMBER if found.low is None else found.low)
        self.high.append(NO_NUMBER if found.high is None else found.high)
        self.samples = found.samples


_decoder = msgspec.json.Decoder(RunEvent)
_means = msgspec.json.Decoder(dict[str, Mean])


class RunRecord:
    """What is known of a run so far.

    training, evaluation: losses by name. heard: measures of what it spoke while it trained, by
    name. verdict: state and sentence of the guard. ended: the event it ended with the last time,
    "" while it has not. damaged: lines that were passed over.
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
        self.heard: dict[str, MeasureSeries] = {}
        self.verdict = ("not_measured", "")
        self.started: RunEvent | None = None
        self.ended = ""
        self.reason = ""
        self.best: int | None = None
        self.step = 0
        self.spoken: list[Spoken] = []
        self.damaged = 0

    def read(self) -> bool:
        """Take in the next portion; whether there is more to read at once."""
        try:
            with (self.folder / FILE).open("rb") as file:
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
        for line in lines:
            if line.strip():
                self._take(line)
        return self._at < size

    def _take(self, line: bytes) -> None:
        try:
            event = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.damaged += 1
            return
        if event.step is not None:
            self.step = max(self.step, event.step)
        match event.event:
            case "step":
                self._add(self.training, event)
                self.ended = ""
            case "eval":
                self._add(self.evaluation, event)
            case "guard":
                self.verdict = (event.state or "", _text(event))
            case "checkpoint":
                self.best = event.best
            case "started" | "resumed":
                self.started = event if event.event == "started" else self.started
                self.ended = ""
            case "spoken":
                self.spoken.append(Spoken(event.step or 0, event.text or "", event.out or ""))
            case "speech" if event.wav is not None:
                out = str(self.folder / event.wav)
                self.spoken.append(Spoken(event.step or 0, _text(event), out))
            case "speech_means":
                self._add_means(event)
            case kind if kind in ENDINGS:
                self._end(event)

    def _add(self, series: dict[str, Series], event: RunEvent) -> None:
        for key in METRICS:
            value = getattr(event, key)
            if value is not None or series[key].steps or event.mel_ce is None:
                series[key].add(event.step or 0, value)

    def _add_means(self, event: RunEvent) -> None:
        try:
            means = _means.decode(event.measures)
        except msgspec.MsgspecError:
            self.damaged += 1
            return
        for key in MEASURES:
            if key in means:
                self.heard.setdefault(key, MeasureSeries()).add_mean(event.step or 0, means[key])

    def _end(self, event: RunEvent) -> None:
        self.ended, self.reason = event.event, event.reason or ""
        if event.sentence:
            self.verdict = (event.state or "", _text(event))
        self.best = event.best if event.best is not None else self.best


def _text(event: RunEvent) -> str:
    """The sentence of an event: of the guard, or of what was to be said."""
    sentence = event.sentence
    return sentence.text if isinstance(sentence, SentenceSpoken) else sentence or ""
