"""Recommended settings for the next run, and the gains of comparable runs."""

from pathlib import Path

from trainer.errors import BrokenRun
from trainer.foreign_files import read_json
from trainer.report.blocks import Bullets, Paragraph, Section
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import Address, line, whole
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import ABOUT, CONFIG, EVENTS, RunFiles, read_run

MIN_RUNS = 2  # besides this one, for a range of gains
MAX_RUNS = 40


def section(figures: RunFigures) -> Section:
    """Settings for the next run and the range of gains of comparable runs."""
    result = Section("next", "Next run")
    result.add(Bullets([_settings(figures), *_length(figures)]), Paragraph(expectation(figures)))
    return result


def _settings(figures: RunFigures) -> Inline:
    state, best = figures.run.verdict.state, figures.run.best
    if state == "not_measured" or best is None:
        return inline("Export a bundle with more evaluation clips first.")
    if state == "improves":
        return inline(
            "Train longer with the same settings: `trainer train BUNDLE NEW --from` this run"
            " continues from step {}.",
            figures.step(best),
        )
    if state == "falls_apart":
        return inline(
            "The same clips with a learning rate below {}.",
            figures.get("value", whole(CONFIG, "optim", "lr"), form="g"),
        )
    if state == "overfits":
        return inline(
            "The same settings up to about epoch {}, or with more speech.",
            figures.epoch(best),
        )
    return inline("Change the data before the settings: this run has converged on these clips.")


def _length(figures: RunFigures) -> list[Inline]:
    best = figures.run.best
    if best is None or figures.run.verdict.state != "overfits":
        return []
    return [
        inline(
            "Set sched.epochs to about {} and keep stop.patience at {}.",
            figures.epoch(best),
            figures.get("value", whole(CONFIG, "stop", "patience"), form="d"),
        )
    ]


def expectation(figures: RunFigures) -> Inline:
    """Range of gains of comparable runs in the same folder."""
    others = comparable(figures.run)
    places: list[Address] = []
    for other in others:
        best = other.best
        assert best is not None
        name = f"beside/{other.name}/{EVENTS}"
        figures.run.sources.files = {**figures.run.sources.files, name: other.folder / EVENTS}
        places.append(line(name, other.evaluations[0][0], other.metric))
        places.append(line(name, best[0], other.metric))
    if len(others) < MIN_RUNS:
        return inline(
            "Expected gain: unknown. It takes at least two other runs from the same base in the"
            " same folder."
        )
    return inline(
        "Expected gain: other runs from the same base in this folder ended between {} and {} below"
        " their first evaluation ("
        + ", ".join("{}" for _ in others)
        + "). This is the observed range, not a prediction.",
        figures.get("least gain", *places, form=".1%"),
        figures.get("most gain", *places, form=".1%"),
        *(run_link(other) for other in others),
    )


def run_link(other: RunFiles) -> Figure:
    """Name of another run's folder."""
    return Figure(other.name, other.name, "beside", "s", (f"beside/{other.name}/{ABOUT}",))


def _beside(run: Path) -> list[Path]:
    """Folders with a run beside this one; none where the folder they are in cannot be listed."""
    try:
        folders = sorted(run.parent.iterdir())[:MAX_RUNS]
    except OSError:
        return []
    return [each for each in folders if each != run and _has_run(each)]


def _has_run(folder: Path) -> bool:
    try:
        return (folder / ABOUT).is_file()
    except OSError:  # a folder that may not be entered
        return False


def comparable(run: RunFiles) -> list[RunFiles]:
    """Runs in the same folder, from the same base, with a verdict."""
    runs = []
    for folder in _beside(run.folder.resolve()):
        if not _same_base(folder, run):
            continue
        try:
            other = read_run(folder, brief=True)
        except (BrokenRun, OSError):
            continue  # unreadable runs are left out of the comparison
        if other.metric == run.metric and other.verdict.state != "not_measured" and other.best:
            runs.append(other)
    return runs


def _same_base(folder: Path, run: RunFiles) -> bool:
    try:
        identity = read_json(folder / ABOUT).get("identity", {})
    except (ValueError, OSError):
        return False
    expected = run.about.get("identity", {})
    if not isinstance(identity, dict) or not identity:
        return False
    return all(identity.get(key) == expected.get(key) for key in ("backend", "sha256"))
