"""What to do next, the best founded first, each with the figure that leads to it.

Shown: an interval leaves out zero. Seen: a limit of the guard or of a score is crossed. Possible: a
figure points there and could be chance.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trainer.report.balance import targets, thin
from trainer.report.blocks import Bullets, Paragraph, Section
from trainer.report.bundle_findings import CHECKS, clip_name, found_clips
from trainer.report.figures import Said, say
from trainer.report.provenance import all_where, line, whole
from trainer.report.run_files import CONFIG, EVENTS
from trainer.report.samples import Samples
from trainer.report.writer import NATS, Event, Writer, joined

SHOWN, SEEN, POSSIBLE = 0, 1, 2
GRADES = ("Shown", "Seen", "Possible")
MOST_CLIPS = 6  # named to be heard again
NOT_UNDERSTOOD = 0.9  # share of words that are wrong; of such speech only noise is known


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation. grade: SHOWN, SEEN or POSSIBLE."""

    grade: int
    said: Said


def section(write: Writer) -> Section:
    """The recommendations in order."""
    found = Section("advice", "Recommendations")
    ranked = sorted(
        (advice for rule in RULES for advice in rule(write)), key=lambda advice: advice.grade
    )
    if not ranked:
        found.add(Paragraph(say("None: no figure of this run leads to one.")))
        return found
    found.add(
        Paragraph(
            say(
                "The best founded first. Shown: its interval leaves out zero. Seen: a limit is"
                " crossed. Possible: a figure points there and could be chance."
            ),
            "quiet",
        )
    )
    points = [(f"{GRADES[advice.grade]}: ", *advice.said) for advice in ranked]
    found.add(Bullets(points, ranked=True))
    return found


def _few_clips(write: Writer) -> Iterator[Advice]:
    run, least = write.run, write.rule("FEWEST_CLIPS")
    if not run.evaluations:
        yield Advice(
            SEEN,
            say("Hold clips back for evaluation, at least {}: without them nothing shows.", least),
        )
    elif (run.clips_evaluated or 0) < least.value:
        yield Advice(
            SEEN,
            say(
                "Hold more clips back: {} for evaluation are fewer than the {} that can show"
                " anything. Until then no epoch is better than another by these numbers.",
                write.at(run.evaluations[-1], "clips", form="d"),
                least,
            ),
        )


def _schedule(write: Writer) -> Iterator[Advice]:
    run = write.run
    state, best = run.verdict.state, run.best
    if best is None or state == "not_measured":
        return
    first, last = run.evaluations[0], run.evaluations[-1]
    metric = run.metric
    ends = line(EVENTS, best[0], metric), line(EVENTS, last[0], metric)
    if state == "overfits":
        yield Advice(
            _grade(write, best, last),
            say(
                "Stop earlier and ship step {}: the loss rose by {} after it. A next run on the"
                " same clips needs about {} epochs instead of {}, or more speech.",
                write.step(best),
                write.get("rise", *ends, form=".1%"),
                write.epoch(best),
                write.epoch(last),
            ),
        )
    elif state == "falls_apart":
        change = write.get("rise", line(EVENTS, first[0], metric), ends[1], form="+.1%")
        yield Advice(
            SEEN,
            say(
                "Lower the learning rate, which was {}: against the first evaluation the loss"
                " changed by {}.",
                write.get("value", whole(CONFIG, "optim", "lr"), form="g"),
                change,
            ),
        )
    elif state == "improves":
        yield Advice(
            _grade(write, run.evaluations[-2], last),
            say(
                "Go on: it still gained {} between the last two evaluations.",
                write.get(
                    "gain", line(EVENTS, run.evaluations[-2][0], metric), ends[1], form=".1%"
                ),
            ),
        )
    else:
        yield Advice(
            SEEN,
            say(
                "More steps will not help: the best is {} below the first evaluation and it no"
                " longer gains. Change the data or the learning rate ({}), not the length.",
                write.get("gain", line(EVENTS, first[0], metric), ends[0], form=".1%"),
                write.get("value", whole(CONFIG, "optim", "lr"), form="g"),
            ),
        )


def _grade(write: Writer, one: Event, two: Event) -> int:
    """How well the clips show a change; where each clip's loss is not known, a limit does."""
    shown = write.shows(one, two)
    return SEEN if shown is None else SHOWN if shown else POSSIBLE


