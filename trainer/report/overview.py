"""Lead and overview: verdict, recommended step, data, speed and cost."""

from trainer.optim.early_stopping import LEAST_GAIN
from trainer.report.blocks import Block, Facts, Paragraph, Section
from trainer.report.figures import NOTHING, Figure, Inline, inline
from trainer.report.provenance import all_where, line, parse, whole
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import ABOUT, CONFIG, EVENTS, HEADER, MANIFEST
from trainer.report.sources import ASKED

VERSIONS = {
    "trainer": "trainer",
    "torch": "torch",
    "python": "Python",
    "platform": "platform",
    "config_sha256": "settings, hash",
    "manifest_sha256": "bundle, hash",
}


def lead(figures: RunFigures) -> list[Block]:
    """The verdict, the recommended step and how the run ended."""
    verdict = figures.run.verdict
    return [
        Paragraph((verdict_sentence(figures),), f"verdict {verdict.state}"),
        Paragraph(recommended_step(figures), "ship"),
        Paragraph(_ending(figures), "quiet"),
        *(Paragraph(note, "note") for note in figures.run.notes),
    ]


def lead_as_shipped(figures: RunFigures) -> list[Block]:
    """Lead of a report on an untrained, released model."""
    blocks: list[Block] = [
        Paragraph(
            inline(
                "This is a released model without training, so the report only covers how it"
                " sounds. Use `trainer compare` to compare it with a trained run."
            ),
            "ship",
        )
    ]
    if "licence" in figures.run.about.get("identity", {}):
        licence = figures.text(whole(ABOUT, "identity", "licence"))
        blocks.append(Paragraph(inline("Licence: {}.", licence), "quiet"))
    return [*blocks, *(Paragraph(note, "note") for note in figures.run.notes)]


def verdict_sentence(figures: RunFigures) -> Figure:
    """The verdict's sentence, computed from the evaluations."""
    run = figures.run
    lines = [all_where(EVENTS, {"event": "eval"}, key) for key in ("step", run.metric)]
    clips = line(EVENTS, run.started[0], "clips", "eval")
    if run.evaluations:
        clips = line(EVENTS, run.evaluations[-1][0], "clips")
    return figures.get("judged", *lines, clips, whole(CONFIG, "stop", "metric"), form="s")


def recommended_step(figures: RunFigures) -> Inline:
    """Recommended epoch with the reason, or why there is none."""
    run = figures.run
    verdict, best = run.verdict, run.best
    if best is None:
        return inline("No epoch can be recommended: there are no evaluations.")
    value = figures.at(best, run.metric)
    if verdict.state == "not_measured":
        return inline(
            "Step {} (epoch {}) has the lowest loss, but the evidence is too weak to prefer it."
            " Compare it with the base and the last step by ear.",
            figures.step(best),
            figures.epoch(best),
        )
    if best[1]["step"] == 0:
        return inline(
            "Use no step of this run: the model it started from was best ({} {}).",
            run.metric,
            value,
        )
    first, last = run.evaluations[0], run.evaluations[-1]
    gain = figures.get("gain", *(line(EVENTS, each[0], run.metric) for each in (first, best)))
    if verdict.state == "flat" and (gain.value or 0.0) < LEAST_GAIN:
        return inline(
            "Use no step of this run: the best, step {}, was only {} better than the start; below"
            " {} counts as no improvement.",
            figures.step(best),
            figures.get("gain", *map(parse, gain.sources), form=".2%"),
            figures.rule("LEAST_GAIN", ".2%"),
        )
    doubt = ""
    if figures.significant_change(first, best) is False:
        doubt = " The improvement over the start is not significant on these clips."
    elif verdict.state == "overfits" and figures.significant_change(best, last) is False:
        doubt = " The rise since then is not significant on these clips."
    why = {
        "overfits": "not the last one, which is worse on the evaluation clips",
        "falls_apart": "before it diverged",
        "flat": "after which it levelled off",
        "improves": "the best so far",
    }[verdict.state]
    return inline(
        f"Use epoch {{}} (step {{}}), {why}: its {run.metric} of {{}} on the evaluation clips is"
        " the lowest.{}",
        figures.epoch(best),
        figures.step(best),
        value,
        _kept(figures) + doubt,
    )


def _kept(figures: RunFigures) -> str:
    """Sentence on whether the checkpoint of the best step still exists."""
    best = figures.run.best
    assert best is not None
    folders = figures.run.folder / "checkpoints"
    if (folders / f"step-{best[1]['step']:08d}").is_dir():
        return " Its checkpoint is in the run folder."
    return " Its checkpoint was deleted." if folders.is_dir() else ""


