"""What to do next, the best founded first, each with the figure that leads to it.

Shown: an interval leaves out zero. Seen: a limit of the guard or of a score is crossed. Possible: a
figure points there and could be chance.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trainer.report.balance import targets, thin
from trainer.report.blocks import Bullets, Paragraph, Section
from trainer.report.bundle_findings import CHECKS, clip_name, flagged_clips
from trainer.report.figures import Inline, inline
from trainer.report.provenance import all_where, line, whole
from trainer.report.run_figures import NATS, Event, RunFigures, joined
from trainer.report.run_files import CONFIG, EVENTS
from trainer.report.samples import Samples

SHOWN, SEEN, POSSIBLE = 0, 1, 2
GRADES = ("Shown", "Seen", "Possible")
MOST_CLIPS = 6  # named to be heard again
NOT_UNDERSTOOD = 0.9  # share of words that are wrong; of such speech only noise is known


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation. grade: SHOWN, SEEN or POSSIBLE."""

    grade: int
    content: Inline


def section(figures: RunFigures) -> Section:
    """The recommendations in order."""
    found = Section("advice", "Recommendations")
    ranked = sorted(
        (advice for rule in RULES for advice in rule(figures)), key=lambda advice: advice.grade
    )
    if not ranked:
        found.add(Paragraph(inline("None: no figure of this run leads to one.")))
        return found
    found.add(
        Paragraph(
            inline(
                "The best founded first. Shown: its interval leaves out zero. Seen: a limit is"
                " crossed. Possible: a figure points there and could be chance."
            ),
            "quiet",
        )
    )
    points = [(f"{GRADES[advice.grade]}: ", *advice.content) for advice in ranked]
    found.add(Bullets(points, ranked=True))
    return found


def _few_clips(figures: RunFigures) -> Iterator[Advice]:
    run, least = figures.run, figures.rule("FEWEST_CLIPS")
    if not run.evaluations:
        yield Advice(
            SEEN,
            inline(
                "Hold clips back for evaluation, at least {}: without them nothing shows.", least
            ),
        )
    elif (run.clips_evaluated or 0) < least.value:
        yield Advice(
            SEEN,
            inline(
                "Hold more clips back: {} for evaluation are fewer than the {} that can show"
                " anything. Until then no epoch is better than another by these numbers.",
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
                "Stop earlier and ship step {}: the loss rose by {} after it. A next run on the"
                " same clips needs about {} epochs instead of {}, or more speech.",
                figures.step(best),
                figures.get("rise", *ends, form=".1%"),
                figures.epoch(best),
                figures.epoch(last),
            ),
        )
    elif state == "falls_apart":
        change = figures.get("rise", line(EVENTS, first[0], metric), ends[1], form="+.1%")
        yield Advice(
            SEEN,
            inline(
                "Lower the learning rate, which was {}: against the first evaluation the loss"
                " changed by {}.",
                figures.get("value", whole(CONFIG, "optim", "lr"), form="g"),
                change,
            ),
        )
    elif state == "improves":
        yield Advice(
            _grade(figures, run.evaluations[-2], last),
            inline(
                "Go on: it still gained {} between the last two evaluations.",
                figures.get(
                    "gain", line(EVENTS, run.evaluations[-2][0], metric), ends[1], form=".1%"
                ),
            ),
        )
    else:
        yield Advice(
            SEEN,
            inline(
                "More steps will not help: the best is {} below the first evaluation and it no"
                " longer gains. Change the data or the learning rate ({}), not the length.",
                figures.get("gain", line(EVENTS, first[0], metric), ends[0], form=".1%"),
                figures.get("value", whole(CONFIG, "optim", "lr"), form="g"),
            ),
        )


def _grade(figures: RunFigures, one: Event, two: Event) -> int:
    """How well the clips show a change; where each clip's loss is not known, a limit does."""
    shown = figures.shows(one, two)
    return SEEN if shown is None else SHOWN if shown else POSSIBLE


