import threading
from pathlib import Path

import pytest

from curator.domain.decision import State, keep
from curator.domain.errors import CuratorError
from curator.domain.fact import Score
from curator.domain.progress import RecordingProgress
from curator.jobs.context import JobContext
from curator.jobs.result_writer import write_facts
from curator.store.project import Project
from curator.ui.job_queue import Ending, JobQueue
from curator.ui.session import Session
from tests.helpers.factories import found
from tests.helpers.stalls import watched
from tests.screens.states import normal


def run(qtbot, queue: JobQueue, task, what: str = "analyse") -> Ending:
    with qtbot.waitSignal(queue.ended) as ended:
        queue.ask(what, task)
    assert not queue.running
    return ended.args[0]


def test_what_finishes_hands_over_its_result_and_then_ends(qtbot, session: Session):
    told = []
    session.jobs.began.connect(lambda what: told.append(("began", what)))
    session.jobs.produced.connect(lambda what, result: told.append((what, result)))
    session.jobs.ended.connect(lambda ending: told.append(("ended", ending.outcome)))
    run(qtbot, session.jobs, lambda work: 42)
    assert told == [("began", "analyse"), ("analyse", 42), ("ended", "finished")]


def test_an_error_of_the_world_is_told_with_its_hint(qtbot, session: Session):
    def task(work: JobContext) -> None:
        raise CuratorError("The disk is full.", "Make room.")

    assert run(qtbot, session.jobs, task) == Ending(
        "analyse", "failed", "The disk is full.", "Make room."
    )


def test_a_fault_of_the_program_is_told_with_where_it_arose(qtbot, session: Session):
    ending = run(qtbot, session.jobs, lambda work: 1 / 0)
    assert ending.outcome == "failed"
    assert "test_job_queue" in ending.details


def test_cancelling_ends_what_runs_and_forgets_what_waits(qtbot, session: Session):
    running = threading.Event()

    def task(work: JobContext) -> None:
        running.set()
        work.stop.wait()
        work.look_up()

    endings = []
    session.jobs.ended.connect(endings.append)
    with qtbot.waitSignal(session.jobs.ended):
        session.jobs.ask("analyse", task)
        session.jobs.ask("analyse", lambda work: pytest.fail("it should be forgotten"))
        assert running.wait(60)
        session.jobs.cancel()
    assert [ending.outcome for ending in endings] == ["cancelled"]
    assert not session.jobs.waiting


def test_an_analysis_runs_where_the_setting_says(qtbot, session: Session):
    session.settings.set("cluster", "elsewhere")
    with qtbot.waitSignal(session.jobs.ended) as ended:
        session.analyse()
    assert ended.args[0].sentence == "'elsewhere' is no place to run."


def test_worker_processes_report_how_far_each_recording_is(qtbot, session_of, tmp_path: Path):
    session = session_of(Project.open(normal(tmp_path)))
    told: list[tuple[str, RecordingProgress]] = []
    session.jobs.recording_progressed.connect(
        lambda progress: told.append((session.jobs.progress.step, progress))
    )
    with qtbot.waitSignal(session.jobs.ended, timeout=120_000) as ended:
        session.analyse("delivery")
    assert ended.args[0].outcome == "finished"
    assert {step for step, _ in told} == {"delivery"}
    first, last = told[0][1], told[-1][1]
    clips, rate = session.project.clips, session.project.recordings.get(1).rate
    seconds = sum(span.seconds(rate) for _, _, span in clips.spans())
    assert first == RecordingProgress(1, 0.0, pytest.approx(seconds))
    assert last == RecordingProgress(1, pytest.approx(seconds), pytest.approx(seconds))
    assert [progress.done_s for _, progress in told] == sorted(p.done_s for _, p in told)


def test_work_waits_in_line(qtbot, session: Session):
    done = []
    with qtbot.waitSignals([session.jobs.ended] * 2):
        session.jobs.ask("import", lambda work: done.append("first"))
        session.jobs.ask("analyse", lambda work: done.append("second"))
    assert done == ["first", "second"]


def test_facts_are_written_by_the_window_and_told_in_one_go(qtbot, session: Session):
    clips = session.project.clips.ids()
    writers = set()

    def task(work: JobContext) -> None:
        for clip in clips:
            write_facts(work.write, [found(work.project, clip, Score("snr", 20.0))])
        work.write(lambda project: writers.add(threading.current_thread()))

    told = []
    session.facts_changed.connect(told.append)
    session._arriving._timer.setInterval(10**6)  # however long the writes take
    run(qtbot, session.jobs, task)
    assert told == []
    session._arriving._timer.start(0)
    qtbot.waitUntil(lambda: bool(told))
    assert writers == {threading.main_thread()}
    assert len(told) == 1
    assert session.project.clips.get(clips[-1]).scores["snr"] == 20.0


def test_a_person_decides_while_facts_arrive_and_the_window_stays_awake(qtbot, session: Session):
    clips = session.project.clips.ids()

    def task(work: JobContext) -> None:
        facts = [found(work.project, clips[i % 6], Score(f"s{i}", 1.0)) for i in range(3000)]
        write_facts(work.write, facts)

    with watched() as watch:
        session.jobs.written.connect(lambda _: session.apply(keep([clips[0]])))
        run(qtbot, session.jobs, task)
    watch.require_none()
    assert session.project.clips.get(clips[0]).state == State.KEPT


def test_a_refused_write_is_raised_where_it_was_asked_for(qtbot, session: Session):
    def task(work: JobContext) -> str:
        try:
            work.write(lambda project: 1 / 0)
        except ZeroDivisionError:
            return "raised"
        return "lost"

    with qtbot.waitSignal(session.jobs.produced) as produced:
        session.jobs.ask("analyse", task)
    assert produced.args[1] == "raised"


def test_closing_while_something_is_written_waits_for_nobody(qtbot, session: Session):
    started = threading.Event()

    def task(work: JobContext) -> None:
        started.set()
        work.write(lambda project: None)

    session.jobs.ask("analyse", task)
    assert started.wait(60)
    session.close()
    assert not session.jobs.running


def test_progress_that_comes_fast_is_not_told_each_time(qtbot, session: Session):
    told = []
    session.jobs.progressed.connect(lambda items, seconds: told.append(items))

    def task(work: JobContext) -> None:
        work.watcher.started("score", 1000, 1000.0)
        for number in range(1000):
            work.watcher.progressed(number + 1, number + 1.0)

    run(qtbot, session.jobs, task)
    assert told[-1] == 1000
    assert len(told) < 500
