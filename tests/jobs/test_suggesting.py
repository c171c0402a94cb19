"""Learning from labels in a process of its own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.domain.decision import drop, give_emotion
from curator.domain.progress import NoProgress
from curator.domain.suggesting import doubtful, likely, suspects, waiting
from curator.jobs.context import Cancelled, JobContext
from curator.jobs.result_writer import straight_into
from curator.jobs.suggesting import is_current, suggest, verdict_of
from curator.store.project import Project
from tests.helpers.factories import a_project
from tests.helpers.labels import give_deliveries, give_labels, kind_of


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """60 clips, the first 24 with their categories."""
    project = a_project(tmp_path, clips=60)
    give_deliveries(project)
    give_labels(project, range(24))
    yield project
    project.close()


def learn(project: Project) -> None:
    suggest(JobContext.at_once(project, NoProgress()))


def test_the_clips_without_a_category_are_offered_to_the_likely_one(project):
    learn(project)
    clips, suggestions = project.clips.find(), project.facts.suggestions()
    order = {clip.id: place for place, clip in enumerate(clips)}
    for emotion in ("neutral", "excitement", "question"):
        offered = likely(clips, suggestions, emotion)
        assert all(order[each.clip.id] >= 24 for each in offered)
        right = [kind_of(order[each.clip.id]) == emotion for each in offered[:8]]
        assert sum(right) >= 7
        chances = [each.suggestion.probability for each in offered]
        assert chances == sorted(chances, reverse=True)
    assert sum(waiting(clips, suggestions).values()) <= 36
    assert verdict_of(project).good


def test_a_suggestion_is_no_decision(project):
    before = project.decisions.state_hash()
    learn(project)
    assert project.decisions.state_hash() == before
    assert all(clip.emotion is None for clip in project.clips.find()[24:])


def test_dropped_clips_are_not_offered(project):
    learn(project)
    clips = project.clips.find()
    first = likely(clips, project.facts.suggestions(), "question")[0].clip.id
    project.decisions.apply(drop([first]))
    offered = likely(project.clips.find(), project.facts.suggestions(), "question")
    assert first not in [each.clip.id for each in offered]


def test_a_wrong_label_is_among_the_suspects(project):
    clips = project.clips.ids()
    project.decisions.apply(give_emotion([clips[1]], "question"))
    learn(project)
    suspected = suspects(project.clips.find(), project.facts.suggestions())
    assert suspected[0].clip.id == clips[1]
    assert suspected[0].suggestion.emotion == "excitement"


def test_the_doubtful_come_with_the_least_certain_first(project):
    learn(project)
    found = doubtful(project.clips.find(), project.facts.suggestions())
    chances = [each.suggestion.probability for each in found]
    assert chances == sorted(chances)
    assert all(chance < 0.5 for chance in chances)


def test_other_labels_ask_for_learning_again(project):
    assert not is_current(project)
    learn(project)
    assert is_current(project)
    project.decisions.apply(give_emotion([project.clips.ids()[30]], "neutral"))
    assert not is_current(project)
    project.decisions.undo()
    assert is_current(project)


def test_what_is_no_better_than_chance_is_forgotten(project):
    learn(project)
    assert project.facts.suggestions()
    project.decisions.apply(give_emotion(project.clips.ids()[1:], None))
    learn(project)
    assert project.facts.suggestions() == {}
    assert not verdict_of(project).good


def test_learning_can_be_stopped(project):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        suggest(JobContext(project, straight_into(project), NoProgress(), 1, stop))
    assert project.facts.suggestions() == {}
