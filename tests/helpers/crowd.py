"""Clips in all sorts of states, for queries and lists."""

import random
from pathlib import Path

from curator.domain.decision import correct_text, drop, give_emotion, keep, recut
from curator.domain.fact import Edges, MapPoint
from curator.domain.span import Span
from curator.store.project import Project
from tests.helpers.factories import (
    a_cut,
    a_finding,
    a_recording,
    an_empty_project,
    found,
    say,
    score,
)
from tests.helpers.queries import EMOTIONS, FINDINGS, LANGUAGES, TEXTS


def a_crowd(folder: Path, clips: int = 40, seed: int = 7) -> Project:
    """Project with clips of two recordings, with random facts and decisions."""
    chance = random.Random(seed)
    project = an_empty_project(folder)
    for name, rate in (("Árvíz 10:30.wav", 22_050), ("welcome - back.m4a", 44_100)):
        recording = a_recording(project, f"/speech/{name}", rate=rate)
        spans = [(i * 5.0, i * 5.0 + chance.choice([1, 2.5, 3, 4])) for i in range(clips // 2)]
        project.clips.replace_cut(a_cut(recording, spans))
    for clip in project.clips.ids():
        adorn(project, clip, chance)
    return project


def adorn(project: Project, clip: int, chance: random.Random) -> None:
    """Find out and decide some things about a clip."""
    if chance.random() < 0.8:
        text, language = chance.choice(["", *TEXTS]), chance.choice(LANGUAGES)
        say(project, clip, text, language=language, confidence=chance.choice([0.0, 0.5, 0.9]))
    if chance.random() < 0.7:
        score(project, clip, snr=chance.uniform(0, 40), clipping=float(chance.randint(0, 2)))
    if chance.random() < 0.5:
        score(project, clip, speaker_similarity=chance.random())
    if chance.random() < 0.5:
        keys = chance.sample(FINDINGS, chance.randint(1, 2))
        project.facts.set_findings({clip: [a_finding(key) for key in keys]})
    if chance.random() < 0.5:
        where = MapPoint(chance.random(), chance.random(), chance.randint(-1, 3))
        project.facts.add([found(project, clip, where)])
        project.facts.add([found(project, clip, Edges(0.5, 0.5, None, 7))])
    if chance.random() < 0.6:
        project.decisions.apply(chance.choice([keep, drop])([clip]))
    if chance.random() < 0.5:
        project.decisions.apply(give_emotion([clip], chance.choice(EMOTIONS)))
    if chance.random() < 0.3:
        project.decisions.apply(correct_text([clip], chance.choice(["", *TEXTS])))
    if chance.random() < 0.2:  # after which all the facts are about another span
        project.decisions.apply(recut(clip, Span(0, chance.randint(1, 99_999))))
