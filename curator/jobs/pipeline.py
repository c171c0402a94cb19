"""The analysis of a project: every stage in order, on the items that lack its facts."""

from collections.abc import Collection

from curator.jobs.cleaning import make_all_cleaned
from curator.jobs.context import JobContext
from curator.jobs.derived_facts import conclude
from curator.jobs.job import Options
from curator.jobs.map_placement import place_new
from curator.jobs.running import make_caches, run_step
from curator.jobs.step_table import chosen_steps


def analyse(work: JobContext, options: Options, only: Collection[str] = ()) -> int:
    """Run the stages that are not done yet; returns the number of items that failed.

    only: keys of stages; empty for all. Decisions are never changed.
    """
    steps = chosen_steps(only)
    failures = make_caches(work) + make_all_cleaned(work, options)
    for step in steps:
        failures += run_step(work, step, options)
        if step.has_vectors:
            place_new(work)
    conclude(work.project, work.write)
    return failures
