"""What follows from facts and decisions together: similarity to the chosen voice, and findings.

Cheap enough to be drawn again after every analysis and every decision they depend on.
"""

import json
from collections.abc import Sequence

from curator.domain.clip import Clip
from curator.domain.fact import ClipFact, Producer, Score
from curator.domain.findings import WholeSet, findings_of, usual_pace
from curator.domain.target import read_target
from curator.jobs.queries import by_id
from curator.stages.voice import similarities
from curator.store.project import Project

VOICE = "voice"
"""Producer key of the similarities."""

THRESHOLD = "voice_threshold"
PACE = "usual_pace"
"""Keys of the project facts that judging one clip needs."""


def conclude(project: Project) -> None:
    """Draw every conclusion anew, for all clips."""
    compare_voices(project)
    clips = project.clips.find()
    project.facts.set_project_fact(PACE, json.dumps(usual_pace(clips)))
    judge(project, clips)


def compare_voices(project: Project) -> None:
    """How like the chosen voice every clip sounds; nothing while no voice is chosen."""
    vectors = project.facts.vectors()
    known = {clip for clip, _ in vectors}
    chosen = [clip for clip in project.decisions.voice() if clip in known]
    if not chosen:
        project.facts.forget(VOICE)
        project.facts.set_project_fact(THRESHOLD, "null")
        return
    rates = {recording.id: recording.rate for recording in project.recordings.all()}
    spans = {clip: (span, rates[number]) for clip, number, span in project.clips.spans(known)}
    seconds = {clip: span.seconds(rate) for clip, (span, rate) in spans.items()}
    match = similarities(vectors, chosen, seconds)
    made_by = Producer(VOICE, 1, ",".join(map(str, chosen)))
    project.facts.add(
        ClipFact(clip, spans[clip][0], made_by, Score("speaker_similarity", value))
        for clip, value in match.similarity.items()
    )
    project.facts.set_project_fact(THRESHOLD, json.dumps(match.threshold))


def judge(project: Project, clips: Sequence[Clip]) -> None:
    """Find what is wrong with these clips, by what is known of the whole set."""
    whole = whole_set(project)
    project.facts.set_findings({clip.id: findings_of(clip, whole) for clip in clips})


def judge_again(project: Project, clips: Sequence[int]) -> None:
    """The same for clips that a decision has just touched."""
    judge(project, project.clips.find(by_id(clips)))


def whole_set(project: Project) -> WholeSet:
    """What has to be known of all clips to judge one, as it was last concluded."""
    pace = json.loads(project.facts.project_fact(PACE) or "null")
    threshold = json.loads(project.facts.project_fact(THRESHOLD) or "null")
    return WholeSet(read_target(project.settings.target), threshold, tuple(pace) if pace else None)