def _unhealthy(figures: RunFigures) -> Iterator[Advice]:
    skipped = figures.run.events("skipped")
    if not skipped:
        return
    clips = [
        figures.get("text", line(EVENTS, number, "clips", str(at)), form="s")
        for number, event in skipped
        for at in range(len(event.get("clips", [])))
    ]
    yield Advice(
        SEEN,
        (
            *inline(
                "Hear again what was in the {} skipped steps: ",
                figures.get("count", all_where(EVENTS, {"event": "skipped"}), form="d"),
            ),
            *joined(clips[:MOST_CLIPS]),
            " and more." if len(clips) > MOST_CLIPS else ".",
        ),
    )


def _thin(figures: RunFigures) -> Iterator[Advice]:
    wanted = targets(figures)
    if wanted is None:
        return
    for kind in thin(figures)[0]:
        seconds = figures.train_seconds(kind)
        yield Advice(
            SEEN,
            inline(
                "Record or label more {}: it has {} minutes of {}; {} minutes are lacking.",
                figures.category(kind),
                figures.get("minutes", seconds, form=".1f"),
                figures.get("value", wanted.minutes, form="g"),
                figures.get("lacking", seconds, wanted.minutes, form=".1f"),
            ),
        )


def _rehear(figures: RunFigures) -> Iterator[Advice]:
    if figures.run.bundle is None:
        return
    found = {number: row for check in CHECKS for number, row in flagged_clips(figures, check)}
    if found:
        names = [clip_name(figures, pair) for pair in list(found.items())[:MOST_CLIPS]]
        yield Advice(
            POSSIBLE,
            (
                "Hear these clips again, which the scores find fault with: ",
                *joined(names),
                " and more." if len(found) > MOST_CLIPS else ".",
            ),
        )


def _worse_category(figures: RunFigures) -> Iterator[Advice]:
    """A category that got worse where the whole got better."""
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
                    "Hear {} with care: at the best step its loss is {} above the first evaluation"
                    " while the whole gained.",
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
    deaf = errors.value is not None and errors.value >= NOT_UNDERSTOOD
    if deaf:
        content = inline(
            "Hear it before anything else: Whisper understood next to nothing of it ({} word"
            " errors), and without words nothing can be said of endings.",
            errors,
        )
        yield Advice(SEEN, content)
    for key, sentence in (
        ()
        if deaf
        else (
            ("run_on", "Help it to end (trainer speak): {} of the samples ran on."),
            (
                "early_stop",
                "Look for clips whose text is longer than their sound: {} of the samples stopped"
                " early.",
            ),
        )
    ):
        place = samples.measured(key, step)
        mean, low = figures.get("mean", place, form=".0%"), figures.get("low", place, form=".0%")
        if mean.value:
            sure = low.value is not None and low.value > 0
            content = inline(sentence, mean)
            if sure:
                content = (*content, *inline(" The interval leaves at least {}.", low))
            yield Advice(SHOWN if sure else POSSIBLE, content)
    for name, better, unit in (("wer", -1, ".1%"), ("similarity", 1, NATS)):
        places = samples.by_sentence(name, 0), samples.by_sentence(name, step)
        middle, low, high = (
            figures.get(how, *places, form="+" + unit)
            for how in ("paired", "paired low", "paired high")
        )
        sure = low.value is not None and (low.value > 0 or high.value < 0)
        if sure and middle.value * better < 0:
            what = "words are understood worse" if name == "wer" else "the voice is less like"
            content = inline(
                f"Do not ship it unheard: {what} than with the base, by {{}} ({{}} to {{}}).",
                middle,
                low,
                high,
            )
            yield Advice(SHOWN, content)


def _not_heard(figures: RunFigures) -> Iterator[Advice]:
    if not Samples(figures.run).spoken:
        yield Advice(
            POSSIBLE,
            inline(
                "Have it speak and be measured (trainer evaluate): a loss does not say how it"
                " sounds."
            ),
        )


RULES: tuple[Callable[[RunFigures], Iterator[Advice]], ...] = (
    _few_clips,
    _schedule,
    _unhealthy,
    _endings,
    _thin,
    _worse_category,
    _rehear,
    _not_heard,
)
