import pytest

from curator.domain.errors import CuratorError
from curator.domain.recipe import Recipe, RecipeStep, none, to_toml
from curator.stages.cleaning.recipes import (
    of_clips,
    of_recordings,
    parsed,
    read_recipe,
    recipe_names,
)


def test_a_recipe_is_the_same_after_it_was_written_and_read():
    for name in recipe_names():
        recipe = read_recipe(name)
        again = parsed(to_toml(recipe))
        assert again == recipe
        assert again.hash == recipe.hash
        assert recipe.use.endswith(".")


def test_the_hash_is_of_what_is_done_and_of_nothing_else():
    one = Recipe("one", (RecipeStep.of("high_pass", 1, {"hz": 70.0}),))
    assert one.hash == Recipe("other", one.steps, "use").hash
    assert one.hash != Recipe("one", (RecipeStep.of("high_pass", 1, {"hz": 71.0}),)).hash
    assert one.hash != Recipe("one", (RecipeStep.of("high_pass", 2, {"hz": 70.0}),)).hash
    assert one.hash != Recipe("one", (*one.steps, *one.steps)).hash
    assert none().is_nothing
    assert read_recipe("none") == none()


def test_what_is_left_out_is_as_usual():
    short = parsed('[[step]]\ncleaner = "high_pass"\n', "mine")
    assert dict(short.steps[0].settings) == {"hz": 70.0}
    assert short.name == "mine"


def test_steps_for_clips_are_told_from_those_for_recordings():
    level = read_recipe("level").steps
    assert [step.cleaner for step in of_recordings(level)] == ["loudness"]
    assert [step.cleaner for step in of_clips(level)] == ["trim"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[step]\n", "no TOML"),
        ("steps = 3\n", "has 'steps' where"),
        ("step = 3\n", "has 'step' where"),
        ('[[step]]\ncleaner = "magic"\n', "no cleaner called 'magic'"),
        ('[[step]]\ncleaner = "high_pass"\nherz = 70\n', "no setting 'herz'"),
        ('[[step]]\ncleaner = "high_pass"\nhz = "low"\n', "has to be a number"),
        ('[[step]]\ncleaner = "high_pass"\nhz = true\n', "has to be a number"),
        ('[[step]]\ncleaner = "high_pass"\nhz = 9000\n', "outside 20 to 300"),
        ('[[step]]\ncleaner = "high_pass"\nversion = 9\n', "version 9"),
    ],
)
def test_what_is_wrong_in_a_recipe_is_named(text, reason):
    with pytest.raises(CuratorError, match=reason):
        parsed(text, "mine")


def test_an_unknown_recipe_names_those_there_are(tmp_path):
    with pytest.raises(CuratorError, match="no recipe called") as refused:
        read_recipe("magic")
    assert "noise" in refused.value.hint
    own = tmp_path / "own.toml"
    own.write_text('[[step]]\ncleaner = "hum"\n')
    assert read_recipe(str(own)).name == "own"
    own.write_bytes(b"\xff\xfe")
    with pytest.raises(CuratorError, match="cannot be read"):
        read_recipe(str(own))
