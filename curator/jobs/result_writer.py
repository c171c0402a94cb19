"""Result writers: small batches through the process that has the project open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from curator.domain.clip import Finding
from curator.domain.fact import ClipFact
from curator.store.project import Project

PORTION = 256
"""Rows of one transaction: 5 ms, so that the user's decisions do not wait."""

Action = Callable[[Project], None]


@dataclass(frozen=True, slots=True)
class OnClips:
    """An operation on these clips only; other operations may change any clip.

    A window that shows 100,000 clips then reloads only these.
    """

    clips: frozenset[int]
    act: Action

    def __call__(self, project: Project) -> None:
        """Run the action."""
        self.act(project)


@dataclass(frozen=True, slots=True)
class Large:
    """A long action on this number of clips; a window runs it in a thread."""

    clips: int
    act: Action

    def __call__(self, project: Project) -> None:
        """Run the action."""
        self.act(project)


Write = Callable[[Action], None]
"""Runs an action where the project is writable; returns when it is done.

The command line runs it directly, the window in the event loop of the thread that owns the project.
"""


def straight_into(project: Project) -> Write:
    """Writer that runs in the calling thread."""

    def write(action: Action) -> None:
        action(project)

    return write


def write_facts(write: Write, facts: Sequence[ClipFact]) -> None:
    """Store facts in batches."""
    for start in range(0, len(facts), PORTION):
        _add(write, facts[start : start + PORTION])


def _add(write: Write, facts: Sequence[ClipFact]) -> None:
    clips = frozenset(fact.clip_id for fact in facts)
    write(OnClips(clips, lambda owner: owner.facts.add(facts)))


def write_findings(write: Write, findings: Mapping[int, tuple[Finding, ...]]) -> None:
    """Store findings of clips in batches."""
    waiting = iter(findings.items())
    while part := dict(islice(waiting, PORTION)):
        _set(write, part)


def _set(write: Write, findings: Mapping[int, tuple[Finding, ...]]) -> None:
    write(OnClips(frozenset(findings), lambda owner: owner.facts.set_findings(findings)))
