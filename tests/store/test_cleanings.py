import pytest

from curator.domain.cleaning import BeforeAfter, ClipCleaned
from curator.domain.decision import Edit, Field, recut
from curator.domain.fact import Producer
from curator.domain.recipe import Recipe, RecipeStep, none, to_toml
from curator.domain.span import Span
from tests.helpers.factories import a_project

RECIPE = Recipe("quiet", (RecipeStep.of("high_pass", 1, {"hz": 70.0}),))
GUARD = Producer("clean_guard", 1, "tiny.en")


@pytest.fixture
def project(tmp_path):
    with a_project(tmp_path) as opened:
        opened.cleanings.add_recipe(RECIPE)
        opened.cleanings.add_recipe(none())
        yield opened


def did(project, clip, after):
    span = project.clips.get(clip).span
    measures = {"similarity": BeforeAfter(0.9, after)}
    return ClipCleaned(clip, span, GUARD, RECIPE.hash, measures)


def test_a_recipe_is_stored_once_with_its_text(project):
    project.cleanings.add_recipe(RECIPE)
    stored = project.cleanings.recipes()[RECIPE.hash]
    assert (stored.name, stored.text) == ("quiet", to_toml(RECIPE))
    assert len(project.cleanings.recipes()) == 2


def test_a_clip_has_its_own_recipe_before_that_of_its_recording(project):
    first, second, *others = project.clips.ids()
    (recording,) = project.recordings.all()
    whole = Edit("Clean", Field.RECORDING_RECIPE, {recording.id: RECIPE.hash})
    project.decisions.apply(whole)
    project.decisions.apply(Edit("As recorded", Field.RECIPE, {first: none().hash}))
    found = project.cleanings.of_clips()
    assert found[first] == none().hash
    assert {found[clip] for clip in (second, *others)} == {RECIPE.hash}
    project.decisions.undo()
    project.decisions.undo()
    assert project.cleanings.of_clips() == {}


def test_what_was_measured_counts_while_the_clip_is_cut_so(project):
    first, second, *_ = project.clips.ids()
    project.cleanings.add([did(project, first, 0.8), did(project, second, 0.9)])
    project.cleanings.add([did(project, first, 0.85)])
    found = project.cleanings.measured(RECIPE.hash)
    assert found[first]["similarity"] == BeforeAfter(0.9, 0.85)
    assert set(project.cleanings.measured(RECIPE.hash, [second])) == {second}
    span = project.clips.get(first).span
    project.decisions.apply(recut(first, Span(span.start, span.stop - 100)))
    assert set(project.cleanings.measured(RECIPE.hash)) == {second}
    project.decisions.undo()
    assert set(project.cleanings.measured(RECIPE.hash)) == {first, second}
    project.cleanings.forget(RECIPE.hash)
    assert project.cleanings.measured(RECIPE.hash) == {}
