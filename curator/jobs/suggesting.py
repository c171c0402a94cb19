"""Relearn suggestions from the current labels, in a worker process."""

from curator.domain.errors import CuratorError
from curator.domain.fact import ClipFact
from curator.domain.suggesting import FACT, SuggestionVerdict, fingerprint
from curator.jobs.context import JobContext
from curator.jobs.executor import Died
from curator.jobs.job import Job, Options
from curator.jobs.learning import labels_of
from curator.jobs.messages import Noted, Stopped
from curator.jobs.processes import LocalWorkers
from curator.jobs.result_writer import OnClips, write_facts
from curator.stages.suggestion.suggest import Suggest
from curator.store.project import Project

NO_CLIPS: frozenset[int] = frozenset()
"""Suggestions change no clip: lists of clips need not be read again."""


def is_current(project: Project) -> bool:
    """Whether the suggestions were learned from the current labels."""
    verdict = verdict_of(project)
    return verdict is not None and verdict.learned_from == fingerprint(labels_of(project))


def verdict_of(project: Project) -> SuggestionVerdict | None:
    """Quality of the suggestions; None if nothing was learned yet."""
    return SuggestionVerdict.from_json(project.facts.project_fact(FACT))


def suggest(work: JobContext, options: Options | None = None) -> SuggestionVerdict:
    """Learn from the labels and replace the stored suggestions."""
    job = Job("suggest", str(work.project.path), options or Options())
    work.watcher.started("suggest", 1, 0.0)
    verdict, facts = _learned(work, job)
    if not facts:
        work.write(OnClips(NO_CLIPS, _forget))
    write_facts(work.write, facts)
    text = verdict.to_json()
    work.write(OnClips(NO_CLIPS, lambda owner: owner.facts.set_project_fact(FACT, text)))
    work.watcher.finished()
    return verdict


def _forget(project: Project) -> None:
    project.facts.forget(Suggest.key)


def _learned(work: JobContext, job: Job) -> tuple[SuggestionVerdict, list[ClipFact]]:
    verdict: SuggestionVerdict | None = None
    facts: list[ClipFact] = []
    workers = LocalWorkers([job])
    try:
        for heard in workers.listen():
            work.look_up()
            message = heard[1] if heard else None
            if isinstance(message, Stopped):
                raise CuratorError(message.sentence, message.hint)
            if isinstance(message, Died):
                raise CuratorError(message.sentence, " ".join(message.log.splitlines()[-1:]))
            if isinstance(message, Noted):
                verdict = SuggestionVerdict.from_json(message.text)
            elif isinstance(message, ClipFact):
                facts.append(message)
    finally:
        workers.close()
    assert verdict is not None  # sent before Done
    return verdict, facts
