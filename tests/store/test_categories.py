"""Categories changed in a project: no label is lost, and one undo brings everything back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain import category_edits as categories
from curator.domain.decision import PROJECT, Edit, Field, give_emotion
from curator.domain.emotion import EmotionSet, read_category_set
from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.store.categories import carry_out, labelled, weights
from curator.store.project import Project
from tests.helpers.factories import a_project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Six clips: two neutral, two of tension, a greeting and one without a category."""
    project = a_project(tmp_path)
    clips = project.clips.ids()
    for clip, emotion in zip(
        clips, ["neutral", "neutral", "tension", "tension", "greeting"], strict=False
    ):
        project.decisions.apply(give_emotion([clip], emotion))
    yield project
    project.close()


def counts(project: Project) -> Counter[str | None]:
    return Counter(clip.emotion for clip in project.clips.find())


def named(project: Project, key: str) -> object:
    return categories.category(project.settings.emotions, key)


def test_a_renamed_category_keeps_its_clips(project):
    before = project.decisions.state_hash()
    tension = named(project, "tension")
    act = categories.change(
        labelled(project), "tension", replace(tension, key="suspense", name="Suspense")
    )
    changes = carry_out(project, act)
    assert counts(project) == {"neutral": 2, "suspense": 2, "greeting": 1, None: 1}
    assert changes.fields == {Field.CATEGORIES, Field.EMOTION}
    assert project.decisions.undo_label() == "Rename category: Tension to Suspense"
    project.decisions.undo()
    assert project.decisions.state_hash() == before
    assert counts(project)["tension"] == 2
    assert "suspense" not in project.settings.emotions.keys
    project.decisions.redo()
    assert counts(project)["suspense"] == 2


def test_merged_categories_have_all_clips_of_both(project):
    before = project.decisions.state_hash()
    carry_out(project, categories.merge(labelled(project), "tension", "neutral"))
    assert counts(project) == {"neutral": 4, "greeting": 1, None: 1}
    assert "tension" not in project.settings.emotions.keys
    project.decisions.undo()
    assert project.decisions.state_hash() == before


def test_clips_of_a_removed_category_have_none(project):
    carry_out(project, categories.remove(labelled(project), "tension"))
    assert counts(project) == {"neutral": 2, "greeting": 1, None: 3}


def test_an_added_category_can_be_given(project):
    emotions = project.settings.emotions
    added = categories.new_category(emotions, "  Deep  breath ")
    assert (added.key, added.name, added.digit) == ("deep_breath", "Deep breath", "7")
    assert added.colour not in [each.colour for each in emotions.emotions]
    carry_out(project, categories.add(labelled(project), added))
    project.decisions.apply(give_emotion([project.clips.ids()[5]], "deep_breath"))
    assert counts(project)["deep_breath"] == 1


def test_a_digit_that_is_taken_changes_places(project):
    tension = named(project, "tension")
    carry_out(project, categories.change(labelled(project), "tension", replace(tension, digit="1")))
    assert named(project, "tension").digit == "1"
    assert named(project, "greeting").digit == tension.digit


def test_weights_go_with_a_renamed_category(project):
    project.decisions.apply(Edit("Weigh", Field.WEIGHTS, {PROJECT: '{"tension": 2.0}'}))
    tension = named(project, "tension")
    before = project.decisions.state_hash()
    carry_out(
        project, categories.change(labelled(project), "tension", replace(tension, key="dread"))
    )
    assert weights(project).by_category == {"dread": 2.0}
    project.decisions.undo()
    assert project.decisions.state_hash() == before
    carry_out(project, categories.merge(labelled(project), "tension", "neutral"))
    assert weights(project).by_category == {}


def test_another_set_keeps_the_categories_that_clips_have(project):
    other = EmotionSet.from_toml(read_category_set(resources() / "categories", "audiobook"))
    carry_out(project, categories.replace_set(labelled(project), other))
    keys = project.settings.emotions.keys
    assert keys == (*other.keys, "greeting", "neutral")
    assert counts(project) == {"neutral": 2, "tension": 2, "greeting": 1, None: 1}


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"key": "Big Key"},
        {"key": "none"},
        {"key": "temperature"},
        {"key": "neutral"},
        {"name": " "},
        {"name": "NEUTRAL"},
        {"name": "two\nlines"},
        {"digit": "12"},
        {"target_clips": -1},
        {"target_minutes": -0.5},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_nothing_changes(project, values):
    before = project.decisions.state_hash()
    tension = named(project, "tension")
    with pytest.raises(CuratorError):
        carry_out(
            project, categories.change(labelled(project), "tension", replace(tension, **values))
        )
    assert project.decisions.state_hash() == before


def test_there_is_always_a_category(project):
    for key in project.settings.emotions.keys[:-1]:
        carry_out(project, categories.remove(labelled(project), key))
    with pytest.raises(CuratorError, match="last"):
        categories.remove(labelled(project), project.settings.emotions.keys[0])
    with pytest.raises(CuratorError, match="itself"):
        categories.merge(labelled(project), "neutral", "neutral")


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda name: name.strip()
)


@given(NAMES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_name_is_read_again_as_it_was_written(name):
    text = read_category_set(resources() / "categories", "quiz_show")
    emotions = EmotionSet.from_toml(text)
    try:
        added = categories.checked(categories.new_category(emotions, name))
    except CuratorError:
        return
    after = replace(emotions, emotions=(*emotions.emotions, added))
    assert EmotionSet.from_toml(categories.to_toml(after)) == after
