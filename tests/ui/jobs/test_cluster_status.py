"""The list of jobs says which part of a cluster a job uses and how fast its stages were."""

import re
import threading
from contextlib import contextmanager

import pytest

from curator.jobs.cluster import connection
from curator.jobs.cluster.used_nodes import UsedNodes
from curator.ui.job_progress import JobProgress
from curator.ui.jobs.tray import JobTray
from curator.ui.jobs.work_list import WorkList
from tests.helpers.fake_ray import FakeCluster
from tests.helpers.sound_project import a_file, heard_project
from tests.jobs.cluster.test_ray_cluster import only_if_asked

WAIT_MS = 120_000


@pytest.fixture
def tray(qtbot):
    tray = JobTray(WorkList())
    qtbot.addWidget(tray)
    return tray


def follow_jobs(session, tray):
    return JobProgress(session, tray._work)


def shown(tray):
    return tray.rows[0].cluster.text() if tray.rows else ""


def test_a_job_on_a_cluster_shows_its_nodes_and_the_rates_of_its_stages(
    qtbot, session, tray, monkeypatch
):
    clips, may_end = len(session.project.clips.ids()), threading.Event()
    answered = []

    def before_item(_node, item):
        if len(answered) == clips:  # the second stage has started
            may_end.wait(60)
        answered.append(item)
        return ""

    fake = FakeCluster({"fake node": 0}, before_item)
    fake.project = session.project.path

    @contextmanager
    def fake_executor_of(choice, workers, progress, follow):
        assert choice.on == "ray://fake:10001"
        follow(UsedNodes(nodes=3, cpus=1024, gpus=1))
        yield fake

    monkeypatch.setattr(connection, "executor_of", fake_executor_of)
    follow_jobs(session, tray)
    session.settings.set("cluster", "ray://fake:10001")
    with qtbot.waitSignal(session.jobs.ended, timeout=WAIT_MS) as ended:
        session.analyse("edges", "delivery")
        qtbot.waitUntil(lambda: "clip edges" in shown(tray), timeout=WAIT_MS)
        running = shown(tray)
        may_end.set()
    assert ended.args[0].outcome == "finished"
    assert re.fullmatch(
        r"Ray cluster: 3 nodes, 1,024 CPUs, 1 GPU\. "
        r"Finished: (.* real time, )?checking clip edges [\d.,]+× real time\.",
        running,
    )
    session.jobs.progress.begin("import")
    assert session.jobs.progress.nodes is None
    assert session.jobs.progress.ended == ()


def test_a_job_of_this_machine_shows_no_cluster(qtbot, session, tray):
    may_end = threading.Event()
    follow_jobs(session, tray)
    with qtbot.waitSignal(session.jobs.ended, timeout=WAIT_MS):
        session.jobs.ask("analyse", lambda _work: may_end.wait(60))
        qtbot.waitUntil(lambda: bool(tray.rows), timeout=WAIT_MS)
        assert tray.rows[0].cluster.isHidden()
        may_end.set()


@pytest.mark.slow
@pytest.mark.posix(reason="starts Ray as processes of one machine")
@only_if_asked
def test_a_real_cluster_of_this_machine_is_shown(qtbot, session_of, tray, tmp_path):
    pytest.importorskip("ray", reason="Ray, the extra `cluster`, is not installed")
    session = session_of(heard_project(tmp_path, a_file(tmp_path, "wav")))
    follow_jobs(session, tray)
    session.settings.set("cluster", "ray:local")
    session.settings.set("processes", 2)
    with qtbot.waitSignal(session.jobs.ended, timeout=4 * WAIT_MS) as ended:
        session.analyse("edges")
    assert ended.args[0].outcome == "finished"
    assert shown(tray) == "Ray cluster: 1 node, 2 CPUs, 0 GPUs."
