"""A node behind a real network cable that is pulled in the middle of the work."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager

import pytest

from tests.helpers.ray_cluster import fact_hashes, small_cluster
from tests.jobs.cluster.test_ray_cluster import (
    analyse,
    only_if_asked,
    show,
    shows,
    working_driver,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.posix(reason="has no network namespaces"),
    only_if_asked,
]
HERE, THERE, SPACE, CABLE = "10.77.0.1", "10.77.0.2", "curator-cut", "curator-cut0"
__all__ = ["show", "shows"]


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def cable():
    """A network namespace with one cable to this machine."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("network namespaces need root and the command ip")
    ip("netns", "add", SPACE)
    try:
        ip("link", "add", CABLE, "type", "veth", "peer", "name", "far", "netns", SPACE)
        ip("addr", "add", f"{HERE}/24", "dev", CABLE)
        ip("link", "set", CABLE, "up")
        ip("-n", SPACE, "addr", "add", f"{THERE}/24", "dev", "far")
        for device in ("lo", "far"):
            ip("-n", SPACE, "link", "set", device, "up")
        yield
    finally:
        ip("netns", "del", SPACE)


@contextmanager
def far_node(address, store):
    """A node in the namespace, with a session folder of its own."""
    folder = tempfile.mkdtemp(prefix="ray-far-", dir="/tmp")
    start = ["start", f"--address={address}", f"--node-ip-address={THERE}", "--num-cpus=1"]
    process = subprocess.Popen(
        ["ip", "netns", "exec", SPACE, sys.executable, "-m", "ray.scripts.scripts", *start,
         "--object-store-memory=80000000", "--block"],
        env=os.environ | {"CURATOR_NODE_CACHE": str(store), "RAY_TMPDIR": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(process.pid, 9)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_cut_network_leaves_the_work_to_the_nodes_that_are_reached(shows, show, tmp_path):
    with (
        cable(),
        small_cluster(1, head={"node_ip_address": HERE}, CURATOR_NODE_CACHE=str(tmp_path / "a"))
        as cluster,
        far_node(cluster.address, tmp_path / "b"),
    ):  # fmt: skip
        cluster.wait_for_nodes(3)
        driver = working_driver(show)
        ip("link", "set", CABLE, "down")
        _, sentences = driver.communicate(timeout=280)
        assert "Traceback" not in sentences
        if driver.returncode:
            assert analyse(show).returncode == 0
    assert fact_hashes(show) == fact_hashes(shows[1])
