"""Sampling weights of categories in training."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from curator.domain.errors import CuratorError

MAX_WEIGHT = 8.0
"""Upper bound of occurrences per epoch, as in the trainer; more leads to overfitting."""

NO_CATEGORY = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Decided sampling weights.

    temperature: exponent of the category sizes, 0..1: 1 samples clips as recorded, 0 samples all
    categories equally. by_category: additional factors by category key.
    """

    temperature: float = 1.0
    by_category: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str | None) -> "Weights":
        """Weights from JSON such as {"temperature": 0.5, "greeting": 2.0}; None for defaults."""
        values = json.loads(text) if text else {}
        if not isinstance(values, dict):
            raise CuratorError("Weights must be a JSON object with categories as keys.")
        weights = {str(key): float(value) for key, value in values.items()}
        return cls(weights.pop("temperature", 1.0), weights)

    def to_json(self) -> str | None:
        """JSON text as stored; None for defaults."""
        values = {key: value for key, value in self.by_category.items() if value != 1.0}
        if self.temperature != 1.0:
            values["temperature"] = self.temperature
        return json.dumps(values, sort_keys=True) if values else None

    def checked(self) -> "Weights":
        """Return valid weights unchanged. Raises CuratorError for a value out of range."""
        if not 0.0 <= self.temperature <= 1.0:
            raise CuratorError(
                f"A temperature of {self.temperature:g} is out of range: 0 (all categories sampled "
                "equally) to 1 (as recorded)."
            )
        for key, value in self.by_category.items():
            if not 0.0 < value <= MAX_WEIGHT:
                raise CuratorError(
                    f"A weight of {value:g} for {key} is out of range: above 0 and at most "
                    f"{MAX_WEIGHT:.0f}."
                )
        return self

    def moved(self, going: Mapping[str, str | None]) -> "Weights":
        """Weights with renamed category keys; None removes a key."""
        if not going:
            return self
        stay = {key: value for key, value in self.by_category.items() if key not in going}
        renamed = {
            new: self.by_category[old]
            for old, new in going.items()
            if new is not None and old in self.by_category and new not in stay
        }
        return replace(self, by_category=stay | renamed)

    def sampling_weights(self, sizes: Mapping[str, int]) -> dict[str, float]:
        """Mean number of times a clip of each category is sampled per epoch.

        sizes: clips by category, NO_CATEGORY for those without one. The largest is 1.
        """
        largest = max(sizes.values(), default=0)
        return {
            key: min(
                MAX_WEIGHT,
                (size / largest) ** (self.temperature - 1.0) * self.by_category.get(key, 1.0),
            )
            for key, size in sizes.items()
            if size
        }
