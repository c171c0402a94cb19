"""Cleaning recipe: ordered cleaners with settings, identified by a hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = float
"""Of a setting."""

NOTHING = "none"
"""Name of the recipe without steps: a decision for the original recording."""


@dataclass(frozen=True, slots=True)
class RecipeStep:
    """Step of a recipe. version: of the cleaner. settings: all, sorted by name."""

    cleaner: str
    version: int
    settings: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def of(cls, cleaner: str, version: int, settings: Mapping[str, Value]) -> "RecipeStep":
        """Step with sorted settings."""
        return cls(cleaner, version, tuple(sorted(settings.items())))


@dataclass(frozen=True, slots=True)
class Recipe:
    """Named cleaning steps. use: one sentence on its purpose, or ""."""

    name: str
    steps: tuple[RecipeStep, ...]
    use: str = ""

    @property
    def hash(self) -> str:
        """Hash of the steps, hex; independent of the name."""
        return hash_of(self.steps)

    @property
    def is_nothing(self) -> bool:
        """Whether the recipe has no steps."""
        return not self.steps


def hash_of(steps: Sequence[RecipeStep]) -> str:
    """SHA-256 of the steps, hex; stable across versions."""
    plain = [[step.cleaner, step.version, [list(pair) for pair in step.settings]] for step in steps]
    return hashlib.sha256(json.dumps(plain, separators=(",", ":")).encode()).hexdigest()


def to_toml(recipe: Recipe) -> str:
    """TOML of the recipe, as stored and edited."""
    lines = [f"name = {json.dumps(recipe.name)}"]
    if recipe.use:
        lines.append(f"use = {json.dumps(recipe.use)}")
    for step in recipe.steps:
        lines += ["", "[[step]]", f"cleaner = {json.dumps(step.cleaner)}"]
        lines += [f"version = {step.version}"]
        lines += [f"{key} = {value!r}" for key, value in step.settings]
    return "\n".join(lines) + "\n"


def none() -> Recipe:
    """Recipe without steps."""
    return Recipe(NOTHING, (), "The recording as it is.")
