"""Recipe files: parsing, validation against the cleaners, lookup by name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import NOTE_BYTES, parse_toml, read_bounded
from curator.domain.recipe import NOTHING, Recipe, RecipeStep, none
from curator.domain.resources import resources
from curator.stages.cleaning.cleaners import CleanerInfo, info_of


def read_recipe(name_or_file: str) -> Recipe:
    """A recipe of ``resources/recipes`` by its name, or one from a person's own file."""
    if name_or_file == NOTHING:
        return none()
    path = Path(name_or_file)
    if not path.is_file():
        path = resources() / "recipes" / f"{name_or_file}.toml"
    if not path.is_file() or (path.parent != resources() / "recipes" and path.suffix != ".toml"):
        raise CuratorError(
            f"There is no recipe called {printable(name_or_file)!r}, and no file of that name.",
            f"Choose one of: {', '.join([NOTHING, *recipe_names()])}; or give a file.toml.",
        )
    try:
        text = read_bounded(path, NOTE_BYTES, follow=True).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CuratorError(f"{printable(path.name)} cannot be read ({error}).") from error
    return parsed(text, path.stem)


def recipe_names() -> list[str]:
    """The recipes that come with the program."""
    return sorted(path.stem for path in (resources() / "recipes").glob("*.toml"))


def usable_recipes() -> list[Recipe]:
    """Recipes with all networks available on this machine."""
    from curator.weights.catalogue import listed_model
    from curator.weights.folder import standing

    def is_usable(recipe: Recipe) -> bool:
        models = [info_of(step.cleaner).model for step in recipe.steps]
        return all(standing(listed_model(model)).is_usable for model in models if model)

    return [recipe for recipe in map(read_recipe, recipe_names()) if is_usable(recipe)]


def parsed(text: str, name: str = "") -> Recipe:
    """A recipe's text. name: where the text gives none. CuratorError says what is wrong in it."""
    try:
        data = parse_toml(text)
    except ValueError as error:
        raise CuratorError(f"The recipe {name!r} is no TOML: {error}.") from error
    unknown = sorted(set(data) - {"name", "use", "step"})
    steps = data.get("step", [])
    if unknown or not isinstance(steps, list) or not all(isinstance(s, dict) for s in steps):
        raise CuratorError(
            f"The recipe {name!r} has {unknown[0] if unknown else 'step'!r} where it may have "
            "name, use and [[step]].",
        )
    parsed = tuple(_step(entry, number) for number, entry in enumerate(steps, start=1))
    return Recipe(str(data.get("name", name)), parsed, str(data.get("use", "")))


def _step(entry: Mapping[str, Any], number: int) -> RecipeStep:
    info = info_of(str(entry.get("cleaner", "")))
    chosen = {setting: each.usual for setting, each in info.settings.items()}
    for key, value in entry.items():
        if key == "cleaner":
            continue
        if key == "version":
            _check_version(info, value, number)
            continue
        chosen[key] = _checked(info, key, value, number)
    return RecipeStep.of(info.key, info.version, chosen)


def _check_version(info: CleanerInfo, value: object, number: int) -> None:
    if value != info.version:
        raise CuratorError(
            f"Step {number} of the recipe is for version {value} of {info.label}; this program "
            f"has version {info.version}.",
            "Take the line with the version away to use this one.",
        )


def _checked(info: CleanerInfo, key: str, value: object, number: int) -> float:
    setting = info.settings.get(key)
    if setting is None:
        known = ", ".join(info.settings) or "nothing"
        raise CuratorError(
            f"Step {number} of the recipe: {info.label} has no setting {key!r}.",
            f"It takes {known}.",
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CuratorError(f"Step {number} of the recipe: {key} has to be a number, not {value!r}.")
    if not setting.lowest <= value <= setting.highest:
        raise CuratorError(
            f"Step {number} of the recipe: {key} = {value} is outside "
            f"{setting.lowest:g} to {setting.highest:g} ({setting.text}).",
        )
    return float(value)


def of_recordings(steps: Sequence[RecipeStep]) -> tuple[RecipeStep, ...]:
    """The steps that clean recordings, without those that say what to keep of clips."""
    return tuple(step for step in steps if not info_of(step.cleaner).of_clips)


def of_clips(steps: Sequence[RecipeStep]) -> tuple[RecipeStep, ...]:
    """The steps that say what to keep of clips."""
    return tuple(step for step in steps if info_of(step.cleaner).of_clips)
