"""Outcome of runs against the first: losses on common clips, measures of common sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from trainer.compare import Compared
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import Address, all_where, line
from trainer.report.quality import MEASURES
from trainer.report.run_files import EVENTS, RESULTS, RunFiles
from trainer.report.samples import Samples

EQUAL_ABOUT = ("sentences_sha256", "seeds", "whisper", "measures", "endings")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A difference of a run from the first. category: None for all. says: the sentence's end.

    better: 1, -1, or 0 where the difference cannot be shown or is neither.
    """

    run: str
    measure: str
    category: str | None
    difference: Figure
    low: Figure
    high: Figure
    pairs: int | None
    better: int

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low.value is not None and (self.low.value > 0 or self.high.value < 0)

    @property
    def sentence(self) -> Inline:
        """Sentence on the outcome."""
        if self.difference.value is None:
            return inline("cannot be compared")
        if self.low.value is None:
            return inline("too few to compare")
        if not self.shown:
            return inline("these cannot show a difference")
        return inline({1: "better", -1: "worse", 0: "different"}[self.better])


def obstacles(compared: Compared) -> dict[str, list[str]]:
    """By run, why its losses or measures cannot be compared with the first run's."""
    first = compared.runs[compared.first]
    outcomes = {}
    for label in compared.others:
        outcomes[label] = list(_obstacles(first, compared.runs[label]))
    return outcomes


def _obstacles(first: RunFiles, other: RunFiles) -> Iterator[str]:
    identity, mine = (run.about.get("identity", {}) for run in (first, other))
    if identity.get("backend") != mine.get("backend"):
        yield "It is another model: losses of different models are different questions."
    else:
        if identity.get("sha256") != mine.get("sha256"):
            yield "It started from another base, so its losses start elsewhere."
        if not same_clips(first, other):
            yield "Its evaluation clips are others, so losses are not compared."
    if same_sentences(first, other) is False:
        yield "It spoke other sentences or was measured otherwise; measures are not paired."


def same_clips(first: RunFiles, other: RunFiles) -> bool:
    """Whether both were evaluated on the same clips, with each clip's loss written down."""
    ends = [run.best for run in (first, other)]
    if None in ends:
        return False
    each = [end[1].get("each") or {} for end in ends if end]
    if not all(each):
        return False
    models = {str(run.about.get("identity", {}).get("backend")) for run in (first, other)}
    return set(each[0]) == set(each[1]) and len(models) == 1


def same_sentences(first: RunFiles, other: RunFiles) -> bool | None:
    """Whether both spoke the same and were measured the same way; None where one never spoke."""
    about = []
    for run in (first, other):
        rows = run.sources.lines(RESULTS).rows
        if not rows or "about" not in rows[0]:
            return None
        about.append({key: rows[0]["about"].get(key) for key in EQUAL_ABOUT})
    return about[0] == about[1]


def losses(compared: Compared) -> list[Outcome]:
    """The best loss of each against the first run's best, on the same clips."""
    first = compared.runs[compared.first]
    outcomes = []
    for label in compared.others:
        other = compared.runs[label]
        if not same_clips(first, other) or first.best is None or other.best is None:
            continue
        places = [
            (name, line(EVENTS, run.best[0], "each"))
            for name, run in ((compared.first, first), (label, other))
            if run.best
        ]
        middle, low, high = (
            compared.get(how, *places, form="+.3f")
            for how in ("clipwise", "clipwise low", "clipwise high")
        )
        pairs = len(first.best[1]["each"])
        way = 0 if middle.value is None else -1 if middle.value > 0 else 1
        outcomes.append(Outcome(label, "mel_ce", None, middle, low, high, pairs, way))
    return outcomes


def measures(compared: Compared) -> list[Outcome]:
    """What was spoken against what the first run spoke, in all and by category."""
    first = Samples(compared.runs[compared.first])
    outcomes = []
    for label in compared.others:
        other = Samples(compared.runs[label])
        if first.shipped is None or other.shipped is None:
            continue
        kinds = {row["sentence"]["category"] for _, row in first.of(first.shipped)}
        kinds &= {row["sentence"]["category"] for _, row in other.of(other.shipped)}
        for key, _, form, better in MEASURES:
            for category in (..., *sorted(kinds, key=str)):
                outcome = _measure(compared, label, first, other, key, form, better, category)
                if outcome.difference.value is not None:
                    outcomes.append(outcome)
    return outcomes


def _measure(
    compared: Compared,
    label: str,
    first: Samples,
    other: Samples,
    key: str,
    form: str,
    better: int,
    category: object,
) -> Outcome:
    paired = same_sentences(first.run, other.run) is True
    places = [
        (name, _place(samples, key, category, paired=paired))
        for name, samples in ((compared.first, first), (label, other))
    ]
    stem = "paired" if paired else "apart"
    middle, low, high = (
        compared.get(how, *places, form="+" + form) for how in (stem, f"{stem} low", f"{stem} high")
    )
    pairs = compared.get("pairs", *places, form="d").value if paired else None
    way = 0
    if middle.value:
        way = better if middle.value > 0 else -better
    kind = None if category is ... else "none" if category is None else str(category)
    return Outcome(label, key, kind, middle, low, high, pairs, way)


def _place(samples: Samples, key: str, category: object, *, paired: bool) -> Address:
    wanted: dict[str, object] = {"checkpoint": samples.shipped}
    if category is not ...:
        wanted["sentence.category"] = category
    by = ("sentence.id", "seed") if paired else ()
    return all_where(RESULTS, wanted, "measures", key, by=by)
