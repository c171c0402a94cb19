"""Commands that look at the set as a whole and hand it on: balance, check, export, demo."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict

from curator.cli.progress import watcher


def balance(arguments: Namespace) -> int:
    """Count clips and minutes against the targets."""
    from curator.domain.balance import balance as count
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        found = count(project.clips.find(), project.settings.emotions)
    if arguments.json:
        sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
        return 0
    for line in found.lines():
        sys.stdout.write(f"{line}\n")
    return 0


def check(arguments: Namespace) -> int:
    """Say which kept clips the trainer will use, and why not the others."""
    from curator.export.project import check_project
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        checked = check_project(project)
    for refusal in checked.refusals:
        if arguments.json:
            line = json.dumps(asdict(refusal), ensure_ascii=False)
        else:
            line = f"clip {refusal.clip_id}: {refusal.sentence}"
        sys.stdout.write(f"{line}\n")
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
    """Write a bundle for the trainer."""
    from curator.export.project import export_project
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        exported = export_project(
            project,
            arguments.out,
            eval_fraction=arguments.eval_fraction,
            seed=arguments.seed,
            speaker=arguments.speaker,
            watcher=watcher(arguments.json),
        )
    if not arguments.json:
        sys.stdout.write(f"{exported.sentence}\n")
    return 0


def demo(arguments: Namespace) -> int:
    """Make a quiz show, find its faults, train on it, report."""
    from curator.demo.run import run_demo

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    found = run_demo(arguments.out, say, seed=arguments.seed)
    return 0 if found.passed else 1
