"""The first thing to read: how the run went, which epoch to ship, and what it was made of."""

from trainer.optim.early_stopping import LEAST_GAIN
from trainer.report.blocks import Block, Facts, Paragraph, Section
from trainer.report.figures import NOTHING, Figure, Said, say
from trainer.report.provenance import all_where, line, parse, whole
from trainer.report.run_files import ABOUT, CONFIG, EVENTS, HEADER, MANIFEST
from trainer.report.sources import ASKED
from trainer.report.writer import Writer

VERSIONS = {
    "trainer": "trainer",
    "torch": "torch",
    "python": "Python",
    "platform": "platform",
    "config_sha256": "settings, hash",
    "manifest_sha256": "bundle, hash",
}


def lead(write: Writer) -> list[Block]:
    """The verdict, what to ship, and how the run ended."""
    verdict = write.run.verdict
    return [
        Paragraph((judgement(write),), f"verdict {verdict.state}"),
        Paragraph(to_ship(write), "ship"),
        Paragraph(_ending(write), "quiet"),
        *(Paragraph(note, "note") for note in write.run.notes),
    ]


def lead_as_shipped(write: Writer) -> list[Block]:
    """What there is to say of a model that nothing was trained in."""
    found: list[Block] = [
        Paragraph(
            say(
                "This is a model as it was shipped: nothing was trained, so how it sounds is all"
                " there is to say. `trainer compare` sets it beside a trained run."
            ),
            "ship",
        )
    ]
    if "licence" in write.run.about.get("identity", {}):
        licence = write.text(whole(ABOUT, "identity", "licence"))
        found.append(Paragraph(say("It is used under: {}.", licence), "quiet"))
    return [*found, *(Paragraph(note, "note") for note in write.run.notes)]


def judgement(write: Writer) -> Figure:
    """The guard's sentence, from the evaluations alone."""
    run = write.run
    lines = [all_where(EVENTS, {"event": "eval"}, key) for key in ("step", run.metric)]
    clips = line(EVENTS, run.started[0], "clips", "eval")
    if run.evaluations:
        clips = line(EVENTS, run.evaluations[-1][0], "clips")
    return write.get("judged", *lines, clips, whole(CONFIG, "stop", "metric"), form="s")


def to_ship(write: Writer) -> Said:
    """Which epoch to take away, and why; or why none can be named."""
    run = write.run
    verdict, best = run.verdict, run.best
    if best is None:
        return say("No epoch can be recommended: nothing was evaluated that could choose one.")
    value = write.at(best, run.metric)
    if verdict.state == "not_measured":
        return say(
            "By the little there is, step {} (epoch {}) was lowest. That is no reason to prefer it;"
            " compare it with the base and the last step by ear.",
            write.step(best),
            write.epoch(best),
        )
    if best[1]["step"] == 0:
        return say(
            "Ship nothing: what the run started from was best ({} {}), nothing that was trained is"
            " worth keeping.",
            run.metric,
            value,
        )
    first, last = run.evaluations[0], run.evaluations[-1]
    learnt = write.get("gain", *(line(EVENTS, each[0], run.metric) for each in (first, best)))
    if verdict.state == "flat" and (learnt.value or 0.0) < LEAST_GAIN:
        return say(
            "There is nothing to ship: at its best, step {}, it was {} better than what it started"
            " from, and less than {} counts as nothing.",
            write.step(best),
            write.get("gain", *map(parse, learnt.sources), form=".2%"),
            write.rule("LEAST_GAIN", ".2%"),
        )
    doubt = ""
    if write.shows(first, best) is False:
        doubt = " These clips cannot show that it is better than what it started from."
    elif verdict.state == "overfits" and write.shows(best, last) is False:
        doubt = " These clips cannot show that the last one is worse."
    why = {
        "overfits": "not the last one, by when it had become worse on clips it never heard",
        "falls_apart": "from before it fell apart",
        "flat": "which is where it stopped gaining",
        "improves": "the best so far",
    }[verdict.state]
    return say(
        f"Ship epoch {{}} (step {{}}), {why}: its {run.metric} of {{}} on the evaluation clips is"
        " the lowest.{}",
        write.epoch(best),
        write.step(best),
        value,
        _kept(write) + doubt,
    )


def _kept(write: Writer) -> str:
    """Whether the checkpoint of the best step is still in the run."""
    best = write.run.best
    assert best is not None
    folders = write.run.folder / "checkpoints"
    if (folders / f"step-{best[1]['step']:08d}").is_dir():
        return " Its checkpoint is in the run."
    return " Its checkpoint is no longer in this folder." if folders.is_dir() else ""


