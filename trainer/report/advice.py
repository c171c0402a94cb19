"""Recommendations, strongest evidence first, each with the figure it is based on.

Significant: a confidence interval excludes zero. Observed: a threshold is exceeded. Possible: a
trend that may be chance.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trainer.report.balance import below_target, targets
from trainer.report.blocks import Bullets, Paragraph, Section
from trainer.report.bundle_findings import CHECKS, clip_name, flagged_clips
from trainer.report.figures import Inline, inline
from trainer.report.provenance import all_where, line, whole
from trainer.report.run_figures import NATS, Event, RunFigures, joined
from trainer.report.run_files import CONFIG, EVENTS
from trainer.report.samples import Samples

SIGNIFICANT, OBSERVED, POSSIBLE = 0, 1, 2
GRADES = ("Significant", "Observed", "Possible")
MAX_CLIPS = 6  # listed for review
UNINTELLIGIBLE = 0.9  # word error rate above which speech is unintelligible


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation. grade: SHOWN, SEEN or POSSIBLE."""

    grade: int
    content: Inline


def section(figures: RunFigures) -> Section:
    """The recommendations in order."""
    result = Section("advice", "Recommendations")
    ranked = sorted(
        (advice for rule in RULES for advice in rule(figures)), key=lambda advice: advice.grade
    )
    if not ranked:
        result.add(Paragraph(inline("None for this run.")))
        return result
    result.add(
        Paragraph(
            inline(
                "Strongest evidence first. Significant: the confidence interval excludes zero."
                " Observed: a threshold is exceeded. Possible: a trend that may be chance."
            ),
            "quiet",
        )
    )
    points = [(f"{GRADES[advice.grade]}: ", *advice.content) for advice in ranked]
    result.add(Bullets(points, ranked=True))
    return result


def _few_clips(figures: RunFigures) -> Iterator[Advice]:
    run, least = figures.run, figures.rule("FEWEST_CLIPS")
    if not run.evaluations:
        yield Advice(
            OBSERVED,
            inline(
                "Reserve clips for evaluation, at least {}: without them progress cannot be"
                " measured.",
                least,
            ),
        )
    elif (run.clips_evaluated or 0) < least.value:
        yield Advice(
            OBSERVED,
            inline(
                "Reserve more clips for evaluation: {} of the {} needed for a"
                " significant result are there. Until then these numbers cannot rank epochs.",
                figures.at(run.evaluations[-1], "clips", form="d"),
                least,
            ),
        )


def _schedule(figures: RunFigures) -> Iterator[Advice]:
    run = figures.run
    state, best = run.verdict.state, run.best
    if best is None or state == "not_measured":
        return
    first, last = run.evaluations[0], run.evaluations[-1]
    metric = run.metric
    ends = line(EVENTS, best[0], metric), line(EVENTS, last[0], metric)
    if state == "overfits":
        yield Advice(
            _grade(figures, best, last),
            inline(
                "Stop earlier and use step {}: the loss rose by {} after it. For the next run on"
                " the same clips, train about {} epochs instead of {}, or add speech.",
                figures.step(best),
                figures.get("rise", *ends, form=".1%"),
                figures.epoch(best),
                figures.epoch(last),
            ),
        )
    elif state == "falls_apart":
        change = figures.get("rise", line(EVENTS, first[0], metric), ends[1], form="+.1%")
        yield Advice(
            OBSERVED,
            inline(
                "Lower the learning rate from {}: the loss changed by {} since the first"
                " evaluation.",
                figures.get("value", whole(CONFIG, "optim", "lr"), form="g"),
                change,
            ),
        )
    elif state == "improves":
        yield Advice(
            _grade(figures, run.evaluations[-2], last),
            inline(
                "Train longer: the loss fell by {} between the last two evaluations.",
                figures.get(
                    "gain", line(EVENTS, run.evaluations[-2][0], metric), ends[1], form=".1%"
                ),
            ),
        )
    else:
        yield Advice(
            OBSERVED,
            inline(
                "More steps will not help: the best is {} below the first evaluation and the"
                " loss has levelled off. Change the data or the learning rate ({}) instead.",
                figures.get("gain", line(EVENTS, first[0], metric), ends[0], form=".1%"),
                figures.get("value", whole(CONFIG, "optim", "lr"), form="g"),
            ),
        )


def _grade(figures: RunFigures, one: Event, two: Event) -> int:
    """Grade of a change between two evaluations; OBSERVED if per-clip losses are unknown."""
    shown = figures.significant_change(one, two)
    return OBSERVED if shown is None else SIGNIFICANT if shown else POSSIBLE


