"""What stands behind the report: steps, what was heard, settings, versions, what is missing."""

from collections.abc import Sequence

from trainer.report.blocks import Bullets, Code, Details, Facts, Paragraph, Section, Table
from trainer.report.figures import Figure, Said, say
from trainer.report.losses import spaced
from trainer.report.overview import versions
from trainer.report.provenance import all_where, line
from trainer.report.run_files import CONFIG, EVENTS
from trainer.report.samples import Samples
from trainer.report.writer import Writer, joined

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


def section(write: Writer) -> Section:
    """The rest."""
    run = write.run
    found = Section("behind", "The data behind it")
    number, started = run.started
    heard = [
        say(
            "{} {}",
            write.category(kind),
            write.get("value", line(EVENTS, number, "heard", kind), form="d"),
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
                (write.text(line(EVENTS, at, "clip")),),
                _reasons(write, at, len(event["reasons"])),
            ]
            for at, event in rejected
        ]
        count = write.get("count", all_where(EVENTS, {"event": "rejected"}), form="d")
        table = Table([("clip",), ("reason",)], rows)
        found.add(Details(say("{} clips could not be used", count), [table]))
    else:
        found.add(Paragraph(say("No clip of the bundle was left out.")))
    spoken = [
        say(
            "step {}, {} s: {}",
            write.step(event),
            write.at(event, "seconds", form=".1f"),
            write.text(line(EVENTS, event[0], "text")),
        )
        for event in run.events("spoken")
    ]
    if spoken:
        found.add(Details(say("Spoken on request"), [Bullets(spoken)]))
    found.add(Details(say("Steps"), [_steps(write)]))
    if run.config:
        text = run.sources.files[CONFIG].read_text(encoding="utf-8")
        found.add(Details(say("Settings"), [Code(text, CONFIG)]))
    found.add(Details(say("Versions and hashes"), [Facts(versions(write))]))
    found.add(Paragraph(say("Not measured:"), "heading"), Bullets(not_measured(write)))
    return found


def _reasons(write: Writer, at: int, many: int) -> Said:
    places = (line(EVENTS, at, "reasons", str(place)) for place in range(many))
    return joined([write.text(place) for place in places])


def _list(parts: Sequence[Said]) -> Said:
    said: list[str | Figure] = []
    for at, part in enumerate(parts):
        said += [", "] if at else []
        said += part
    return (*said, ".")


def _steps(write: Writer) -> Table:
    events = write.run.events("step")
    there = [key for key in STEP_COLUMNS if any(key in event for _, event in events)]
    rows = [
        [
            (write.step(event),),
            *((write.at(event, key, form=STEP_COLUMNS[key]),) for key in there),
        ]
        for event in spaced(events, MOST_STEPS, None)
    ]
    return Table([("step",), *((key,) for key in there)], rows)


def not_measured(write: Writer) -> list[Said]:
    """What is missing from this run's numbers."""
    missing = []
    evaluations = write.run.evaluations
    if not evaluations:
        missing.append("Whether it learnt anything: the bundle has no usable evaluation clips.")
    elif len(evaluations) == 1:
        missing.append("Whether it learnt anything: only the base model was evaluated.")
    if not Samples(write.run).spoken:
        missing.append("How it sounds: no speech was generated and judged.")
    else:
        missing.append(
            "Whether people like it: only machines have judged; `trainer listen` asks people."
        )
    missing.append(
        "Speed and memory on other devices than the one named above; `trainer plan --probe`"
        " measures them where it is run."
    )
    return [say(sentence) for sentence in missing]
