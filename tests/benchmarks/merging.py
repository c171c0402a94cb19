"""How long a person waits for another project to come in, and how fast copies are heard."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from curator.audio.fingerprint import Library, fingerprint
from curator.audio.waveform import CACHE_RATE
from curator.domain.decision import drop, give_emotion, keep
from curator.domain.merging import Rule
from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.merging import plan_merge
from curator.store.project import Project
from tests.benchmarks.large_project import RECORDINGS, a_large_project
from tests.benchmarks.rows import Row
from tests.helpers.sounds import speech_like

SHARED = RECORDINGS // 5
CONFLICTS = 3_000
CLIPS = 40_000
LIMIT_S = 10.0
HEARD_S = 600.0
LEAST_RATE = 100.0
"""Seconds of sound a CPU second: an hour in half a minute, a tenth of what transcribing takes."""


def rows() -> Iterator[Row]:
    """A merge of two projects of 40,000 clips that share a fifth, and the ear for copies."""
    with tempfile.TemporaryDirectory() as folder:
        yield _merge(Path(folder))
    yield _hear()


def _merge(folder: Path) -> Row:
    mine = a_large_project(folder, CLIPS)
    ids, path = mine.clips.ids(), mine.path
    mine.close()
    shutil.copytree(path, folder / "other.curator")
    with Project.open(folder / "other.curator") as other:
        other.decisions.apply(keep(ids))
        other.decisions.apply(give_emotion(ids, "tension"))
        with other.writing():  # the others hold the same sound as none of mine
            other._database.write(
                "UPDATE recording SET content_hash = 'f' || substr(content_hash, 2), "
                "sound_key = 'f' || substr(sound_key, 2) WHERE id > ?",
                (SHARED,),
            )
    with Project.open(path) as mine:
        mine.decisions.apply(drop(ids[:CONFLICTS]))
        before = mine.decisions.state_hash()
        started = time.process_time()
        plan = plan_merge(JobContext.at_once(mine, NoProgress()), folder / "other.curator")
        mine.merging.apply(plan.decided(Rule.MINE))
        took = time.process_time() - started
        places = {(recording, span) for _, recording, span in mine.clips.spans()}
        shared = CLIPS * SHARED // RECORDINGS
        whole = len(places) == mine.clips.count() == 2 * CLIPS - shared
        named = len(plan.conflicts) == CONFLICTS
        mine.decisions.undo()
        undone = mine.decisions.state_hash() == before
    return Row(
        id="merge",
        measure=f"two projects of {CLIPS:,} clips that share a fifth, planned and merged",
        peer_name="",
        peer=None,
        ours=took,
        unit="CPU s",
        pass_line=LIMIT_S,
        equal=whole and named and undone,
        note=f"no place twice, {CONFLICTS:,} conflicts named, undo gives the very state before",
        is_limit=True,
    )


def _hear() -> Row:
    parts = [speech_like(30.0, CACHE_RATE, seed) for seed in range(int(HEARD_S / 30.0))]
    sound = np.round(32_767 * np.concatenate(parts)).astype(np.int16)
    part = sound[1_000_003 : 1_000_003 + 8 * CACHE_RATE]
    started = time.process_time()
    library = Library({1: fingerprint(sound)}, {1: sound})
    (found,) = library.find(fingerprint(part), part)
    took = time.process_time() - started
    return Row(
        id="merge heard",
        measure=f"{HEARD_S / 60:.0f} minutes listened to for copies",
        peer_name="",
        peer=None,
        ours=took,
        unit="CPU s",
        pass_line=HEARD_S / LEAST_RATE,
        equal=found.shift == 1_000_003,
        note=f"{HEARD_S / took:.0f} s of sound a CPU second; a part of 8 s found to the sample",
        is_limit=True,
    )
