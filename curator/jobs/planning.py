"""Labelling planner of a project: read once, then updated."""

from collections.abc import Iterable

from curator.domain.decision import State
from curator.domain.planner import LabellingPlanner, PlanClip
from curator.domain.target import read_target
from curator.store.project import Project


def planner_of(project: Project) -> LabellingPlanner:
    """Create the planner with all clips and suggestions of a project."""
    settings = project.settings
    planner = LabellingPlanner(settings.emotions, read_target(settings.target), settings.language)
    planner.put(_clips(project, None))
    if repeated := planner.repeated:
        planner.hear(each for each in project.facts.vectors() if each[0] in repeated)
    planner.suggest(project.facts.suggestions())
    return planner


def retell(planner: LabellingPlanner, project: Project, clips: Iterable[int]) -> None:
    """Reload these clips; deleted ones are removed."""
    ids = list(clips)
    present = _clips(project, ids)
    planner.put(present)
    planner.take(set(ids) - {clip.id for clip in present})


def _clips(project: Project, clips: list[int] | None) -> list[PlanClip]:
    rates = {recording.id: recording.rate for recording in project.recordings.all()}
    texts: dict[int, str] = dict(project.clips.rows("shown", clips))
    return [
        PlanClip(
            clip,
            (stop - start) / rates[recording],
            State(state) if state else State.UNDECIDED,
            emotion,
            texts[clip],
        )
        for clip, recording, start, stop, state, emotion, _ in project.clips.rows("place", clips)
    ]
