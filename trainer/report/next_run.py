"""The plan for the next run, and what may be expected of it from other runs of this project."""

import json
from pathlib import Path

from trainer.errors import BrokenRun
from trainer.report.blocks import Bullets, Paragraph, Section
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import Address, line, whole
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import ABOUT, CONFIG, EVENTS, RunFiles, read_run

FEWEST_RUNS = 2  # besides this one, before a range is more than one run's luck
MOST_RUNS = 40


def section(figures: RunFigures) -> Section:
    """What to run, and the range that others reached."""
    found = Section("next", "Plan for the next run")
    found.add(Bullets([_plan(figures), *_length(figures)]), Paragraph(expectation(figures)))
    return found


def _plan(figures: RunFigures) -> Inline:
    state, best = figures.run.verdict.state, figures.run.best
    if state == "not_measured" or best is None:
        return inline(
            "First a bundle with more evaluation clips: without them no plan can be judged."
        )
    if state == "improves":
        return inline(
            "The same settings, longer: `trainer train BUNDLE NEW --from` this run goes on from"
            " step {}.",
            figures.step(best),
        )
    if state == "falls_apart":
        return inline(
            "The same clips with a lower learning rate than {}, to see whether it holds.",
            figures.get("value", whole(CONFIG, "optim", "lr"), form="g"),
        )
    if state == "overfits":
        return inline(
            "The same settings until about epoch {}, or the same with more speech.",
            figures.epoch(best),
        )
    return inline(
        "Other data before other settings: this run has taken from these clips what it can."
    )


def _length(figures: RunFigures) -> list[Inline]:
    best = figures.run.best
    if best is None or figures.run.verdict.state != "overfits":
        return []
    return [
        inline(
            "sched.epochs near {}, with stop.patience at {} as here.",
            figures.epoch(best),
            figures.get("value", whole(CONFIG, "stop", "patience"), form="d"),
        )
    ]


def expectation(figures: RunFigures) -> Inline:
    """The range of gains that comparable runs beside this one reached, or that there is none."""
    others = comparable(figures.run)
    places: list[Address] = []
    for other in others:
        best = other.best
        assert best is not None
        name = f"beside/{other.name}/{EVENTS}"
        figures.run.sources.files = {**figures.run.sources.files, name: other.folder / EVENTS}
        places.append(line(name, other.evaluations[0][0], other.metric))
        places.append(line(name, best[0], other.metric))
    if len(others) < FEWEST_RUNS:
        return inline(
            "What to expect of it: no basis yet. It takes at least two other runs of the same base"
            " in the folder beside this one."
        )
    return inline(
        "What to expect of it: other runs of the same base beside this one came out between {} and"
        " {} below their first evaluation ("
        + ", ".join("{}" for _ in others)
        + "). That is a range of what happened, no promise.",
        figures.get("least gain", *places, form=".1%"),
        figures.get("most gain", *places, form=".1%"),
        *(named(other) for other in others),
    )


def named(other: RunFiles) -> Figure:
    """The folder of another run."""
    return Figure(other.name, other.name, "beside", "s", (f"beside/{other.name}/{ABOUT}",))


def comparable(run: RunFiles) -> list[RunFiles]:
    """Runs in the same folder that began from the same base and could be judged."""
    found = []
    for folder in sorted(run.folder.resolve().parent.iterdir())[:MOST_RUNS]:
        if folder == run.folder.resolve() or not (folder / ABOUT).is_file():
            continue
        if not _same_base(folder, run):
            continue
        try:
            other = read_run(folder, brief=True)
        except (BrokenRun, OSError):
            continue  # it cannot be compared with; the report is of another run
        if other.metric == run.metric and other.verdict.state != "not_measured" and other.best:
            found.append(other)
    return found


def _same_base(folder: Path, run: RunFiles) -> bool:
    try:
        identity = json.loads((folder / ABOUT).read_text(encoding="utf-8")).get("identity", {})
    except (ValueError, OSError, AttributeError):
        return False
    mine = run.about.get("identity", {})
    return bool(identity) and all(
        identity.get(key) == mine.get(key) for key in ("backend", "sha256")
    )