def _unhealthy(write: Writer) -> Iterator[Advice]:
    skipped = write.run.events("skipped")
    if not skipped:
        return
    clips = [
        write.get("text", line(EVENTS, number, "clips", str(at)), form="s")
        for number, event in skipped
        for at in range(len(event.get("clips", [])))
    ]
    yield Advice(
        SEEN,
        (
            *say(
                "Hear again what was in the {} skipped steps: ",
                write.get("count", all_where(EVENTS, {"event": "skipped"}), form="d"),
            ),
            *joined(clips[:MOST_CLIPS]),
            " and more." if len(clips) > MOST_CLIPS else ".",
        ),
    )


def _thin(write: Writer) -> Iterator[Advice]:
    wanted = targets(write)
    if wanted is None:
        return
    for kind in thin(write)[0]:
        seconds = write.train_seconds(kind)
        yield Advice(
            SEEN,
            say(
                "Record or label more {}: it has {} minutes of {}; {} minutes are lacking.",
                write.category(kind),
                write.get("minutes", seconds, form=".1f"),
                write.get("value", wanted.minutes, form="g"),
                write.get("lacking", seconds, wanted.minutes, form=".1f"),
            ),
        )


def _rehear(write: Writer) -> Iterator[Advice]:
    if write.run.bundle is None:
        return
    found = {number: row for check in CHECKS for number, row in found_clips(write, check)}
    if found:
        names = [clip_name(write, pair) for pair in list(found.items())[:MOST_CLIPS]]
        yield Advice(
            POSSIBLE,
            (
                "Hear these clips again, which the scores find fault with: ",
                *joined(names),
                " and more." if len(found) > MOST_CLIPS else ".",
            ),
        )


def _worse_category(write: Writer) -> Iterator[Advice]:
    """A category that got worse where the whole got better."""
    run = write.run
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
        rise = write.get("rise", *places, form="+.1%")
        if rise.value is not None and rise.value > 0:
            yield Advice(
                POSSIBLE,
                say(
                    "Hear {} with care: at the best step its loss is {} above the first evaluation"
                    " while the whole gained.",
                    write.category(kind),
                    rise,
                ),
            )  # fmt: skip


def _endings(write: Writer) -> Iterator[Advice]:
    samples = Samples(write.run)
    step = samples.shipped
    if step is None:
        return
    errors = write.get("mean", samples.measured("wer", step), form=".0%")
    deaf = errors.value is not None and errors.value >= NOT_UNDERSTOOD
    if deaf:
        said = say(
            "Hear it before anything else: Whisper understood next to nothing of it ({} word"
            " errors), and without words nothing can be said of endings.",
            errors,
        )
        yield Advice(SEEN, said)
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
        mean, low = write.get("mean", place, form=".0%"), write.get("low", place, form=".0%")
        if mean.value:
            sure = low.value is not None and low.value > 0
            said = say(sentence, mean)
            if sure:
                said = (*said, *say(" The interval leaves at least {}.", low))
            yield Advice(SHOWN if sure else POSSIBLE, said)
    for name, better, unit in (("wer", -1, ".1%"), ("similarity", 1, NATS)):
        places = samples.by_sentence(name, 0), samples.by_sentence(name, step)
        middle, low, high = (
            write.get(how, *places, form="+" + unit)
            for how in ("paired", "paired low", "paired high")
        )
        sure = low.value is not None and (low.value > 0 or high.value < 0)
        if sure and middle.value * better < 0:
            what = "words are understood worse" if name == "wer" else "the voice is less like"
            said = say(
                f"Do not ship it unheard: {what} than with the base, by {{}} ({{}} to {{}}).",
                middle,
                low,
                high,
            )
            yield Advice(SHOWN, said)


def _not_heard(write: Writer) -> Iterator[Advice]:
    if not Samples(write.run).spoken:
        yield Advice(
            POSSIBLE,
            say(
                "Have it speak and be measured (trainer evaluate): a loss does not say how it"
                " sounds."
            ),
        )


RULES: tuple[Callable[[Writer], Iterator[Advice]], ...] = (
    _few_clips,
    _schedule,
    _unhealthy,
    _endings,
    _thin,
    _worse_category,
    _rehear,
    _not_heard,
)
