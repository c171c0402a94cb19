"""Clip queries of a project."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from curator.domain.clip import Clip
from curator.domain.clip_query import Numbered, Query, parse
from curator.domain.findings import FINDING_KEYS
from curator.stages.scoring.scorers import scorers
from curator.store.project import Project

AT_ONCE = 500  # clips read from the project at a time, so that 100,000 need no memory

SPEAKER_SIMILARITY = "speaker_similarity"
"""Score derived from the target speaker, not computed by a scorer."""


def read_query(project: Project, text: str) -> Query:
    """Parse a query with the keys of this project. Raises WrongQuery."""
    return parse(
        text,
        score_keys=score_keys(),
        emotions=project.settings.emotions.keys,
        findings=sorted(FINDING_KEYS),
    )


def score_keys() -> tuple[str, ...]:
    """Keys of all scores that queries compare."""
    return (*(key for info in scorers() for key in info.produces), SPEAKER_SIMILARITY)


def by_id(clips: Sequence[int]) -> Query:
    """Query for these clips."""
    return Query((Numbered("id", tuple(clips)),))


def each(project: Project, clips: Iterable[int]) -> Iterator[Clip]:
    """Iterate over clips in the given order, one group of rows at a time."""
    waiting = iter(clips)
    while group := list(islice(waiting, AT_ONCE)):
        yield from project.clips.find(by_id(group))