def _ending(figures: RunFigures) -> Inline:
    ended = figures.run.ended
    if ended is None:
        steps = figures.run.events("step")
        if not steps:
            return inline("The run is in progress; no step is done yet.")
        return inline(
            "The run is still in progress, or was killed after step {}.",
            figures.step(steps[-1]),
        )
    number, event = ended
    reason = figures.text(line(EVENTS, number, "reason"))
    stop = "" if reason.text.endswith(".") else "."
    ending = str(event["event"])
    return inline(f"The run {ending} at step {{}}: {{}}{stop}", figures.step(ended), reason)


def section(figures: RunFigures) -> Section:
    """Summary of the run and its data."""
    run = figures.run
    number, started = run.started
    result = Section("glance", "Overview")

    def start(*path: str, form: str = "d", how: str = "value") -> Figure:
        return figures.get(how, line(EVENTS, number, *path), form=form)

    steps = all_where(EVENTS, {"event": "step"}, "seconds")
    rows: list[tuple[str, Inline]] = [
        (
            "Clips",
            inline(
                "{} for training, {} for evaluation, {} unusable",
                start("clips", "train"),
                start("clips", "eval"),
                start("clips", "rejected"),
            ),
        ),
        ("Speech", inline("{} minutes for training", start("seconds", form=".1f", how="minutes"))),
        ("Languages", _languages(figures)),
        *_snapshot(figures),
        (
            "Steps",
            inline(
                "{} of {} logged; {} per epoch",
                figures.get("count", all_where(EVENTS, {"event": "step"}), form="d"),
                start("total_steps"),
                start("updates_per_epoch"),
            ),
        ),
        (
            "Trained",
            inline(
                "{} of {} parameters", start("learning", form=","), start("parameters", form=",")
            ),
        ),
        (
            "Device",
            inline("{}, processes: {}", start("device", form="s", how="text"), start("ranks")),
        ),
        (
            "Time",
            inline(
                "{} hours in logged steps, without evaluations and pauses",
                figures.get("hours", steps, form=".3f"),
            ),
        ),
        ("Cost", _cost(figures)),
    ]
    if run.events("step"):
        rows += _speed(figures)
    if "added" in started.get("identity", {}):
        rows.append(("Vocabulary", (start("identity", "added", "sentence", form="s", how="text"),)))
    base = "base" if started.get("identity", {}).get("base") else "backend"
    rows.append(("Started from", _origin(figures, base)))
    result.add(Facts(rows))
    return result


def _origin(figures: RunFigures, base: str) -> Inline:
    number, started = figures.run.started
    if started.get("parent"):
        return inline(
            "step {} of {}",
            figures.get("value", line(EVENTS, number, "parent_step"), form="d"),
            figures.text(line(EVENTS, number, "parent")),
        )
    return (figures.text(line(EVENTS, number, "identity", base)),)


def _snapshot(figures: RunFigures) -> list[tuple[str, Inline]]:
    """Snapshot of the curator project, if the bundle names one."""
    snapshot = figures.get("text", whole(HEADER, "snapshot"), form="s")
    return [] if snapshot.value is None else [("Snapshot", (snapshot,))]


def _languages(figures: RunFigures) -> Inline:
    if figures.run.bundle is None:
        return inline("unknown without the bundle")
    return (figures.get("listed", all_where(MANIFEST, {}, "language"), form="s"),)


def _cost(figures: RunFigures) -> Inline:
    if "price" not in figures.run.sources.asked:
        return inline("unknown; give the price per hour with --price")
    seconds = all_where(EVENTS, {"event": "step"}, "seconds")
    return inline(
        "{}, at {} per hour of training steps",
        figures.get("money", seconds, whole(ASKED, "price"), form=".2f"),
        figures.get("value", whole(ASKED, "price"), form="g"),
    )


def _speed(figures: RunFigures) -> list[tuple[str, Inline]]:
    tokens, seconds, padding, memory = (
        all_where(EVENTS, {"event": "step"}, key)
        for key in ("tokens", "seconds", "padding", "memory_mb")
    )
    rows: list[tuple[str, Inline]] = [
        (
            "Speed",
            inline("{} tokens per second", figures.get("per second", tokens, seconds, form=",.0f")),
        ),
        ("Padding", inline("{} of positions", figures.get("mean", padding, form=".1%"))),
    ]
    most = figures.get("max", memory, form=",")
    if most.text != NOTHING:
        rows.append(("Memory", inline("{} MB peak", most)))
    return rows


def versions(figures: RunFigures) -> list[tuple[str, Inline]]:
    """Versions and hashes of the run."""
    return [
        (name, (figures.text(whole(ABOUT, key)),))
        for key, name in VERSIONS.items()
        if key in figures.run.about
    ]
