"""What a run has spoken for its evaluation, as ``evaluation/results.jsonl`` has it."""

import json
from dataclasses import dataclass
from pathlib import Path

import msgspec

RESULTS = "evaluation/results.jsonl"
ASPECTS = ("voice", "pronunciation", "naturalness", "emotion", "smoothness", "consistency")
HIGHEST = 10


class PromptSentence(msgspec.Struct, frozen=True):
    """What was to be said."""

    id: str
    text: str
    category: str | None = None


class Reference(msgspec.Struct, frozen=True):
    """A real clip of the category."""

    clip: str


class Sample(msgspec.Struct, frozen=True):
    """A line of the results; see resources/evaluation.schema.json."""

    sample: str
    checkpoint: int
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
    """A run's samples, and where real clips are; bundle None where it is not on this machine."""

    run: Path
    samples: tuple[Sample, ...]
    bundle: Path | None

    @property
    def checkpoints(self) -> list[int]:
        """The steps that spoke, in order; 0 is the base."""
        return sorted({sample.checkpoint for sample in self.samples})

    def of(self, checkpoint: int) -> list[Sample]:
        """What a checkpoint spoke, by category."""
        found = [sample for sample in self.samples if sample.checkpoint == checkpoint]
        return sorted(found, key=lambda each: (each.sentence.category or "~", each.sentence.id))

    def wav(self, sample: Sample) -> Path | None:
        """The sound of a sample; None where nothing was spoken."""
        return None if sample.wav is None else self.run / sample.wav

    def clip(self, name: str | None) -> Path | None:
        """The sound of a real clip; None where there is none to hear."""
        if name is None or self.bundle is None:
            return None
        return self.bundle / "wavs" / f"{name}.wav"

    def name(self, sample: Sample) -> str:
        """Under which a sample is rated."""
        return f"{self.run.name}/{sample.sample}"

    def pairs(self, one: int, two: int) -> list[tuple[Sample, Sample]]:
        """The same sentences by both checkpoints, both with a sound."""
        others = {(each.sentence.id, each.seed): each for each in self.of(two) if each.wav}
        return [
            (each, others[each.sentence.id, each.seed])
            for each in self.of(one)
            if each.wav and (each.sentence.id, each.seed) in others
        ]


def read_evaluated(run: Path) -> Evaluated:
    """What can be read; lines that are damaged, half or of no sample are passed over."""
    decoder = msgspec.json.Decoder(Sample)
    found = []
    try:
        data = (run / RESULTS).read_bytes()
    except OSError:
        data = b""
    for line in data.split(b"\n"):
        try:
            found.append(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return Evaluated(run, tuple(found), _bundle(run))


def _bundle(run: Path) -> Path | None:
    try:
        about = json.loads((run / "run.json").read_text(encoding="utf-8"))
        folder = Path(str(about["bundle"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return folder if folder.is_dir() else None


def badness(sample: Sample) -> tuple[float, ...]:
    """Sorts samples from best to worst: what a listener minds most comes first."""
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
    """By sample "best" or "worst" of its category, where there is more than one."""
    found = {}
    for kind in {each.sentence.category for each in samples}:
        there = sorted((each for each in samples if each.sentence.category == kind), key=badness)
        if len(there) > 1:
            found[there[0].sample], found[there[-1].sample] = "best", "worst"
    return found
