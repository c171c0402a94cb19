"""Several edits as one act, and decisions that are not about single clips."""

import pytest

from curator.domain.decision import PROJECT, Edit, Field, correct_text, give_emotion, keep, recut
from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.store.project import Project


def without(toml: str, key: str) -> str:
    """A category set's text without one of its categories."""
    head, *categories = toml.split("[[emotion]]")
    return "[[emotion]]".join([head, *(c for c in categories if f'key = "{key}"' not in c)])


def test_an_act_of_several_edits_is_undone_and_done_again_as_a_whole(project: Project):
    first, second, *_ = project.clips.ids()
    before = project.decisions.state_hash()
    act = [keep([first, second]), give_emotion([second], "tension"), correct_text([first], "hm")]
    changes = project.decisions.apply_all("Go back to the first snapshot", act)
    after = project.decisions.state_hash()
    assert changes.of(Field.EMOTION) == (second,)
    assert set(changes.clips) == {first, second}
    assert project.decisions.undo_label() == "Go back to the first snapshot"
    assert [entry.label for entry in project.decisions.history()] == [changes.label]
    undone = project.decisions.undo()
    assert undone is not None
    assert undone.fields == {Field.STATE, Field.EMOTION, Field.TEXT}
    assert project.decisions.state_hash() == before
    assert project.decisions.undo() is None
    project.decisions.redo()
    assert project.decisions.state_hash() == after


def test_when_one_edit_of_an_act_does_not_fit_nothing_of_it_is_done(project: Project):
    first = project.clips.ids()[0]
    before = project.decisions.state_hash()
    with pytest.raises(CuratorError, match="no category 'rage'"):
        project.decisions.apply_all("Both", [keep([first]), give_emotion([first], "rage")])
    assert project.decisions.state_hash() == before
    assert project.decisions.history() == []


def test_the_same_clip_may_change_twice_in_one_act(project: Project):
    clip = project.clips.get(project.clips.ids()[0])
    before = project.decisions.state_hash()
    project.decisions.apply_all(
        "Twice", [recut(clip.id, Span(5, 9_000)), recut(clip.id, Span(7, 9_000))]
    )
    assert project.clips.get(clip.id).span == Span(7, 9_000)
    project.decisions.undo()
    assert project.decisions.state_hash() == before
    project.decisions.redo()
    assert project.clips.get(clip.id).span == Span(7, 9_000)


def test_a_category_goes_only_after_its_clips_have_another(project: Project):
    clip = project.clips.ids()[0]
    project.decisions.apply(give_emotion([clip], "tension"))
    smaller = Edit(
        "Remove tension",
        Field.CATEGORIES,
        {PROJECT: without(project.settings.categories, "tension")},
    )
    with pytest.raises(CuratorError, match="1 clip is in the category 'tension'"):
        project.decisions.apply(smaller)
    assert "tension" in project.settings.emotions.keys
    project.decisions.apply_all("Merge them", [give_emotion([clip], "neutral"), smaller])
    assert "tension" not in project.settings.emotions.keys
    project.decisions.undo()
    assert project.clips.get(clip).emotion == "tension"
    assert "tension" in project.settings.emotions.keys


def test_text_that_is_no_category_set_is_refused(project: Project):
    with pytest.raises(CuratorError, match="category set cannot be read"):
        project.decisions.apply(Edit("New", Field.CATEGORIES, {PROJECT: "key = 1 ="}))


def test_a_sample_keeps_its_number_and_its_rating_can_be_undone(project: Project):
    number = project.decisions.sample_number("run-1/40/greeting-1")
    assert project.decisions.sample_number("run-1/40/greeting-1") == number
    project.decisions.apply(Edit("Rate", Field.RATING, {number: '{"voice": 8}'}))
    project.decisions.apply(Edit("Rate", Field.RATING, {number: '{"voice": 3}'}))
    assert project.decisions.elsewhere(Field.RATING) == {number: '{"voice":3}'}
    project.decisions.undo()
    assert project.decisions.elsewhere(Field.RATING) == {number: '{"voice":8}'}
    project.decisions.undo()
    assert project.decisions.elsewhere(Field.RATING) == {}


def test_only_recipes_and_samples_that_are_known_can_be_decided_about(project: Project):
    clip = project.clips.ids()[0]
    with pytest.raises(CuratorError, match="no recipe"):
        project.decisions.apply(Edit("Clean", Field.RECIPE, {clip: "abc"}))
    with pytest.raises(CuratorError, match="no recording 99"):
        project.decisions.apply(Edit("Clean", Field.RECORDING_RECIPE, {99: "abc"}))
    with pytest.raises(CuratorError, match="no sample 7"):
        project.decisions.apply(Edit("Rate", Field.RATING, {7: "{}"}))
