"""Writes of decisions together with the findings that depend on them."""

from collections.abc import Callable

from curator.domain.decision import Changes, Field
from curator.store.project import Project

JUDGED_BY = frozenset({Field.TEXT, Field.SPAN, Field.PRESENCE})
"""Fields whose change requires a clip's findings to be computed again."""


def written(project: Project, write: Callable[[Project], Changes | None]) -> Changes | None:
    """Write an edit and update the findings that depend on it."""
    changes = write(project)
    judged = [clip for field in JUDGED_BY for clip in changes.of(field)] if changes else []
    if judged:
        from curator.jobs.derived_facts import judge_again

        judge_again(project, tuple(dict.fromkeys(judged)))
    return changes
