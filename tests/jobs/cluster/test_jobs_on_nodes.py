"""Cleaning, merging and an object store on two real Ray nodes that do not see the project's disk.

CURATOR_CLUSTER_TESTS=1 runs them; nodes of Ray do not start on a busy machine.
"""

import shutil
from contextlib import contextmanager

import pytest

from curator.audio.derived import derived_path
from curator.audio.fingerprint import kept_fingerprint
from curator.domain.progress import NoProgress
from curator.domain.recipe import hash_of
from curator.jobs import cleaning, merging
from curator.jobs.cluster.choice import AUTO, SOUND_SEND, ClusterChoice
from curator.jobs.cluster.connection import executor_of
from curator.jobs.context import JobContext
from curator.jobs.fingerprints import fingerprint_path
from curator.jobs.job import Options
from curator.jobs.pipeline import analyse
from curator.stages.cleaning.recipes import of_recordings, read_recipe
from curator.store.project import Project
from tests.helpers.ray_cluster import fact_hashes
from tests.helpers.sound_project import a_file, heard_project
from tests.jobs.cluster.test_ray_cluster import only_if_asked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.posix(reason="starts nodes of Ray as processes of one machine"),
    only_if_asked,
]
ON_NODES = ClusterChoice(AUTO, SOUND_SEND)
HERE = ClusterChoice()


class Sentences(NoProgress):
    """Collects failures and notes."""

    def __init__(self):
        self.failures, self.notes = [], []

    def failed(self, sentence):
        self.failures.append(sentence)

    def noted(self, sentence):
        self.notes.append(sentence)


@pytest.fixture
def projects(tmp_path):
    """Two equal projects of one recording and four clips."""
    with heard_project(tmp_path, a_file(tmp_path, "wav", 12.0), clips=4) as project:
        first = project.path
    second = tmp_path / "second.curator"
    shutil.copytree(first, second)
    return first, second


@contextmanager
def working(path, choice):
    """Context of jobs on a project, and what they say."""
    sentences = Sentences()
    with Project.open(path) as project, executor_of(choice, 1, sentences) as executor:
        yield JobContext.at_once(project, sentences, 1, executor), sentences


def require_both_nodes(sentences):
    assert sentences.failures == []
    assert len([each for each in sentences.notes if "sound is sent to it" in each]) == 2


def test_sound_goes_through_an_object_store(cluster, projects, tmp_path):
    store = tmp_path / "bucket"
    through_store = ClusterChoice(AUTO, store.as_uri())
    for path, choice in zip(projects, (HERE, through_store), strict=True):
        with working(path, choice) as (work, sentences):
            assert analyse(work, Options(), ("overlap",)) == 0
    require_both_nodes(sentences)
    assert fact_hashes(projects[1]) == fact_hashes(projects[0])
    with Project.open(projects[0], write=False) as project:
        (recording,) = project.recordings.all()
    assert [each.name for each in store.iterdir()] == [recording.content_hash]


def test_cleaned_recordings_and_their_measures_come_from_nodes(cluster, projects):
    recipe, measures, sounds = read_recipe("hum"), [], []
    key = hash_of(of_recordings(recipe.steps))
    for path, choice in zip(projects, (HERE, ON_NODES), strict=True):
        with working(path, choice) as (work, sentences):
            clips = work.project.clips.ids()
            outcome = cleaning.clean(work, Options(whisper="tiny.en"), recipe, clips)
            measures.append(outcome.measures)
            (recording,) = work.project.recordings.all()
            cleaned = derived_path(work.project.cache, recording.cache_key, key)
            sounds.append(cleaned.read_bytes())
    require_both_nodes(sentences)
    assert measures[1] == measures[0]
    assert sorted(measures[0]) == sorted(clips)
    assert sounds[1] == sounds[0]


def test_a_merge_takes_fingerprints_from_nodes(cluster, projects, tmp_path, monkeypatch):
    came = []

    def from_cache(path, sound):
        came.append(path.is_file())
        return kept_fingerprint(path, sound)

    monkeypatch.setattr(merging, "WORTH_WORKERS_S", 0.0)
    monkeypatch.setattr(merging, "kept_fingerprint", from_cache)
    folder = tmp_path / "other"
    folder.mkdir()
    other = heard_project(folder, a_file(folder, "wav", 8.0, rate=22_050), clips=2)
    other.close()
    plans, prints = [], []
    for path, choice in zip(projects, (HERE, ON_NODES), strict=True):
        with working(path, choice) as (work, sentences):
            plans.append(merging.plan_merge(work, other.path))
            recordings = (*work.project.recordings.all(), *plans[-1].other.recordings)
            keys = {each.cache_key for each in recordings}
            cache = work.project.cache
            prints.append({key: fingerprint_path(cache, key).read_bytes() for key in keys})
    require_both_nodes(sentences)
    assert came == [True] * 4
    assert len(prints[0]) == 2
    assert prints[1] == prints[0]
    assert plans[1] == plans[0]
