"""Shares among the nodes of a cluster, and what happens when actors, workers and nodes die."""

import random

import pytest

from curator.domain.progress import NoProgress
from curator.jobs.cluster.ray_workers import tapered_sizes
from curator.jobs.context import Cancelled, JobContext
from curator.jobs.job import Job
from curator.jobs.worker_pool import WorkerPool, WorkerTrouble
from tests.helpers.fake_ray import FakeActorError, FakeCluster

JOB = Job("score", "nowhere.curator")


class Watch(NoProgress):
    def __init__(self):
        self.failures = []

    def failed(self, sentence):
        self.failures.append(sentence)


def run(cluster, items, tmp_path):
    """Items that were stored, in order of arrival, and sentences of failures."""
    cluster.project = tmp_path
    stored, watch = [], Watch()
    work = JobContext(None, lambda action: action(None), watch, executor=cluster)
    pool = WorkerPool(
        work,
        lambda _project, results: stored.extend(result.clip_id for result in results),
        describe=lambda item: f"clip {item}",
        seconds_of=lambda _result: 1.0,
    )
    pool.do(JOB, items)
    return stored, watch.failures


@pytest.mark.parametrize(("items", "workers"), [(0, 2), (1, 8), (30, 2), (3000, 8), (100_000, 64)])
def test_shares_are_small_and_smaller_towards_the_end(items, workers):
    sizes = tapered_sizes(items, workers)
    assert sum(sizes) == items
    assert sizes == sorted(sizes, reverse=True)
    assert all(size * workers * 4 <= items + workers * 4 for size in sizes)
    assert len(sizes) <= 24 * workers


def test_every_item_is_answered_once(tmp_path):
    cluster = FakeCluster({"a": 0, "b": 0})
    stored, failures = run(cluster, range(300), tmp_path)
    assert sorted(stored) == list(range(300))
    assert failures == []


def test_a_fast_node_takes_more_shares_than_a_slow_one(tmp_path):
    cluster = FakeCluster({"fast": 0.001, "slow": 0.02})
    run(cluster, range(160), tmp_path)
    assert cluster.items_of["fast"] > 2 * cluster.items_of["slow"]


def test_actors_that_are_killed_at_random_moments_lose_and_double_nothing(tmp_path):
    rng = random.Random(3)
    deadly = set(rng.sample(range(200), 10))  # each once: a moment, not an item

    def before(node, item):
        if item in deadly:
            deadly.remove(item)
            raise FakeActorError

    stored, failures = run(FakeCluster({"a": 0, "b": 0}, before), range(200), tmp_path)
    assert sorted(stored) == list(range(200))
    assert failures == []
    assert not deadly


def test_a_node_that_goes_leaves_its_items_to_the_others(tmp_path):
    def before(node, item):
        if node == "b" and item > 50:
            cluster.ray.dead.add("b")
            raise FakeActorError

    cluster = FakeCluster({"a": 0.0005, "b": 0.0005}, before)
    stored, failures = run(cluster, range(200), tmp_path)
    assert sorted(stored) == list(range(200))
    assert failures == []
    assert "b" in cluster.ray.dead


def test_an_item_that_kills_is_tried_on_another_node_and_then_reported(tmp_path):
    tried = []

    def before(node, item):
        if item == 7:
            tried.append(node)
            return "The worker process ended unexpectedly (SIGSEGV)."
        return ""

    stored, failures = run(FakeCluster({"a": 0, "b": 0}, before), range(40), tmp_path)
    assert sorted(stored) == [item for item in range(40) if item != 7]
    assert sorted(tried) == ["a", "b"]
    assert len(failures) == 1
    assert failures[0].startswith("clip 7: ")
    assert "SIGSEGV" in failures[0]


def test_without_any_node_left_the_run_ends_with_a_sentence(tmp_path):
    def before(node, item):
        cluster.ray.dead |= {"a", "b"}
        raise FakeActorError

    cluster = FakeCluster({"a": 0, "b": 0}, before)
    with pytest.raises(WorkerTrouble, match="No node of the cluster is left"):
        run(cluster, range(40), tmp_path)


def test_a_wish_to_stop_ends_the_round(tmp_path):
    def before(node, item):
        work.stop.set()
        return ""

    cluster = FakeCluster({"a": 0.005, "b": 0.005}, before)  # 2.5 s for all
    cluster.project = tmp_path
    work = JobContext(None, lambda action: action(None), NoProgress(), executor=cluster)
    pool = WorkerPool(work, lambda *_: None, describe=str, seconds_of=lambda _result: 1.0)
    with pytest.raises(Cancelled):
        pool.do(JOB, range(1000))
    assert sum(cluster.items_of.values()) < 1000
