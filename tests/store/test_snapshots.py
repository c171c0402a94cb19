"""The set as it was: taken, compared, and gone back to as one act."""

import pytest

from curator.domain.decision import (
    PROJECT,
    Edit,
    Field,
    choose_voice,
    correct_text,
    drop,
    give_emotion,
    keep,
    recut,
)
from curator.domain.errors import CuratorError
from curator.domain.fact import Producer
from curator.domain.recipe import Recipe, RecipeStep, none
from curator.domain.snapshot import Kind
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.domain.weights import Weights
from curator.store.project import Project
from tests.helpers.factories import RATE, a_cut, a_recording, say, some_clips
from tests.store.test_acts import without

AGAIN = Producer("segment", 2)


def seen(project):
    """What people see of every clip, whatever its number is."""
    return [(c.recording_id, c.span, c.state, c.emotion, c.text) for c in project.clips.find()]


def edited(project):
    """A set with all sorts of decisions; returns its clips' ids."""
    first, second, third, fourth, *rest = project.clips.ids()
    for clip in (first, second, third, fourth, *rest):
        say(project, clip, f"words of clip {clip}")
    project.decisions.apply(keep([first, second, third]))
    project.decisions.apply(give_emotion([first, second], "tension"))
    project.decisions.apply(correct_text([third], "What was said"))
    project.decisions.apply(recut(fourth, Span(15 * RATE, 18 * RATE)))
    return project.clips.ids()


def test_a_snapshot_is_listed_with_what_it_holds(project):
    edited(project)
    taken = project.snapshots.take("before the merge")
    assert (taken.name, taken.clips, taken.kept, taken.origin) == (
        "before the merge",
        6,
        3,
        "person",
    )
    assert taken.state_hash == project.decisions.state_hash()
    later = project.snapshots.take()
    assert [each.name for each in project.snapshots.all()] == [later.name, "before the merge"]
    project.snapshots.remove("before the merge")
    assert [each.name for each in project.snapshots.all()] == [later.name]
    assert project.verify() == []


@pytest.mark.parametrize("name", ["now", "two\nlines", "twice"])
def test_names_that_would_confuse_are_refused(project, name):
    project.snapshots.take("twice")
    with pytest.raises(CuratorError, match="snapshot"):
        project.snapshots.take(name)
    with pytest.raises(CuratorError, match="There are: 'twice'"):
        project.snapshots.back("thrice")


def test_comparing_says_what_became_of_every_clip(project):
    first, second, third, _, fifth, sixth = edited(project)
    project.snapshots.take("monday")
    project.decisions.apply(drop([first]))
    project.decisions.apply(give_emotion([second], "greeting"))
    project.decisions.apply(correct_text([third], "Something else"))
    project.decisions.apply(recut(third, Span(10 * RATE, 13 * RATE)))
    project.decisions.apply(keep([fifth]))
    project.decisions.apply(drop([sixth]))
    found = project.snapshots.compare("monday")
    assert {each.before.clip_id: each.kinds for each in found.differences} == {
        first: {Kind.DROPPED},
        second: {Kind.RELABELLED},
        third: {Kind.REWORDED, Kind.RECUT},
        fifth: {Kind.ADDED},
        sixth: {Kind.JUDGED},
    }
    categories = {each.key: each for each in found.categories}
    assert (categories["tension"].before, categories["tension"].after) == (2, 0)
    assert (categories["tension"].dropped, categories["tension"].went) == (1, 1)
    assert (categories["greeting"].after, categories["greeting"].came) == (1, 1)
    assert (categories[""].added, categories[""].recut, categories[""].reworded) == (1, 1, 1)
    assert found.sentences[0].startswith("From monday to now: 1 added, 1 dropped, 1 re-labelled")
    assert "tension: 0 clips instead of 2 (1 dropped, 1 to other categories)." in found.sentences


def test_a_clip_that_was_cut_anew_is_the_same_clip(project):
    recording = project.recordings.all()[0]
    clips = edited(project)
    project.snapshots.take("monday")
    project.clips.replace_cut(a_cut(recording, [(20.2, 24.0), (25.0, 25.5)], AGAIN))
    gone = set(clips) - set(project.clips.ids())
    found = project.snapshots.compare("monday")
    kinds = {each.before.clip_id: each.kinds for each in found.differences if each.before}
    assert kinds == {clips[4]: {Kind.RECUT, Kind.REWORDED}, clips[5]: {Kind.WENT}}
    assert gone == {clips[4], clips[5]}
    assert found.counts[Kind.CAME] == 1


