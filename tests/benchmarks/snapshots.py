"""How long a person waits to see what makes two sets different."""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from curator.domain.decision import PROJECT, Edit, Field, correct_text, drop, give_emotion, keep
from curator.domain.recipe import Recipe, RecipeStep, none
from curator.domain.snapshot import Kind
from curator.domain.weights import Weights
from curator.store.project import Project
from tests.benchmarks.large_project import a_large_project
from tests.benchmarks.rows import Row

CLIPS = 40_000
LIMIT_S = 1.0
BACK_LIMIT_S = 2.0
CHANGED = 2_000


def rows() -> Iterator[Row]:
    """A comparison with the present, and the way back, at 40,000 clips."""
    with tempfile.TemporaryDirectory() as folder:
        project = a_large_project(Path(folder), CLIPS)
        some = random.Random(1).sample(project.clips.ids(), 4 * CHANGED)
        project.decisions.apply(keep(project.clips.ids()))
        rumble = Recipe("rumble", (RecipeStep.of("highpass", 1, {"hz": 80.0}),))
        recipe = project.cleanings.add_recipe(rumble)
        recordings = dict.fromkeys((each.id for each in project.recordings.all()), recipe)
        project.decisions.apply(Edit("Clean", Field.RECORDING_RECIPE, recordings))
        project.snapshots.take("monday")
        state = project.decisions.state_hash()
        project.decisions.apply(drop(some[:CHANGED]))
        project.decisions.apply(give_emotion(some[CHANGED : 2 * CHANGED], "tension"))
        project.decisions.apply(correct_text(some[2 * CHANGED : 3 * CHANGED], "Welcome back"))
        others = dict.fromkeys(some[3 * CHANGED :], project.cleanings.add_recipe(none()))
        project.decisions.apply(Edit("As recorded", Field.RECIPE, others))
        weights = {PROJECT: Weights(0.5).to_json()}
        project.decisions.apply(Edit("Weigh", Field.WEIGHTS, weights))
        yield _compare(project)
        yield _back(project, state)
        project.close()


def _compare(project: Project) -> Row:
    started, started_wall = time.process_time(), time.perf_counter()
    found = project.snapshots.compare("monday")
    sentences = found.sentences
    took, took_wall = time.process_time() - started, time.perf_counter() - started_wall
    kinds = (Kind.DROPPED, Kind.RELABELLED, Kind.REWORDED, Kind.RECLEANED)
    expected = dict.fromkeys(kinds, CHANGED)
    return Row(
        id="snapshot-compare",
        measure=f"a snapshot of {CLIPS:,} clips compared with the present, in words: CPU",
        peer_name="",
        peer=None,
        ours=took,
        unit="CPU s",
        pass_line=LIMIT_S,
        equal=dict(found.counts) == expected and len(sentences) == 4,
        note=f"{took_wall:.2f} s wall; {CHANGED:,} clips each dropped, re-labelled, "
        "re-worded, cleaned otherwise; other weights",
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
