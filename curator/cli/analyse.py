"""Command ``analyse``."""

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable

from curator.domain.languages import languages
from curator.jobs.job import Options


def analyse(arguments: Namespace) -> int:
    """Run the analysis stages that are not done yet."""
    from curator.cli.cluster import job_context
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
        with job_context(project, arguments) as work:
            failures = run(work, options, only)
        clips = project.clips.count()
        spoken = project.facts.languages()
    if not arguments.json:
        failed = f" {failures} items failed." if failures else ""
        sys.stdout.write(f"{clips} clips.{failed}{_language_counts(spoken.values())}\n")
    return 1 if failures else 0


def _language_counts(codes: Iterable[str]) -> str:
    """Languages of the recordings, such as " Languages: English (2 recordings)."; "" if none."""
    counts = Counter(codes)
    if not counts:
        return ""
    names = {code: entry.english for code, entry in languages().items()}
    listed = (
        f"{names.get(code, code)} ({'1 recording' if count == 1 else f'{count} recordings'})"
        for code, count in counts.most_common()
    )
    return f" Language{'s' * (len(counts) > 1)}: {', '.join(listed)}."