def test_going_back_restores_what_was_seen_as_one_act(project):
    first, second, third, fourth, *_ = edited(project)
    before = seen(project)
    project.snapshots.take("monday")
    project.decisions.apply(drop([first, second, third]))
    project.decisions.apply(give_emotion([fourth], "greeting"))
    project.decisions.apply(correct_text([third], None))
    project.decisions.apply(recut(fourth, None))
    clip = project.clips.get(second)
    project.decisions.apply(split(clip, clip.span.start + RATE))
    project.decisions.apply(merge(*project.clips.find()[-2:]))
    after, acts = project.decisions.state_hash(), len(project.decisions.history())
    changes = project.snapshots.back("monday")
    assert seen(project) == before
    assert not project.snapshots.compare("monday").differences
    assert changes.label == "Go back to: monday"
    assert len(project.decisions.history()) == acts + 1
    back = project.decisions.state_hash()
    project.decisions.undo()
    assert project.decisions.state_hash() == after
    project.decisions.redo()
    assert project.decisions.state_hash() == back
    assert project.verify() == []


def test_clips_that_segmentation_has_replaced_come_back_as_new_ones(project):
    recording = project.recordings.all()[0]
    edited(project)
    before = seen(project)
    project.snapshots.take("monday")
    project.clips.replace_cut(a_cut(recording, [(20.5, 24.5), (25.0, 29.0)], AGAIN))
    after = project.decisions.state_hash()
    project.snapshots.back("monday")
    assert seen(project) == before
    assert not project.snapshots.compare("monday").differences
    project.decisions.undo()
    assert project.decisions.state_hash() == after
    assert project.verify() == []


def test_a_text_that_machines_hear_otherwise_today_is_what_it_was(project):
    first, *_ = edited(project)
    project.snapshots.take("monday")
    say(project, first, "quite other words")
    assert project.snapshots.compare("monday").counts == {Kind.REWORDED: 1}
    project.snapshots.back("monday")
    assert project.clips.get(first).text == f"words of clip {first}"


def test_clips_of_recordings_that_came_since_stay_undecided(project):
    edited(project)
    project.snapshots.take("monday")
    since = some_clips(project, a_recording(project, "/speech/interview.wav"), 2)
    project.decisions.apply(keep(since))
    project.decisions.apply(give_emotion(since, "tension"))
    project.snapshots.back("monday")
    assert {project.clips.get(clip).state for clip in since} == {"undecided"}
    assert project.snapshots.compare("monday").counts == {Kind.CAME: 2}
    project.decisions.undo()
    assert {project.clips.get(clip).state for clip in since} == {"kept"}


def test_categories_that_are_gone_come_again_with_their_clips(project):
    first, second, *_ = edited(project)
    tension = next(each for each in project.settings.emotions.emotions if each.key == "tension")
    project.snapshots.take("monday")
    smaller = without(project.settings.categories, "tension")
    project.decisions.apply_all(
        "Remove tension",
        [
            give_emotion([first, second], "neutral"),
            Edit("", Field.CATEGORIES, {PROJECT: smaller}),
        ],
    )
    project.snapshots.back("monday")
    assert tension in project.settings.emotions.emotions
    assert project.clips.get(first).emotion == "tension"
    project.decisions.undo()
    assert "tension" not in project.settings.emotions.keys


def test_the_voice_passes_to_the_clip_that_has_its_sound(project):
    first, *_ = edited(project)
    project.snapshots.take("monday")
    clip = project.clips.get(first)
    project.decisions.apply(split(clip, clip.span.start + RATE))
    piece = project.clips.ids()[1]
    project.decisions.apply(choose_voice([piece], "the host"))
    project.snapshots.back("monday")
    assert project.decisions.voice() == (first,)
    project.decisions.undo()
    assert project.decisions.voice() == (piece,)


def test_an_export_takes_a_snapshot_only_when_something_has_changed(project):
    edited(project)
    one = project.snapshots.for_export()
    assert one.origin == "export"
    assert project.snapshots.for_export() == one
    project.decisions.apply(keep(project.clips.ids()))
    assert project.snapshots.for_export() != one


def test_a_snapshot_survives_the_end_of_the_program(project):
    edited(project)
    project.snapshots.take("monday")
    project.close()
    with Project.open(project.path, write=False) as again:
        assert not again.snapshots.compare("monday").differences
        with pytest.raises(CuratorError, match="reading only"):
            again.snapshots.take("tuesday")


RUMBLE = Recipe("rumble", (RecipeStep.of("highpass", 1, {"hz": 80.0}),))
HISS = Recipe("hiss", (RecipeStep.of("highpass", 1, {"hz": 8000.0}),))


def cleaned(project):
    """The recording by one recipe; one clip by another, one as it was recorded; its ids."""
    first, second, *_ = edited(project)
    rumble, hiss, nothing = map(project.cleanings.add_recipe, (RUMBLE, HISS, none()))
    recording = project.recordings.all()[0].id
    project.decisions.apply(Edit("Clean", Field.RECORDING_RECIPE, {recording: rumble}))
    project.decisions.apply(Edit("Clean", Field.RECIPE, {first: hiss, second: nothing}))
    return project.clips.ids()


