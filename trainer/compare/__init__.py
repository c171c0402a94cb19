"""What differs between runs in data, settings and outcome; none of them is ever written to.

The first run is what the others are compared with: "the combined set against the quiz show alone"
is ``trainer compare RUN-QUIZ-SHOW RUN-COMBINED``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import BrokenRun, WrongUsage
from trainer.report.figures import Figure, figure
from trainer.report.provenance import Address
from trainer.report.run_files import ABOUT, RunFiles, read_run
from trainer.report.sources import Sources
from trainer.runs.making import SUFFIX as MAKING

FEWEST = 2


@dataclass(frozen=True)
class Compared:
    """Runs by their labels, the first being the one to compare with."""

    runs: dict[str, RunFiles]
    sources: Sources

    @property
    def first(self) -> str:
        """The label of the run the others are compared with."""
        return next(iter(self.runs))

    @property
    def others(self) -> list[str]:
        """The labels of the others."""
        return list(self.runs)[1:]

    def get(self, how: str, *places: tuple[str, Address], form: str = ".3f") -> Figure:
        """A figure out of several runs: each address with the label of its run."""
        moved = [
            Address(f"{label}/{at.file}", at.line, at.where, at.by, at.path) for label, at in places
        ]
        return figure(self.sources, how, *moved, form=form)


def find_runs(folders: Sequence[Path]) -> list[Path]:
    """The runs among folders; a folder that is none stands for the runs in it."""
    folders_of_runs: list[Path] = []
    for folder in folders:
        if (folder / ABOUT).is_file():
            folders_of_runs.append(folder)
            continue
        found = [path.parent for path in sorted(folder.glob(f"*/{ABOUT}"))]
        inside = [run for run in found if run.suffix != MAKING]  # no decoder or codebook
        if not inside:
            raise BrokenRun(
                f"{folder} is not a run, and holds none.", "Name folders `trainer train` made."
            )
        folders_of_runs += inside
    return list(dict.fromkeys(path.resolve() for path in folders_of_runs))


def read_runs(folders: Sequence[Path]) -> Compared:
    """The runs, labelled by their folders."""
    folders_of_runs = find_runs(folders)
    if len(folders_of_runs) < FEWEST:
        raise WrongUsage("One run cannot be compared.", "Name two or more.")
    runs: dict[str, RunFiles] = {}
    for folder in folders_of_runs:
        label = folder.name
        if label in runs:  # two folders of one name: the folder above tells them apart
            label = f"{folder.parent.name}-{folder.name}"
        runs[label] = read_run(folder)
    files = {
        f"{label}/{name}": path
        for label, run in runs.items()
        for name, path in run.sources.files.items()
    }
    return Compared(runs, Sources(files))
