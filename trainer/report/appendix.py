"""Appendix: clips, steps, settings, versions and what was not measured."""

from collections.abc import Sequence

from trainer.foreign_files import read_text
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
MAX_STEPS = 120  # rows; of more steps, evenly spaced ones


def section(figures: RunFigures) -> Section:
    """The appendix."""
    run = figures.run
    result = Section("behind", "Appendix")
    number, started = run.started
    clip_counts = [
        inline(
            "{} {}",
            figures.category(kind),
            figures.get("value", line(EVENTS, number, "heard", kind), form="d"),
        )
        for kind in sorted(started.get("heard", {}))
    ]
    result.add(
        Paragraph(
            ("Clips per category in the first epoch, including repetitions: ", *_list(clip_counts))
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
        result.add(Details(inline("{} unusable clips", count), [table]))
    else:
        result.add(Paragraph(inline("All clips of the bundle were usable.")))
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
        result.add(Details(inline("Speech by `trainer speak`"), [Bullets(spoken)]))
    result.add(Details(inline("Steps"), [_steps(figures)]))
    if run.config:
        text = read_text(run.sources.files[CONFIG])
        result.add(Details(inline("Settings"), [Code(text, CONFIG)]))
    result.add(Details(inline("Versions and hashes"), [Facts(versions(figures))]))
    result.add(Paragraph(inline("Not measured:"), "heading"), Bullets(not_measured(figures)))
    return result


def _reasons(figures: RunFigures, at: int, count: int) -> Inline:
    places = (line(EVENTS, at, "reasons", str(place)) for place in range(count))
    return joined([figures.text(place) for place in places])


def _list(parts: Sequence[Inline]) -> Inline:
    content: list[str | Figure] = []
    for at, part in enumerate(parts):
        content += [", "] if at else []
        content += part
    return (*content, ".")


def _steps(figures: RunFigures) -> Table:
    events = figures.run.events("step")
    there = set[str]()
    for _, event in events:
        there.update(event)
    columns = [key for key in STEP_COLUMNS if key in there]
    rows = [
        [
            (figures.step(event),),
            *((figures.at(event, key, form=STEP_COLUMNS[key]),) for key in columns),
        ]
        for event in spaced(events, MAX_STEPS, None)
    ]
    return Table([("step",), *((key,) for key in columns)], rows)


def not_measured(figures: RunFigures) -> list[Inline]:
    """What was not measured in this run."""
    missing = []
    evaluations = figures.run.evaluations
    if not evaluations:
        missing.append("Improvement: the bundle has no usable evaluation clips.")
    elif len(evaluations) == 1:
        missing.append("Improvement: only the base model was evaluated.")
    if not Samples(figures.run).spoken:
        missing.append("Speech quality: no speech was synthesised and measured.")
    else:
        missing.append(
            "Listening quality: all measures are automatic; use `trainer listen` for ratings by"
            " people."
        )
    missing.append(
        "Speed and memory on other devices; measure them there with `trainer plan --probe`."
    )
    return [inline(sentence) for sentence in missing]
