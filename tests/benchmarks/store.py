"""How long a person waits for a decision to be on disk, and for the answer to a query."""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from curator.domain.clip_query import parse
from curator.domain.decision import drop, give_emotion, keep
from curator.store.project import Project
from tests.benchmarks.large_project import CLIPS, a_large_project
from tests.benchmarks.rows import Row

BULK = 40_000
ROUNDS = 5
DECISIONS = 300
"""Per round. The quietest round counts, since a neighbour's disk traffic is not our doing."""
DURABLE_LIMIT_MS = 10.0
BULK_LIMIT_S = 0.5
QUERY = "state:kept emotion:tension snr>20 duration<3 -arviz"


def rows() -> Iterator[Row]:
    """S16, and the query over 100,000 clips."""
    with tempfile.TemporaryDirectory() as folder:
        project = a_large_project(Path(folder))
        yield _durable(project, Path(folder))
        yield _bulk(project)
        yield _query(project)
        project.close()


def _durable(project: Project, folder: Path) -> Row:
    chance = random.Random(2)
    clips = chance.sample(project.clips.ids(), ROUNDS * DECISIONS)
    ours, bare = [], []
    for number in range(ROUNDS):
        some = clips[number * DECISIONS : (number + 1) * DECISIONS]
        ours.append(_times_ms(lambda clip: project.decisions.apply(keep([clip])), some))
        bare.append(_bare_commits_ms(folder / "bare", DECISIONS))
    every = [took for times in ours for took in times]
    (synchronous,) = project._database.read("PRAGMA synchronous").fetchone()
    with Project.open(project.path, write=False) as reader:
        stored = set(reader.clips.ids(parse("state:kept"))) == set(clips)
    return Row(
        id="S16",
        measure=f"one decision, durable, among {CLIPS:,} clips: wall time, 99th percentile",
        peer_name="a bare write of 4 kB and fsync",
        peer=min(_percentile(times, 0.99) for times in bare),
        ours=min(_percentile(times, 0.99) for times in ours),
        unit="ms",
        pass_line=DURABLE_LIMIT_MS,
        equal=stored and synchronous == 2,
        note=(
            f"quietest of {ROUNDS} rounds of {DECISIONS}; over all rounds "
            f"{_percentile(every, 0.99):.1f} ms, median {_percentile(every, 0.5):.1f} "
            f"ms; every decision read back by a second connection, synchronous=FULL"
        ),
        is_limit=True,
    )


def _bulk(project: Project) -> Row:
    clips = project.clips.ids()[:BULK]
    before = project.decisions.state_hash()
    started, started_wall = time.process_time(), time.perf_counter()
    project.decisions.apply(drop(clips))
    took, took_wall = time.process_time() - started, time.perf_counter() - started_wall
    after = project.decisions.state_hash()
    project.decisions.undo()
    undone = project.decisions.state_hash() == before != after
    project.decisions.redo()
    return Row(
        id="S16-bulk",
        measure=f"one edit of {BULK:,} clips, durable and undoable",
        peer_name="",
        peer=None,
        ours=took,
        unit="CPU s",
        pass_line=BULK_LIMIT_S,
        equal=undone and project.decisions.state_hash() == after,
        note=f"{took_wall:.2f} s wall; undo gives the exact state before, redo the one after",
        is_limit=True,
    )


def _query(project: Project) -> Row:
    clips = project.clips.ids()
    project.decisions.apply(keep(clips[::2]))
    project.decisions.apply(give_emotion(clips[: CLIPS // 2], "tension"))
    started = time.process_time()
    loaded = project.clips.find()
    loading = time.process_time() - started
    query = parse(QUERY)
    started = time.process_time()
    expected = [clip.id for clip in loaded if query.matches(clip)]
    peer = time.process_time() - started
    ours = min(_cpu_s(lambda: project.clips.ids(query)) for _ in range(3))
    return Row(
        id="S16-query",
        measure=f"'{QUERY}' over {CLIPS:,} clips",
        peer_name="the same in Python over loaded clips",
        peer=peer * 1000,
        ours=ours * 1000,
        unit="CPU ms",
        pass_line=1.0,
        equal=project.clips.ids(query) == expected,
        note=f"{len(expected):,} clips, the same; loading all clips takes {loading:.1f} CPU s",
    )


def _times_ms(decide: Callable[[int], object], clips: Sequence[int]) -> list[float]:
    times = []
    for clip in clips:
        started = time.perf_counter()
        decide(clip)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _bare_commits_ms(path: Path, count: int) -> list[float]:
    """What the disk itself takes to make 4 kB durable."""
    with path.open("wb", buffering=0) as file:

        def commit(_: int) -> None:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        return _times_ms(commit, range(count))


def _cpu_s(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]
