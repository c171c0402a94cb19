"""Overfitting and stability: the verdict's thresholds beside this run's values."""

from trainer.report.blocks import Bullets, Paragraph, Section, Table
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import all_where, line
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import EVENTS

PER_CENT = ".1%"


def section(figures: RunFigures) -> Section:
    """Table of thresholds, then incidents."""
    result = Section("stability", "Overfitting and stability")
    run = figures.run
    if len(run.evaluations) >= 2 and run.best is not None:
        result.add(_rules(figures), Paragraph(_significance(figures)))
    else:
        result.add(
            Paragraph(inline("Fewer than two evaluations: the thresholds cannot be applied."))
        )
    result.add(Bullets(list(_incidents(figures))))
    return result


def _rules(figures: RunFigures) -> Table:
    run = figures.run
    first, last, best = run.evaluations[0], run.evaluations[-1], run.best
    assert best is not None

    def between(how: str, one: tuple[int, object], two: tuple[int, object]) -> Figure:
        places = (line(EVENTS, event[0], run.metric) for event in (one, two))
        return figures.get(how, *places, form=PER_CENT)

    rows: list[list[Inline]] = [
        [
            ("Improved: best below the first evaluation by at least",),
            (figures.rule("LEAST_GAIN", PER_CENT),),
            (between("gain", first, best),),
        ],
        [
            ("Overfitting: last above the best by more than",),
            (figures.rule("OVERFIT", PER_CENT),),
            (between("rise", best, last),),
        ],
        [
            ("Diverged: last divided by first, above",),
            (figures.rule("FELL_APART", ".2f"),),
            (
                figures.get(
                    "ratio",
                    line(EVENTS, last[0], run.metric),
                    line(EVENTS, first[0], run.metric),
                    form=".2f",
                ),
            ),
        ],
        [
            ("Enough evidence: evaluation clips, at least",),
            (figures.rule("FEWEST_CLIPS"),),
            (figures.at(last, "clips", form="d"),),
        ],
    ]
    window = run.evaluations[-4:]
    if len(window) == 4:
        rows.insert(
            2,
            [
                inline(
                    "Levelled off: gain over the last {} evaluations below",
                    figures.rule("FLAT_WINDOW"),
                ),
                (figures.rule("FLAT", PER_CENT),),
                (between("gain", window[0], last),),
            ],
        )
    return Table([("criterion",), ("threshold",), ("this run",)], rows)


def _significance(figures: RunFigures) -> Inline:
    """Bootstrap intervals over clips of the changes from first to best and best to last."""
    run = figures.run
    first, last, best = run.evaluations[0], run.evaluations[-1], run.best
    assert best is not None
    if "each" not in first[1] or "each" not in best[1] or run.metric != "mel_ce":
        return inline(
            "The run did not log the loss of each clip, so the significance of these changes is"
            " unknown."
        )
    if best[1]["step"] == 0:
        return _change(figures, "From the first evaluation to the last", first, last)
    content = _change(figures, "From the first evaluation to the best", first, best)
    if best[1]["step"] != last[1]["step"]:
        content = (*content, " ", *_change(figures, "From the best to the last", best, last))
    return content


def _change(
    figures: RunFigures, what: str, one: tuple[int, object], two: tuple[int, object]
) -> Inline:
    """Mean change per clip with its bootstrap interval and significance."""
    places = (line(EVENTS, one[0], "each"), line(EVENTS, two[0], "each"))
    change, low, high = (
        figures.get(how, *places, form="+.3f")
        for how in ("clipwise", "clipwise low", "clipwise high")
    )
    if low.value is None or high.value is None:
        return inline(f"{what}: {{}} nats; too few clips for a confidence interval.", change)
    significant = low.value > 0 or high.value < 0
    verdict = "significant" if significant else "not significant"
    return inline(
        f"{what}: {{}} nats per code, bootstrap interval over clips {{}} to {{}}: {verdict}.",
        change,
        low,
        high,
    )


def _incidents(figures: RunFigures) -> "list[Inline]":
    """Skipped steps, memory shortages, interruptions and gradient norms."""
    run = figures.run
    incidents: list[Inline] = []
    for kind, none, some in (
        (
            "skipped",
            "No step was skipped.",
            "steps were skipped because their loss was not finite:",
        ),
        ("halved", "Memory never ran out.", "times memory ran out and micro-batches were halved."),
        ("resumed", "The run was never interrupted.", "times the run was resumed."),
        ("failed", "", "times the run failed."),
    ):
        events = run.events(kind)
        count = figures.get("count", all_where(EVENTS, {"event": kind}), form="d")
        if not events:
            incidents += [inline(none)] if none else []
            continue
        content = inline(f"{{}} {some}", count)
        if kind == "skipped":
            for at, event in enumerate(events[:10]):
                content = (*content, "; step " if at else " step ", figures.step(event))
            content = (*content, ".")
        incidents.append(content)
    norms = all_where(EVENTS, {"event": "step"}, "grad_norm")
    if run.events("step"):
        incidents.append(
            inline(
                "Gradient norm before clipping: median {}, maximum {}.",
                figures.get("median", norms, form=".3g"),
                figures.get("max", norms, form=".3g"),
            )
        )
    return incidents
