"""Analysis on real Ray nodes: equal facts, deaths, kills, nodes that do not fit.

CURATOR_CLUSTER_TESTS=1 runs them; nodes of Ray do not start on a busy machine.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.helpers.commands import command, done
from tests.helpers.factories import an_empty_project
from tests.helpers.ray_cluster import fact_hashes, small_cluster, workers_of
from tests.helpers.sound_project import a_file, heard_project
from tests.helpers.speech import add_speech

only_if_asked = pytest.mark.skipif(
    not os.environ.get("CURATOR_CLUSTER_TESTS"),
    reason="Ray gives up on a busy machine; set CURATOR_CLUSTER_TESTS=1 on an idle one",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.posix(reason="starts nodes of Ray as processes of one machine"),
    only_if_asked,
]
STAGES = ("--only", "edges")
ON = ("--on", "auto", "--sound", "send")
TOP = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def shows(tmp_path_factory):
    """A project with clips, and its copy after an analysis by processes of this machine."""
    folder = tmp_path_factory.mktemp("shows")
    with heard_project(folder, a_file(folder, "wav", 190.0), clips=60, seconds=2.0) as project:
        fresh = project.path
    local = folder / "local.curator"
    shutil.copytree(fresh, local)
    done("analyse", local, *STAGES, "--jobs", 2)
    return fresh, local


@pytest.fixture
def show(shows, tmp_path):
    copy = tmp_path / "show.curator"
    shutil.copytree(shows[0], copy)
    return copy


def analyse(project, *more, **options):
    return subprocess.run(
        command("analyse", project, *STAGES, *ON, *more),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        **options,
    )


def shares_on(cluster):
    """Folders of shares on the nodes."""
    return {path for store in cluster.stores for path in (store / "shares").glob("*")}


def working_driver(show):
    """The analysis in a process of its own, once it has reported progress."""
    driver = subprocess.Popen(
        command("analyse", show, *STAGES, *ON, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in driver.stdout:
        if '"progress"' in line:
            break
    return driver


def test_two_nodes_without_the_disk_find_the_same_facts(cluster, shows, show):
    limit = 7_000_000  # bytes: the sound of the show has 6.2 MB
    killed = shares_on(cluster)  # of drivers that another test has killed, swept by age
    ran = analyse(show, "--node-cache", limit / 1e9)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("takes part: 1 CPUs; sound is sent to it") == 2
    assert fact_hashes(show) == fact_hashes(shows[1])
    for store in cluster.stores:
        files = list((store / "files").iterdir())
        assert 0 < sum(file.stat().st_size for file in files) <= limit
    assert shares_on(cluster) <= killed
    assert (show / "cache" / "cluster.log").exists()


def test_a_driver_that_is_killed_goes_on_where_it_was(cluster, shows, show):
    with working_driver(show) as driver:
        driver.send_signal(signal.SIGKILL)
    ran = analyse(show)
    assert ran.returncode == 0, ran.stderr
    assert fact_hashes(show) == fact_hashes(shows[1])


def test_workers_killed_at_random_moments_change_nothing(cluster, shows, tmp_path):
    rng, kills, runs = random.Random(1), 0, 0
    while kills < 10:
        runs += 1
        show = tmp_path / f"{runs}.curator"
        shutil.copytree(shows[0], show)
        words = command("analyse", show, *STAGES, *ON)
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as driver:
            while driver.poll() is None:
                time.sleep(rng.uniform(0.2, 1.5))
                actors = workers_of(cluster.stores[0].parent)
                if actors and driver.poll() is None:
                    os.kill(rng.choice(actors), signal.SIGKILL)
                    kills += 1
            sentences = driver.stderr.read()
        if driver.returncode:  # an item that met two kills was reported; a second run has it
            assert "its worker is gone" in sentences
            assert analyse(show).returncode == 0
        assert fact_hashes(show) == fact_hashes(shows[1])
        assert runs < 10 or kills


def test_a_node_of_another_version_is_refused_by_name(cluster, show, tmp_path):
    other = tmp_path / "other"
    ignored = shutil.ignore_patterns("__pycache__", "ui")
    for name in ("curator", "resources"):
        shutil.copytree(TOP / name, other / name, ignore=ignored)
    init = other / "curator" / "__init__.py"
    init.write_text(init.read_text().replace('__version__ = "', '__version__ = "9'))
    node = cluster.add_node(PYTHONPATH=str(other), PYTHONSAFEPATH="1")
    try:
        ran = analyse(show)
    finally:
        cluster.remove_node(node)
    assert ran.returncode == 0, ran.stderr
    assert "Install the same version on both." in ran.stderr


def test_a_node_with_a_gpu_transcribes_while_the_others_analyse(cluster, tmp_path):
    stages = ("--only", "transcribe,segment,edges,delivery", "--whisper", "tiny.en")
    with an_empty_project(tmp_path) as project:
        add_speech(project, 3)
        here = project.path
    there = tmp_path / "there.curator"
    shutil.copytree(here, there)
    done("analyse", here, *stages)
    node = cluster.add_node(gpus=1, CURATOR_NODE_CACHE=str(tmp_path / "node"))
    try:
        ran = subprocess.run(
            command("analyse", there, *stages, *ON), capture_output=True, text=True, check=False
        )
    finally:
        cluster.remove_node(node)
    assert ran.returncode == 0, ran.stderr
    assert "takes part: 1 CPUs, 1 GPUs" in ran.stderr
    assert fact_hashes(there) == fact_hashes(here)


# Ray does not close the log of its client server.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_driver_outside_the_cluster_reaches_it_by_its_address(shows, show, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with small_cluster(
        1, {"ray_client_server_port": port}, CURATOR_NODE_CACHE=str(tmp_path / "node")
    ):
        ran = analyse(show, "--on", f"ray://127.0.0.1:{port}")
    assert ran.returncode == 0, ran.stderr
    assert fact_hashes(show) == fact_hashes(shows[1])


def test_a_missing_model_is_named_with_its_node(cluster, show):
    ran = analyse(show, "--only", "transcribe", "--whisper", "no-such-model")
    assert ran.returncode == 1
    assert "lacks a model: There is no Whisper model called 'no-such-model'" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_node_that_is_removed_leaves_its_work_to_the_other(shows, show, tmp_path):
    with small_cluster(1, CURATOR_NODE_CACHE=str(tmp_path / "a")) as cluster:
        node = cluster.add_node(CURATOR_NODE_CACHE=str(tmp_path / "b"))
        driver = working_driver(show)
        cluster.remove_node(node)
        _, sentences = driver.communicate(timeout=240)
        if driver.returncode:
            assert "Traceback" not in sentences
            assert analyse(show).returncode == 0
    assert fact_hashes(show) == fact_hashes(shows[1])
