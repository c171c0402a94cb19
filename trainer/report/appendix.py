"""What stands behind the report: steps, what was heard, settings, versions, what is missing."""

from collections.abc import Sequence

from trainer.report.blocks import Bullets, Code, Details, Facts, Paragraph, Section, Table
from trainer.report.figures import Figure, Inline, inline
from trainer.report.losses import spaced
from trainer.report.overview import versions
from trainer.report.provenance import all_where, line
from trainer.report.run_figures import RunFigures, joined
from trainer.report.run_files import CONFIG, EVENTS
from trainer.report.samples import Samples

STEP_COLUMNS = {
    "mel_ce": ".4g",
    "eos_ce": ".4g",
    "text_ce": ".4g",
    "lr": ".3g",
    "grad_norm": ".3g",
    "clips": "d",
    "tokens": "d",
    "padding": ".1%",
    "seconds": ".3g",
}
MOST_STEPS = 120  # rows; of more steps, evenly spaced ones


def section(figures: RunFigures) -> Section:
    """The rest."""
    run = figures.run
    found = Section("behind", "The data behind it")
    number, started = run.started
    heard = [
        inline(
            "{} {}",
            figures.category(kind),
            figures.get("value", line(EVENTS, number, "heard", kind), form="d"),
        )
        for kind in sorted(started.get("heard", {}))
    ]
    found.add(
        Paragraph(
            ("Clips of each category in the first epoch, repetitions counted: ", *_list(heard))
        )
    )
    rejected = run.events("rejected")
    if rejected:
        rows = [
            [
                (figures.text(line(EVENTS, at, "clip")),),
                _reasons(figures, at, len(event["reasons"])),
            ]
            for at, event in rejected
        ]
        count = figures.get("count", all_where(EVENTS, {"event": "rejected"}), form="d")
        table = Table([("clip",), ("reason",)], rows)
        found.add(Details(inline("{} clips could not be used", count), [table]))
    else:
        found.add(Paragraph(inline("No clip of the bundle was left out.")))
    spoken = [
        inline(
            "step {}, {} s: {}",
            figures.step(event),
            figures.at(event, "seconds", form=".1f"),
            figures.text(line(EVENTS, event[0], "text")),
        )
        for event in run.events("spoken")
    ]
    if spoken:
        found.add(Details(inline("Spoken on request"), [Bullets(spoken)]))
    found.add(Details(inline("Steps"), [_steps(figures)]))
    if run.config:
        text = run.sources.files[CONFIG].read_text(encoding="utf-8")
        found.add(Details(inline("Settings"), [Code(text, CONFIG)]))
    found.add(Details(inline("Versions and hashes"), [Facts(versions(figures))]))
    found.add(Paragraph(inline("Not measured:"), "heading"), Bullets(not_measured(figures)))
    return found


def _reasons(figures: RunFigures, at: int, many: int) -> Inline:
    places = (line(EVENTS, at, "reasons", str(place)) for place in range(many))
    return joined([figures.text(place) for place in places])


def _list(parts: Sequence[Inline]) -> Inline:
    content: list[str | Figure] = []
    for at, part in enumerate(parts):
        content += [", "] if at else []
        content += part
    return (*content, ".")


def _steps(figures: RunFigures) -> Table:
    events = figures.run.events("step")
    there = [key for key in STEP_COLUMNS if any(key in event for _, event in events)]
    rows = [
        [
            (figures.step(event),),
            *((figures.at(event, key, form=STEP_COLUMNS[key]),) for key in there),
        ]
        for event in spaced(events, MOST_STEPS, None)
    ]
    return Table([("step",), *((key,) for key in there)], rows)


def not_measured(figures: RunFigures) -> list[Inline]:
    """What is missing from this run's numbers."""
    missing = []
    evaluations = figures.run.evaluations
    if not evaluations:
        missing.append("Whether it learnt anything: the bundle has no usable evaluation clips.")
    elif len(evaluations) == 1:
        missing.append("Whether it learnt anything: only the base model was evaluated.")
    if not Samples(figures.run).spoken:
        missing.append("How it sounds: no speech was generated and judged.")
    else:
        missing.append(
            "Whether people like it: only machines have judged; `trainer listen` asks people."
        )
    missing.append(
        "Speed and memory on other devices than the one named above; `trainer plan --probe`"
        " measures them where it is run."
    )
    return [inline(sentence) for sentence in missing]
