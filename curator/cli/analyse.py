"""Command ``analyse``."""

import sys
from argparse import Namespace

from curator.cli.progress import watcher
from curator.jobs.job import Options


def analyse(arguments: Namespace) -> int:
    """Run the analysis stages that are not done yet."""
    from curator.jobs.context import JobContext
    from curator.jobs.pipeline import analyse as run
    from curator.store.project import Project

    options = Options(
        whisper=arguments.whisper,
        device=arguments.device,
        exact=arguments.exact,
        seed=arguments.seed,
    )
    only = [step for step in arguments.only.split(",") if step]
    with Project.open(arguments.project) as project:
        failures = run(
            JobContext.at_once(project, watcher(arguments.json), arguments.jobs), options, only
        )
        clips = project.clips.count()
    if not arguments.json:
        sys.stdout.write(f"{clips} clips." + (f" {failures} items failed.\n" if failures else "\n"))
    return 1 if failures else 0
