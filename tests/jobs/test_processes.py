"""Real worker processes: kept between the stages of a job, ended with it."""

import pytest

from curator.jobs.job import Job
from curator.jobs.messages import Done, Stopped
from curator.jobs.processes import IdleProcesses, LocalProcesses, process_kind
from tests.helpers.factories import an_empty_project


@pytest.fixture
def job(tmp_path):
    with an_empty_project(tmp_path) as project:
        return Job("edges", str(project.path))


def run(executor, jobs):
    """Messages of a round, and the processes that it had."""
    workers = executor.start(jobs)
    processes = [each._process.pid for each in workers._processes]
    try:
        return [message for message in workers.listen() if message], processes
    finally:
        workers.close()


def test_the_next_stage_runs_in_the_same_processes(job):
    idle = IdleProcesses()
    executor = LocalProcesses(idle)
    first, processes = run(executor, [job, job])
    second, same = run(executor, [job, job])
    assert sorted(first) == sorted(second) == [(0, Done()), (1, Done())]
    assert sorted(same) == sorted(processes)
    kept = list(idle._processes)
    idle.close()
    assert not any(process.is_running for process in kept)


def test_a_process_that_is_stopped_at_work_is_not_kept(job):
    idle = IdleProcesses()
    workers = LocalProcesses(idle).start([job])
    [process] = workers._processes
    workers.close()
    assert not process.is_running
    assert idle._processes == []


def test_a_process_that_ends_while_it_waits_is_replaced(job):
    idle = IdleProcesses()
    executor = LocalProcesses(idle)
    _, [first] = run(executor, [job])
    idle._processes[0].stop()
    messages, [second] = run(executor, [job])
    assert messages == [(0, Done())]
    assert first != second
    idle.close()


def test_a_job_with_a_sentence_leaves_its_process_usable(job):
    idle = IdleProcesses()
    executor = LocalProcesses(idle)
    unknown = Job("no such stage", job.project)
    messages, [first] = run(executor, [unknown])
    assert isinstance(messages[0][1], Stopped)
    messages, [second] = run(executor, [job])
    assert messages == [(0, Done())]
    assert first == second
    idle.close()


def test_a_job_with_other_threads_has_another_process(job):
    from msgspec.structs import replace

    other = replace(job, options=replace(job.options, threads=2))
    assert process_kind(job) != process_kind(other)
    idle = IdleProcesses()
    executor = LocalProcesses(idle)
    _, [first] = run(executor, [job])
    _, [second] = run(executor, [other])
    assert first != second
    idle.close()
