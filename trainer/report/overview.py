"""The first thing to read: how the run went, which epoch to ship, and what it was made of."""

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
    """The verdict, what to ship, and how the run ended."""
    verdict = figures.run.verdict
    return [
        Paragraph((judgement(figures),), f"verdict {verdict.state}"),
        Paragraph(to_ship(figures), "ship"),
        Paragraph(_ending(figures), "quiet"),
        *(Paragraph(note, "note") for note in figures.run.notes),
    ]


def lead_as_shipped(figures: RunFigures) -> list[Block]:
    """What there is to say of a model that nothing was trained in."""
    found: list[Block] = [
        Paragraph(
            inline(
                "This is a model as it was shipped: nothing was trained, so how it sounds is all"
                " there is to say. `trainer compare` sets it beside a trained run."
            ),
            "ship",
        )
    ]
    if "licence" in figures.run.about.get("identity", {}):
        licence = figures.text(whole(ABOUT, "identity", "licence"))
        found.append(Paragraph(inline("It is used under: {}.", licence), "quiet"))
    return [*found, *(Paragraph(note, "note") for note in figures.run.notes)]


def judgement(figures: RunFigures) -> Figure:
    """The guard's sentence, from the evaluations alone."""
    run = figures.run
    lines = [all_where(EVENTS, {"event": "eval"}, key) for key in ("step", run.metric)]
    clips = line(EVENTS, run.started[0], "clips", "eval")
    if run.evaluations:
        clips = line(EVENTS, run.evaluations[-1][0], "clips")
    return figures.get("judged", *lines, clips, whole(CONFIG, "stop", "metric"), form="s")


def to_ship(figures: RunFigures) -> Inline:
    """Which epoch to take away, and why; or why none can be named."""
    run = figures.run
    verdict, best = run.verdict, run.best
    if best is None:
        return inline("No epoch can be recommended: nothing was evaluated that could choose one.")
    value = figures.at(best, run.metric)
    if verdict.state == "not_measured":
        return inline(
            "By the little there is, step {} (epoch {}) was lowest. That is no reason to prefer it;"
            " compare it with the base and the last step by ear.",
            figures.step(best),
            figures.epoch(best),
        )
    if best[1]["step"] == 0:
        return inline(
            "Ship nothing: what the run started from was best ({} {}), nothing that was trained is"
            " worth keeping.",
            run.metric,
            value,
        )
    first, last = run.evaluations[0], run.evaluations[-1]
    learnt = figures.get("gain", *(line(EVENTS, each[0], run.metric) for each in (first, best)))
    if verdict.state == "flat" and (learnt.value or 0.0) < LEAST_GAIN:
        return inline(
            "There is nothing to ship: at its best, step {}, it was {} better than what it started"
            " from, and less than {} counts as nothing.",
            figures.step(best),
            figures.get("gain", *map(parse, learnt.sources), form=".2%"),
            figures.rule("LEAST_GAIN", ".2%"),
        )
    doubt = ""
    if figures.shows(first, best) is False:
        doubt = " These clips cannot show that it is better than what it started from."
    elif verdict.state == "overfits" and figures.shows(best, last) is False:
        doubt = " These clips cannot show that the last one is worse."
    why = {
        "overfits": "not the last one, by when it had become worse on clips it never heard",
        "falls_apart": "from before it fell apart",
        "flat": "which is where it stopped gaining",
        "improves": "the best so far",
    }[verdict.state]
    return inline(
        f"Ship epoch {{}} (step {{}}), {why}: its {run.metric} of {{}} on the evaluation clips is"
        " the lowest.{}",
        figures.epoch(best),
        figures.step(best),
        value,
        _kept(figures) + doubt,
    )


