"""How long a person waits to see what makes two sets different."""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from curator.domain.decision import correct_text, drop, give_emotion, keep
from curator.domain.fact import ClipFact
from curator.domain.snapshot import Kind
from curator.store.project import Project
from tests.benchmarks.rows import Row
from tests.helpers.factories import TRANSCRIBE, a_cut, a_recording, a_transcript, an_empty_project

CLIPS = 40_000
RECORDINGS = 20
LIMIT_S = 1.0
BACK_LIMIT_S = 2.0
CHANGED = 2_000


def rows() -> Iterator[Row]:
    """A comparison with the present, and the way back, at 40,000 clips."""
    with tempfile.TemporaryDirectory() as folder:
        project = crowd(Path(folder))
        some = random.Random(1).sample(project.clips.ids(), 3 * CHANGED)
        project.decisions.apply(keep(project.clips.ids()))
        project.snapshots.take("monday")
        state = project.decisions.state_hash()
        project.decisions.apply(drop(some[:CHANGED]))
        project.decisions.apply(give_emotion(some[CHANGED : 2 * CHANGED], "tension"))
        project.decisions.apply(correct_text(some[2 * CHANGED :], "Welcome back"))
        yield _compare(project)
        yield _back(project, state)
        project.close()


def crowd(folder: Path) -> Project:
    """Clips with texts, of recordings without sound."""
    project = an_empty_project(folder)
    each = CLIPS // RECORDINGS
    for number in range(RECORDINGS):
        recording = a_recording(project, f"/speech/{number}.wav", seconds=each * 5.0)
        spans = [(i * 5.0, i * 5.0 + 4) for i in range(each)]
        project.clips.replace_cut(a_cut(recording, spans))
    project.facts.add(
        ClipFact(clip, span, TRANSCRIBE, a_transcript(f"sentence number {clip}", span))
        for clip, _, span in project.clips.spans()
    )
    return project


def _compare(project: Project) -> Row:
    started, started_wall = time.process_time(), time.perf_counter()
    found = project.snapshots.compare("monday")
    sentences = found.sentences
    took, took_wall = time.process_time() - started, time.perf_counter() - started_wall
    expected = dict.fromkeys((Kind.DROPPED, Kind.RELABELLED, Kind.REWORDED), CHANGED)
    return Row(
        id="snapshot-compare",
        measure=f"a snapshot of {CLIPS:,} clips compared with the present, in words: CPU",
        peer_name="",
        peer=None,
        ours=took,
        unit="CPU s",
        pass_line=LIMIT_S,
        equal=dict(found.counts) == expected and len(sentences) == 3,
        note=f"{took_wall:.2f} s wall; {CHANGED:,} clips each dropped, re-labelled, re-worded",
        is_limit=True,
    )


def _back(project: Project, state: str) -> Row:
    after = project.decisions.state_hash()
    started = time.process_time()
    project.snapshots.back("monday")
    took = time.process_time() - started
    same = project.decisions.state_hash() == state
    project.decisions.undo()
    return Row(
        id="snapshot-back",
        measure=f"going back to a snapshot of {CLIPS:,} clips, as one edit",
        peer_name="",
        peer=None,
        ours=took,
        unit="CPU s",
        pass_line=BACK_LIMIT_S,
        equal=same and project.decisions.state_hash() == after,
        note="the very state of then; undo gives the very state before",
        is_limit=True,
    )
