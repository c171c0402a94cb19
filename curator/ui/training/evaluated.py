"""Samples of a run: of its evaluation, and of the test sentences during training."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from curator.domain.foreign_files import (
    LOG_BYTES,
    RUN_BYTES,
    lines_of,
    parse_json,
    path_inside,
    read_bounded,
)
from curator.ui.training.run_record import Count

RESULTS = "evaluation/results.jsonl"
EVENTS = "events.jsonl"
SPEECH = b'"event": "speech",'
ASPECTS = ("voice", "pronunciation", "naturalness", "emotion", "smoothness", "consistency")
HIGHEST = 10


class PromptSentence(msgspec.Struct, frozen=True):
    """Prompt text of a sample."""

    id: str
    text: str
    category: str | None = None


class Reference(msgspec.Struct, frozen=True):
    """Real clip of the category."""

    clip: str


class Sample(msgspec.Struct, frozen=True):
    """Line of the results; see resources/evaluation.schema.json."""

    sample: str
    checkpoint: Count
    sentence: PromptSentence
    seed: int
    wav: str | None = None
    prompt: str | None = None
    reference: Reference | None = None
    heard: str | None = None
    measures: dict[str, float | None] = {}
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Samples of a run. bundle: its training bundle, None if not on this machine.

    during: test sentences during training.
    """

    run: Path
    samples: tuple[Sample, ...]
    bundle: Path | None
    during: tuple[Sample, ...] = ()

    @property
    def checkpoints(self) -> list[int]:
        """Evaluated steps, ascending; 0 is the base model."""
        return sorted({sample.checkpoint for sample in self.samples})

    @property
    def steps_during(self) -> list[int]:
        """Steps with test sentences during training, ascending."""
        return sorted({sample.checkpoint for sample in self.during})

    def of(self, checkpoint: int, *, during: bool = False) -> list[Sample]:
        """Return the samples of a checkpoint, ordered by category. during: of the training."""
        every = self.during if during else self.samples
        samples = [sample for sample in every if sample.checkpoint == checkpoint]
        return sorted(samples, key=lambda each: (each.sentence.category or "~", each.sentence.id))

    def wav(self, sample: Sample) -> Path | None:
        """Audio file of a sample, None if synthesis failed or it is outside the run."""
        return None if sample.wav is None else path_inside(self.run, sample.wav)

    def clip(self, name: str | None) -> Path | None:
        """Audio file of a real clip, None if unavailable."""
        if name is None or self.bundle is None:
            return None
        return path_inside(self.bundle, f"wavs/{name}.wav")

    def name(self, sample: Sample) -> str:
        """Key under which a sample is rated."""
        return f"{self.run.name}/{sample.sample}"

    def pairs(self, one: int, two: int) -> list[tuple[Sample, Sample]]:
        """Return pairs of the same sentence by both checkpoints, both with audio."""
        others = {(each.sentence.id, each.seed): each for each in self.of(two) if each.wav}
        return [
            (each, others[each.sentence.id, each.seed])
            for each in self.of(one)
            if each.wav and (each.sentence.id, each.seed) in others
        ]


def read_evaluated(run: Path) -> Evaluated:
    """Read the results of a run; invalid lines are skipped."""
    decoder = msgspec.json.Decoder(Sample)
    samples = []
    try:
        data = read_bounded(run / RESULTS, LOG_BYTES, follow=True)
    except OSError:
        data = b""
    for line in lines_of(data):
        try:
            samples.append(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    return Evaluated(run, tuple(samples), _bundle(run), tuple(_during_training(run)))


class _SpeechEvent(msgspec.Struct, frozen=True):
    """Event of a test sentence during training."""

    step: Count
    sentence: PromptSentence
    seed: int = 0
    wav: str | None = None
    heard: str | None = None
    measures: dict[str, float | None] = {}
    fault: str | None = None


def _during_training(run: Path) -> Iterator[Sample]:
    """Yield the test sentences of a run's events; invalid lines are skipped."""
    decoder = msgspec.json.Decoder(_SpeechEvent)
    try:
        data = read_bounded(run / EVENTS, LOG_BYTES, follow=True)
    except OSError:
        return
    for line in lines_of(data):
        if SPEECH not in line[:100]:
            continue
        try:
            event = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        yield Sample(
            f"speech-{event.step}-{event.sentence.id}",
            event.step,
            event.sentence,
            event.seed,
            event.wav,
            heard=event.heard,
            measures=event.measures,
            fault=event.fault,
        )


def _bundle(run: Path) -> Path | None:
    try:
        about = parse_json(read_bounded(run / "run.json", RUN_BYTES, follow=True))
        folder = Path(str(about["bundle"]))
        return folder if folder.is_dir() else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # also for a name that is too long


def badness(sample: Sample) -> tuple[float, ...]:
    """Sort key from best to worst, most audible faults first."""
    if sample.fault:
        return (1.0,)
    measures = {key: value or 0.0 for key, value in sample.measures.items()}
    similarity, dnsmos = (sample.measures.get(key) for key in ("similarity", "dnsmos"))
    return (
        0.0,
        measures.get("early_stop", 0.0),
        measures.get("run_on", 0.0),
        measures.get("wer", 0.0),
        0.0 if similarity is None else 1 - similarity,
        0.0 if dnsmos is None else 5 - dnsmos,
    )


def ends(samples: list[Sample]) -> dict[str, str]:
    """Map sample keys to "best" or "worst" of their category, if it has several."""
    marks = {}
    for kind in {each.sentence.category for each in samples}:
        there = sorted((each for each in samples if each.sentence.category == kind), key=badness)
        if len(there) > 1:
            marks[there[0].sample], marks[there[-1].sample] = "best", "worst"
    return marks
