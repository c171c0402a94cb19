"""Commands ``check``, ``export`` and ``demo``."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from curator.cli.progress import watcher
from curator.domain.errors import BrokenProject, CuratorError

if TYPE_CHECKING:
    from curator.store.project import Project


def check(arguments: Namespace) -> int:
    """List kept clips that the trainer would refuse, with reasons."""
    from curator.export.project import check_project
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        checked = check_project(project, target_key=arguments.target)
    for refusal in checked.refusals:
        if arguments.json:
            line = json.dumps(asdict(refusal), ensure_ascii=False)
        else:
            line = f"clip {refusal.clip_id}: {refusal.sentence}"
        sys.stdout.write(f"{line}\n")
    for note in checked.notes:
        sys.stdout.write((json.dumps({"note": note}) if arguments.json else note) + "\n")
    summary = {"usable": len(checked.usable), "refused": len(checked.refusals)}
    if arguments.json:
        sys.stdout.write(json.dumps({"summary": summary}) + "\n")
    else:
        sys.stdout.write(
            f"The trainer will use {summary['usable']} of "
            f"{summary['usable'] + summary['refused']} kept clips.\n"
        )
    return 0 if checked.usable else 1


def export(arguments: Namespace) -> int:
    """Export a training set."""
    from curator.export.hub import Destination, push, require_pushable
    from curator.export.project import export_project
    from curator.export.settings import ExportSettings

    where = Destination(arguments.push, arguments.public)
    if where.is_public and not where.name:
        raise CuratorError("--public has no meaning without --push.")
    settings = ExportSettings(
        form=arguments.format,
        target=arguments.target,
        speaker=arguments.speaker,
        eval_share=arguments.eval_fraction,
        seed=arguments.seed,
    )
    with _open_for_export(arguments.project) as project:
        recordings = require_pushable(project, settings.form, where) if where.name else []
        exported = export_project(
            project, arguments.out, settings, progress=watcher(arguments.json)
        )
    if not arguments.json:
        sys.stdout.write(f"{exported.sentence}\n")
    if where.name:
        address = push(arguments.out, where, recordings, exported.train + exported.evaluation)
        line = json.dumps({"pushed": address}) if arguments.json else f"Uploaded to {address}."
        sys.stdout.write(f"{line}\n")
    return 0


def _open_for_export(path: Path) -> "Project":
    """Open the project, for writing if possible, so that a snapshot can be taken."""
    from curator.store.project import Project

    try:
        return Project.open(path)
    except BrokenProject:
        raise
    except CuratorError as why:
        project = Project.open(path, write=False)
        sys.stderr.write(f"{why.sentence} Exporting without a snapshot.\n")
        return project


def demo(arguments: Namespace) -> int:
    """Run the whole workflow on a synthetic quiz show and report."""
    from curator.demo.run import run_demo

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    result = run_demo(arguments.out, say, arguments.seed, arguments.preset)
    return 0 if result.passed else 1
