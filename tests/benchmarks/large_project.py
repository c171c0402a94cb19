"""A project as large as they get, for measuring."""

import random
from pathlib import Path

from curator.domain.fact import ClipFact, MapPoint, Score
from curator.store.project import Project
from tests.helpers.factories import (
    LAY_OUT,
    SCORE,
    TRANSCRIBE,
    a_cut,
    a_recording,
    a_transcript,
    an_empty_project,
)

CLIPS = 100_000
RECORDINGS = 20
CLIP_S = 5.0
"""From the start of one clip to that of the next."""
WORDS = ("Árvíztűrő", "tükörfúrógép", "welcome", "back", "to", "the", "show", "tonight")


def a_large_project(folder: Path, clips: int = CLIPS) -> Project:
    """That many clips with text, a score and a place on the map; nothing is decided."""
    chance = random.Random(1)
    project = an_empty_project(folder)
    each = clips // RECORDINGS
    for number in range(RECORDINGS):
        recording = a_recording(project, f"/speech/{number}.wav", seconds=each * CLIP_S)
        spans = [(i * CLIP_S, i * CLIP_S + chance.uniform(1, CLIP_S)) for i in range(each)]
        project.clips.replace_cut(a_cut(recording, spans))
    facts = []
    for clip, _, span in project.clips.spans():
        text = " ".join(chance.sample(WORDS, 4))
        facts.append(ClipFact(clip, span, TRANSCRIBE, a_transcript(text, span)))
        facts.append(ClipFact(clip, span, SCORE, Score("snr", chance.uniform(0, 40))))
    project.facts.add(facts)
    project.facts.add(
        ClipFact(clip, span, LAY_OUT, MapPoint(chance.random(), chance.random(), 0))
        for clip, _, span in project.clips.spans()
    )
    return project
