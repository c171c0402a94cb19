"""Derived facts: similarity to the target speaker, and findings.

Cheap enough to recompute after every analysis and every decision they depend on.
"""

import json
from collections.abc import Sequence

from curator.domain.clip import Clip
from curator.domain.fact import ClipFact, Producer, Score
from curator.domain.findings import WholeSet, findings_of, usual_pace
from curator.domain.target import read_target
from curator.jobs.queries import by_id
from curator.jobs.result_writer import OnClips, Write, straight_into, write_facts, write_findings
from curator.stages.speaker.similarity import similarities
from curator.store.project import Project

VOICE = "voice"
"""Producer key of the similarities."""

CHOSEN = "voice_compared"
THRESHOLD = "voice_threshold"
PACE = "usual_pace"
"""Keys of the project facts that findings depend on."""


def conclude(project: Project, write: Write | None = None) -> None:
    """Recompute the derived facts of all clips. write: result writer; ``project`` without one."""
    put = write or straight_into(project)
    compare_voices(project, put)
    clips = project.clips.find()
    pace = json.dumps(usual_pace(clips))
    put(OnClips(frozenset(), lambda owner: owner.facts.set_project_fact(PACE, pace)))
    judge(project, clips, put)


def compare_voices(project: Project, write: Write) -> None:
    """Store the speaker similarity of every clip; none without a target speaker."""
    vectors = project.facts.vectors()
    known = {clip for clip, _ in vectors}
    chosen = [clip for clip in project.decisions.voice() if clip in known]
    if not chosen:
        write(_forget_voice)
        return
    rates = {recording.id: recording.rate for recording in project.recordings.all()}
    spans = {clip: (span, rates[number]) for clip, number, span in project.clips.spans(known)}
    seconds = {clip: span.seconds(rate) for clip, (span, rate) in spans.items()}
    match = similarities(vectors, chosen, seconds)
    made_by = Producer(VOICE, 1, ",".join(map(str, chosen)))
    if project.facts.project_fact(CHOSEN) != made_by.options:
        write(_forget_voice)  # outdated similarities, including those of clips segmented again
        write(lambda owner: owner.facts.set_project_fact(CHOSEN, made_by.options))
    facts = [
        ClipFact(clip, spans[clip][0], made_by, Score("speaker_similarity", value))
        for clip, value in match.similarity.items()
    ]
    write_facts(write, facts)
    threshold = json.dumps(match.threshold)
    write(OnClips(frozenset(), lambda owner: owner.facts.set_project_fact(THRESHOLD, threshold)))


def _forget_voice(project: Project) -> None:
    project.facts.forget(VOICE)
    project.facts.set_project_fact(CHOSEN, None)
    project.facts.set_project_fact(THRESHOLD, None)


def judge(project: Project, clips: Sequence[Clip], write: Write) -> None:
    """Recompute the findings of these clips from the statistics of the whole set."""
    whole = whole_set(project)
    findings = {clip.id: findings_of(clip, whole) for clip in clips}
    changed = {clip.id: findings[clip.id] for clip in clips if findings[clip.id] != clip.findings}
    write_findings(write, changed)


def judge_again(project: Project, clips: Sequence[int]) -> None:
    """Recompute the findings of clips after a decision."""
    judge(project, project.clips.find(by_id(clips)), straight_into(project))


def whole_set(project: Project) -> WholeSet:
    """Stored statistics of the whole set that findings depend on."""
    pace = json.loads(project.facts.project_fact(PACE) or "null")
    threshold = json.loads(project.facts.project_fact(THRESHOLD) or "null")
    settings = project.settings
    usual = tuple(pace) if pace else None
    return WholeSet(read_target(settings.target), threshold, usual, settings.language)