def _kept(figures: RunFigures) -> str:
    """Whether the checkpoint of the best step is still in the run."""
    best = figures.run.best
    assert best is not None
    folders = figures.run.folder / "checkpoints"
    if (folders / f"step-{best[1]['step']:08d}").is_dir():
        return " Its checkpoint is in the run."
    return " Its checkpoint is no longer in this folder." if folders.is_dir() else ""


def _ending(figures: RunFigures) -> Inline:
    ended = figures.run.ended
    if ended is None:
        steps = figures.run.events("step")
        if not steps:
            return inline("The run has not ended and has no step yet.")
        return inline(
            "The run has not ended: it is still going on, or it was killed after step {}.",
            figures.step(steps[-1]),
        )
    number, event = ended
    reason = figures.text(line(EVENTS, number, "reason"))
    full = "" if reason.text.endswith(".") else "."
    kind = str(event["event"])
    return inline(f"The run {kind} at step {{}}: {{}}{full}", figures.step(ended), reason)


def section(figures: RunFigures) -> Section:
    """The run and its data in a few lines."""
    run = figures.run
    number, started = run.started
    found = Section("glance", "Run and data at a glance")

    def here(*path: str, form: str = "d", how: str = "value") -> Figure:
        return figures.get(how, line(EVENTS, number, *path), form=form)

    steps = all_where(EVENTS, {"event": "step"}, "seconds")
    rows: list[tuple[str, Inline]] = [
        (
            "Clips",
            inline(
                "{} for training, {} for evaluation, {} that could not be used",
                here("clips", "train"),
                here("clips", "eval"),
                here("clips", "rejected"),
            ),
        ),
        ("Speech", inline("{} minutes to train on", here("seconds", form=".1f", how="minutes"))),
        ("Languages", _languages(figures)),
        *_snapshot(figures),
        (
            "Steps",
            inline(
                "{} of {} are in the log; {} make an epoch",
                figures.get("count", all_where(EVENTS, {"event": "step"}), form="d"),
                here("total_steps"),
                here("updates_per_epoch"),
            ),
        ),
        (
            "Learning",
            inline("{} of {} parameters", here("learning", form=","), here("parameters", form=",")),
        ),
        (
            "Device",
            inline("{}, {} process(es)", here("device", form="s", how="text"), here("ranks")),
        ),
        (
            "Time",
            inline(
                "{} hours in the steps of the log; evaluations and pauses are not counted",
                figures.get("hours", steps, form=".3f"),
            ),
        ),
        ("Cost", _cost(figures)),
    ]
    if run.events("step"):
        rows += _speed(figures)
    base = "base" if started.get("identity", {}).get("base") else "backend"
    rows.append(("Started from", _origin(figures, base)))
    found.add(Facts(rows))
    return found


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
    """The state of curator's project that was exported, where the bundle says it."""
    found = figures.get("text", whole(HEADER, "snapshot"), form="s")
    return [] if found.value is None else [("Snapshot", (found,))]


def _languages(figures: RunFigures) -> Inline:
    if figures.run.bundle is None:
        return inline("not known without the bundle")
    return (figures.get("listed", all_where(MANIFEST, {}, "language"), form="s"),)


def _cost(figures: RunFigures) -> Inline:
    if "price" not in figures.run.sources.asked:
        return inline("no price was given (--price of an hour)")
    seconds = all_where(EVENTS, {"event": "step"}, "seconds")
    return inline(
        "{}, at {} an hour in steps",
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
            inline("{} tokens a second", figures.get("per second", tokens, seconds, form=",.0f")),
        ),
        ("Padding", inline("{} of the positions", figures.get("mean", padding, form=".1%"))),
    ]
    most = figures.get("max", memory, form=",")
    if most.text != NOTHING:
        rows.append(("Memory", inline("{} MB at most", most)))
    return rows


def versions(figures: RunFigures) -> list[tuple[str, Inline]]:
    """What the run was made with."""
    return [
        (name, (figures.text(whole(ABOUT, key)),))
        for key, name in VERSIONS.items()
        if key in figures.run.about
    ]
