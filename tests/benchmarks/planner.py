"""How soon the planner follows a label, and how soon suggestions are learned anew.

There is no peer: the peer is doing it the plain way, by counting all clips again.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from curator.domain.balance import balance
from curator.domain.decision import give_emotion, keep
from curator.domain.fact import ClipFact, SpeakerVector
from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.planning import planner_of, retell
from curator.jobs.suggesting import suggest
from curator.store.project import Project
from tests.benchmarks.rows import Row
from tests.helpers.factories import EMBED, TRANSCRIBE, a_cut, a_recording, a_transcript
from tests.helpers.factories import an_empty_project as an_empty
from tests.helpers.labels import KINDS, give_deliveries

PLANNED, LEARNED = 40_000, 5_000
LABELS = 30
FOLLOW_LIMIT_MS = 200.0
LEARN_LIMIT_S = 2.0


def rows() -> Iterator[Row]:
    """A label followed among 40,000 clips, and learning at 5,000."""
    with tempfile.TemporaryDirectory() as folder, a_show(Path(folder), PLANNED) as project:
        yield _following(project)
    with tempfile.TemporaryDirectory() as folder, a_show(Path(folder), LEARNED) as project:
        give_deliveries(project)
        _give_voices(project)
        yield _learning(project)


def a_show(folder: Path, clips: int) -> Project:
    """Clips with texts, of which the first half is kept with a category."""
    project = an_empty(folder)
    recording = a_recording(project, seconds=clips * 5.0)
    project.clips.replace_cut(a_cut(recording, [(i * 5.0, i * 5.0 + 4.0) for i in range(clips)]))
    project.facts.add(
        ClipFact(clip, span, TRANSCRIBE, a_transcript(f"This is sentence {clip % 30_000}.", span))
        for clip, _, span in project.clips.spans()
    )
    ids = project.clips.ids()
    half = ids[: clips // 2]
    for place, kind in enumerate(KINDS):
        project.decisions.apply(give_emotion(half[place::3], kind))
    project.decisions.apply(keep(half))
    return project


def _give_voices(project: Project) -> None:
    rng = np.random.default_rng(0)
    usual = np.abs(rng.normal(size=256))
    facts = []
    for clip, _, span in project.clips.spans():
        row = np.maximum(usual + rng.normal(0, 0.3, 256), 0)
        values = (row / np.linalg.norm(row)).astype("<f4").tobytes()
        facts.append(ClipFact(clip, span, EMBED, SpeakerVector(values)))
    project.facts.add(facts)


def _following(project: Project) -> Row:
    planner = planner_of(project)
    open_ones = project.clips.ids()[PLANNED // 2 :]
    took = []
    for clip in open_ones[:LABELS]:
        touched = project.decisions.apply(give_emotion([clip], "tension")).clips
        began = time.perf_counter()
        retell(planner, project, touched)
        planner.plan()
        took.append((time.perf_counter() - began) * 1_000)
    found = planner.plan().balance
    began = time.perf_counter()
    expected = balance(project.clips.find(), project.settings.emotions)
    peer = (time.perf_counter() - began) * 1_000
    same = [(each.clips, each.undecided) for each in found.categories] == [
        (each.clips, each.undecided) for each in expected.categories
    ]
    return Row(
        id="planner",
        measure=f"the planner after a label, {PLANNED:,} clips: wall time",
        peer_name="counting all clips again",
        peer=peer,
        ours=quantiles(took, n=10)[-1],
        unit="ms",
        pass_line=FOLLOW_LIMIT_MS,
        equal=same,
        note=f"nine of ten of {LABELS} labels; median {median(took):.1f}, slowest "
        f"{max(took):.1f} ms; counts equal a new count",
        is_limit=True,
    )


def _learning(project: Project) -> Row:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    verdict = suggest(JobContext.at_once(project, NoProgress()))
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = project.facts.suggestions()
    open_ones = project.clips.ids()[LEARNED // 2 :]
    right = [found[clip].emotion == KINDS[(clip - 1) % 3] for clip in open_ones]
    return Row(
        id="suggest",
        measure=f"suggestions learned anew, {LEARNED:,} clips, half of them labelled",
        peer_name="-",
        peer=None,
        ours=cpu,
        unit="CPU s",
        pass_line=LEARN_LIMIT_S,
        equal=verdict.good and float(np.mean(right)) > 0.9,
        note=f"the whole worker process, its start included; {np.mean(right):.1%} of the "
        f"suggestions right; stored after {wall:.1f} s",
        is_limit=True,
    )