def as_decided(project):
    """Everything that going back has to bring again."""
    ours = project.decisions
    return (
        seen(project),
        project.cleanings.of_clips(),
        ours.elsewhere(Field.RECORDING_RECIPE),
        project.settings.categories,
        ours.of_project(Field.WEIGHTS),
    )


def test_recipes_categories_and_weights_come_back_in_the_same_act(project):
    first, *_ = cleaned(project)
    weigh = Edit("Weigh", Field.WEIGHTS, {PROJECT: Weights(0.5, {"tension": 2.0}).to_json()})
    project.decisions.apply(weigh)
    then, state = as_decided(project), project.decisions.state_hash()
    project.snapshots.take("monday")
    recording = project.recordings.all()[0].id
    project.decisions.apply(Edit("", Field.RECORDING_RECIPE, {recording: None}))
    project.decisions.apply(Edit("", Field.RECIPE, {first: None}))
    project.decisions.apply(Edit("", Field.WEIGHTS, {PROJECT: None}))
    smaller = without(project.settings.categories, "confirmation")
    project.decisions.apply(Edit("", Field.CATEGORIES, {PROJECT: smaller}))
    after, acts = project.decisions.state_hash(), len(project.decisions.history())
    project.snapshots.back("monday")
    assert as_decided(project) == then
    assert project.decisions.state_hash() == state
    assert project.snapshots.compare("monday").is_same
    assert len(project.decisions.history()) == acts + 1
    project.decisions.undo()
    assert project.decisions.state_hash() == after
    project.decisions.redo()
    assert as_decided(project) == then


def test_comparing_tells_of_recipes_categories_and_weights(project):
    first, second, *_ = cleaned(project)
    project.snapshots.take("monday")
    project.decisions.apply(Edit("", Field.RECIPE, {first: None, second: None}))
    changed = project.settings.categories.replace('name = "Tension"', 'name = "Suspense"')
    project.decisions.apply(Edit("", Field.CATEGORIES, {PROJECT: without(changed, "excitement")}))
    project.decisions.apply(Edit("", Field.WEIGHTS, {PROJECT: Weights(0.5).to_json()}))
    found = project.snapshots.compare("monday")
    assert {each.before.clip_id: each.kinds for each in found.differences} == {
        first: {Kind.RECLEANED},
        second: {Kind.RECLEANED},
    }
    assert found.sentences == [
        "From monday to now: 2 cleaned otherwise.",
        "tension: 2 clips instead of 2 (2 cleaned otherwise).",
        "No longer among the categories: Excitement.",
        "The category Suspense: called Tension before.",
        "Categories are heard by a temperature of 0.5 instead of 1.",
    ]
    assert not found.is_same


def test_a_clip_that_chooses_to_stay_as_recorded_is_like_one_that_nobody_cleans(project):
    first, *_ = edited(project)
    project.snapshots.take("monday")
    nothing = project.cleanings.add_recipe(none())
    project.decisions.apply(Edit("", Field.RECIPE, {first: nothing}))
    assert project.snapshots.compare("monday").is_same


def test_clips_that_come_back_as_new_ones_have_their_recipes(project):
    recording = project.recordings.all()[0]
    edited(project)
    last = project.clips.ids()[-1]
    hiss = project.cleanings.add_recipe(HISS)
    project.decisions.apply(Edit("", Field.RECIPE, {last: hiss}))
    project.snapshots.take("monday")
    project.decisions.undo()
    project.clips.replace_cut(a_cut(recording, [(20.5, 24.5)], AGAIN))
    project.snapshots.back("monday")
    assert list(project.cleanings.of_clips().values()) == [hiss]
    assert project.snapshots.compare("monday").is_same


def test_categories_of_clips_that_came_since_stay_behind_those_of_then(project):
    edited(project)
    then = project.settings.emotions.keys
    project.snapshots.take("monday")
    since = some_clips(project, a_recording(project, "/speech/interview.wav"), 2)
    more = project.settings.categories.replace('key = "neutral"', 'key = "weary"')
    more = without(more, "greeting")
    project.decisions.apply(Edit("", Field.CATEGORIES, {PROJECT: more}))
    project.decisions.apply(give_emotion(since, "weary"))
    project.snapshots.back("monday")
    assert project.settings.emotions.keys == (*then, "weary")
    assert {project.clips.get(clip).emotion for clip in since} == {"weary"}
    project.decisions.undo()
    assert project.settings.categories == more


def test_an_export_after_new_weights_has_a_snapshot_of_its_own(project):
    edited(project)
    one = project.snapshots.for_export()
    project.decisions.apply(Edit("", Field.WEIGHTS, {PROJECT: Weights(0.5).to_json()}))
    assert project.snapshots.for_export() != one