def _skipped_steps(figures: RunFigures) -> Iterator[Advice]:
    skipped = figures.run.events("skipped")
    if not skipped:
        return
    clips = [
        figures.get("text", line(EVENTS, number, "clips", str(at)), form="s")
        for number, event in skipped
        for at in range(len(event.get("clips", [])))
    ]
    yield Advice(
        OBSERVED,
        (
            *inline(
                "Review the clips of the {} skipped steps: ",
                figures.get("count", all_where(EVENTS, {"event": "skipped"}), form="d"),
            ),
            *joined(clips[:MAX_CLIPS]),
            " and more." if len(clips) > MAX_CLIPS else ".",
        ),
    )


def _thin(figures: RunFigures) -> Iterator[Advice]:
    wanted = targets(figures)
    if wanted is None:
        return
    for kind in below_target(figures)[0]:
        seconds = figures.train_seconds(kind)
        yield Advice(
            OBSERVED,
            inline(
                "Record or label more {}: it has {} of {} minutes; {} minutes are missing.",
                figures.category(kind),
                figures.get("minutes", seconds, form=".1f"),
                figures.get("value", wanted.minutes, form="g"),
                figures.get("lacking", seconds, wanted.minutes, form=".1f"),
            ),
        )


def _flagged_clips(figures: RunFigures) -> Iterator[Advice]:
    if figures.run.bundle is None:
        return
    flagged = {number: row for check in CHECKS for number, row in flagged_clips(figures, check)}
    if flagged:
        names = [clip_name(figures, pair) for pair in list(flagged.items())[:MAX_CLIPS]]
        yield Advice(
            POSSIBLE,
            (
                "Review these clips, which the scores flag: ",
                *joined(names),
                " and more." if len(flagged) > MAX_CLIPS else ".",
            ),
        )


def _worse_category(figures: RunFigures) -> Iterator[Advice]:
    """Categories with a rising loss while the total fell."""
    run = figures.run
    best = run.best
    if (
        best is None
        or best[1]["step"] == 0
        or run.verdict.state not in ("improves", "flat", "overfits")
    ):
        return
    for kind in run.categories:
        places = [
            line(EVENTS, each[0], "categories", kind, run.metric)
            for each in (run.evaluations[0], best)
        ]
        rise = figures.get("rise", *places, form="+.1%")
        if rise.value is not None and rise.value > 0:
            yield Advice(
                POSSIBLE,
                inline(
                    "Listen to {}: at the best step its loss is {} above the first evaluation,"
                    " although the total fell.",
                    figures.category(kind),
                    rise,
                ),
            )  # fmt: skip


def _endings(figures: RunFigures) -> Iterator[Advice]:
    samples = Samples(figures.run)
    step = samples.shipped
    if step is None:
        return
    errors = figures.get("mean", samples.measured("wer", step), form=".0%")
    unintelligible = errors.value is not None and errors.value >= UNINTELLIGIBLE
    if unintelligible:
        content = inline(
            "Listen to it first: Whisper recognised almost nothing ({} word errors), so endings"
            " cannot be judged.",
            errors,
        )
        yield Advice(OBSERVED, content)
    for key, sentence in (
        ()
        if unintelligible
        else (
            (
                "run_on",
                "Use the ending control of `trainer speak`: {} of the samples overran.",
            ),
            (
                "early_stop",
                "Look for clips whose text is longer than their audio: {} of the samples stopped"
                " early.",
            ),
        )
    ):
        place = samples.measured(key, step)
        mean, low = figures.get("mean", place, form=".0%"), figures.get("low", place, form=".0%")
        if mean.value:
            significant = low.value is not None and low.value > 0
            content = inline(sentence, mean)
            if significant:
                content = (*content, *inline(" The interval starts at {}.", low))
            yield Advice(SIGNIFICANT if significant else POSSIBLE, content)
    for name, better, unit in (("wer", -1, ".1%"), ("similarity", 1, NATS)):
        places = samples.by_sentence(name, 0), samples.by_sentence(name, step)
        mean, low, high = (
            figures.get(how, *places, form="+" + unit)
            for how in ("paired", "paired low", "paired high")
        )
        significant = low.value is not None and (low.value > 0 or high.value < 0)
        if significant and mean.value * better < 0:
            problem = "the word error rate" if name == "wer" else "the similarity to the voice"
            content = inline(
                f"Listen before using it: {problem} is worse than with the base, by {{}} (interval"
                " {} to {}).",
                mean,
                low,
                high,
            )
            yield Advice(SIGNIFICANT, content)


def _no_speech(figures: RunFigures) -> Iterator[Advice]:
    if not Samples(figures.run).spoken:
        yield Advice(
            POSSIBLE,
            inline(
                "Run `trainer evaluate` to synthesise and measure speech: the loss does not tell"
                " how"
                " it sounds."
            ),
        )


RULES: tuple[Callable[[RunFigures], Iterator[Advice]], ...] = (
    _few_clips,
    _schedule,
    _skipped_steps,
    _endings,
    _thin,
    _worse_category,
    _flagged_clips,
    _no_speech,
)
