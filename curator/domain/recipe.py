"""A recipe: cleaners in order, each with its settings, as data that has a hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = float
"""Of a setting."""

NOTHING = "none"
"""The name of the recipe without a step: the recording as it is, chosen by somebody."""


@dataclass(frozen=True, slots=True)
class RecipeStep:
    """A cleaner of a recipe. version: the cleaner's. settings: all of them, by name, in order."""

    cleaner: str
    version: int
    settings: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def of(cls, cleaner: str, version: int, settings: Mapping[str, Value]) -> "RecipeStep":
        """A step with its settings in order."""
        return cls(cleaner, version, tuple(sorted(settings.items())))


@dataclass(frozen=True, slots=True)
class Recipe:
    """Named cleaning steps. use: one sentence on its purpose, or ""."""

    name: str
    steps: tuple[RecipeStep, ...]
    use: str = ""

    @property
    def hash(self) -> str:
        """Tells it from every recipe that would clean otherwise, hex; the name is no part of it."""
        return hash_of(self.steps)

    @property
    def is_nothing(self) -> bool:
        """Whether it leaves everything as it is."""
        return not self.steps


def hash_of(steps: Sequence[RecipeStep]) -> str:
    """SHA-256 of what the steps do, hex; the same for the same steps in every program."""
    plain = [[step.cleaner, step.version, [list(pair) for pair in step.settings]] for step in steps]
    return hashlib.sha256(json.dumps(plain, separators=(",", ":")).encode()).hexdigest()


def to_toml(recipe: Recipe) -> str:
    """The recipe as text, as it is stored and as people may edit it."""
    lines = [f"name = {json.dumps(recipe.name)}"]
    if recipe.use:
        lines.append(f"use = {json.dumps(recipe.use)}")
    for step in recipe.steps:
        lines += ["", "[[step]]", f"cleaner = {json.dumps(step.cleaner)}"]
        lines += [f"version = {step.version}"]
        lines += [f"{key} = {value!r}" for key, value in step.settings]
    return "\n".join(lines) + "\n"


def none() -> Recipe:
    """The recipe that leaves everything as it is."""
    return Recipe(NOTHING, (), "The recording as it is.")