def _ending(write: Writer) -> Said:
    ended = write.run.ended
    if ended is None:
        steps = write.run.events("step")
        if not steps:
            return say("The run has not ended and has no step yet.")
        return say(
            "The run has not ended: it is still going on, or it was killed after step {}.",
            write.step(steps[-1]),
        )
    number, event = ended
    reason = write.text(line(EVENTS, number, "reason"))
    full = "" if reason.text.endswith(".") else "."
    kind = str(event["event"])
    return say(f"The run {kind} at step {{}}: {{}}{full}", write.step(ended), reason)


def section(write: Writer) -> Section:
    """The run and its data in a few lines."""
    run = write.run
    number, started = run.started
    found = Section("glance", "Run and data at a glance")

    def here(*path: str, form: str = "d", how: str = "value") -> Figure:
        return write.get(how, line(EVENTS, number, *path), form=form)

    steps = all_where(EVENTS, {"event": "step"}, "seconds")
    rows: list[tuple[str, Said]] = [
        (
            "Clips",
            say(
                "{} for training, {} for evaluation, {} that could not be used",
                here("clips", "train"),
                here("clips", "eval"),
                here("clips", "rejected"),
            ),
        ),
        ("Speech", say("{} minutes to train on", here("seconds", form=".1f", how="minutes"))),
        ("Languages", _languages(write)),
        *_snapshot(write),
        (
            "Steps",
            say(
                "{} of {} are in the log; {} make an epoch",
                write.get("count", all_where(EVENTS, {"event": "step"}), form="d"),
                here("total_steps"),
                here("updates_per_epoch"),
            ),
        ),
        (
            "Learning",
            say("{} of {} parameters", here("learning", form=","), here("parameters", form=",")),
        ),
        ("Device", say("{}, {} process(es)", here("device", form="s", how="text"), here("ranks"))),
        (
            "Time",
            say(
                "{} hours in the steps of the log; evaluations and pauses are not counted",
                write.get("hours", steps, form=".3f"),
            ),
        ),
        ("Cost", _cost(write)),
    ]  # fmt: skip
    if run.events("step"):
        rows += _speed(write)
    base = "base" if started.get("identity", {}).get("base") else "backend"
    rows.append(("Started from", _origin(write, base)))
    found.add(Facts(rows))
    return found


def _origin(write: Writer, base: str) -> Said:
    number, started = write.run.started
    if started.get("parent"):
        return say(
            "step {} of {}",
            write.get("value", line(EVENTS, number, "parent_step"), form="d"),
            write.text(line(EVENTS, number, "parent")),
        )
    return (write.text(line(EVENTS, number, "identity", base)),)


def _snapshot(write: Writer) -> list[tuple[str, Said]]:
    """The state of curator's project that was exported, where the bundle says it."""
    found = write.get("text", whole(HEADER, "snapshot"), form="s")
    return [] if found.value is None else [("Snapshot", (found,))]


def _languages(write: Writer) -> Said:
    if write.run.bundle is None:
        return say("not known without the bundle")
    return (write.get("listed", all_where(MANIFEST, {}, "language"), form="s"),)


def _cost(write: Writer) -> Said:
    if "price" not in write.run.sources.asked:
        return say("no price was given (--price of an hour)")
    seconds = all_where(EVENTS, {"event": "step"}, "seconds")
    return say(
        "{}, at {} an hour in steps",
        write.get("money", seconds, whole(ASKED, "price"), form=".2f"),
        write.get("value", whole(ASKED, "price"), form="g"),
    )


def _speed(write: Writer) -> list[tuple[str, Said]]:
    tokens, seconds, padding, memory = (
        all_where(EVENTS, {"event": "step"}, key)
        for key in ("tokens", "seconds", "padding", "memory_mb")
    )
    rows: list[tuple[str, Said]] = [
        ("Speed", say("{} tokens a second", write.get("per second", tokens, seconds, form=",.0f"))),
        ("Padding", say("{} of the positions", write.get("mean", padding, form=".1%"))),
    ]
    most = write.get("max", memory, form=",")
    if most.text != NOTHING:
        rows.append(("Memory", say("{} MB at most", most)))
    return rows


def versions(write: Writer) -> list[tuple[str, Said]]:
    """What the run was made with."""
    return [
        (name, (write.text(whole(ABOUT, key)),))
        for key, name in VERSIONS.items()
        if key in write.run.about
    ]
