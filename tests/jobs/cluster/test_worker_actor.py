"""The actor of a node without Ray: its worker process is real."""

from pathlib import Path

import pytest

from curator.jobs.cluster import worker_actor
from curator.jobs.cluster.node_store import FOLDER, chunks_of
from curator.jobs.cluster.share_files import snapshot
from curator.jobs.job import Job
from curator.jobs.messages import Done, from_line
from tests.helpers.factories import a_project


@pytest.fixture
def actor(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path / "node"))
    made = worker_actor.WorkerActor(10**9)
    yield made
    made.cancel()


@pytest.fixture
def share(tmp_path):
    """A share of clips without sound, and the project file that it needs."""
    with a_project(tmp_path, 5) as project:
        clips = tuple(project.clips.ids())
        file = snapshot(project.path, tmp_path)
    return Job("edges", "nowhere", items=clips), file, list(chunks_of(Path(file.path)))


def answers(actor):
    """Messages to the end of a share, by answer."""
    parts = []
    while not parts or parts[-1][-1:] != [Done()]:
        answer = actor.poll(30.0)
        assert not answer.ended, answer
        parts.append([from_line(line) for line in answer.lines])
    return parts


def test_a_share_starts_once_its_files_are_there(actor, share):
    job, file, chunks = share
    assert not actor.begin(job, [file], "")
    assert actor._store.receive(file, iter(chunks)) == ""
    assert actor.begin(job, [file], "")
    assert answers(actor)[-1][-1] == Done()


def test_the_next_stage_runs_in_the_same_process(actor, share):
    job, file, chunks = share
    actor._store.receive(file, iter(chunks))
    processes, shares = [], []
    for stage in ("edges", "delivery"):
        shares.append(actor.begin(Job(stage, job.project, items=job.items), [file], ""))
        assert shares[-1]
        answers(actor)
        processes.append(actor._process._process.pid)
    assert processes[0] == processes[1]
    assert len(list((actor._store._shares).iterdir())) == 1, "the first share is removed"
    actor.finish(shares[0])  # a late call
    assert [path.name for path in actor._store._shares.iterdir()] == shares[1:]
    actor.finish(shares[1])
    assert list((actor._store._shares).iterdir()) == []


class FakeProcess:
    """A process without an end."""

    def new_log(self):
        return ""


def test_lines_are_gathered_and_the_last_one_is_not_waited_for(actor, monkeypatch):
    monkeypatch.setattr(worker_actor, "GATHER_S", 3600.0)  # the last line comes earlier
    actor._process = FakeProcess()
    for line in (b"1\n", b"2\n", worker_actor.DONE):
        actor._lines.put(line)
    assert actor.poll(3600.0).lines == [b"1\n", b"2\n", worker_actor.DONE]
    for _ in range(worker_actor.AT_ONCE + 1):
        actor._lines.put(b"3\n")
    assert len(actor.poll(3600.0).lines) == worker_actor.AT_ONCE
    monkeypatch.setattr(worker_actor, "GATHER_S", 0.0)
    assert actor.poll(3600.0).lines == [b"3\n"]
    assert actor.poll(0.0).lines == []
    actor._process = None
