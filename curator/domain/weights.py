"""How often each category shall be heard in training, instead of throwing its clips away."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from curator.domain.errors import CuratorError

MOST = 8.0
"""Times a clip may be heard in an epoch; the trainer's own limit. More is learned by heart."""

NO_CATEGORY = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a person decided.

    temperature: 1 hears categories as often as they have clips, 0 hears all equally often, and
    between them the share of a category is its size to this power. by_category: times that, for
    some categories by key.
    """

    temperature: float = 1.0
    by_category: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str | None) -> "Weights":
        """As it is stored: {"temperature": 0.5, "greeting": 2.0}; None for what is usual."""
        values = json.loads(text) if text else {}
        if not isinstance(values, dict):
            raise CuratorError("Weights are given by category.")
        weights = {str(key): float(value) for key, value in values.items()}
        return cls(weights.pop("temperature", 1.0), weights)

    def to_json(self) -> str | None:
        """As it is stored; None when everything is as usual."""
        values = {key: value for key, value in self.by_category.items() if value != 1.0}
        if self.temperature != 1.0:
            values["temperature"] = self.temperature
        return json.dumps(values, sort_keys=True) if values else None

    def checked(self) -> "Weights":
        """The weights as they are, or CuratorError naming what cannot be."""
        if not 0.0 <= self.temperature <= 1.0:
            raise CuratorError(
                f"A temperature of {self.temperature:g} cannot be: it is from 0, which hears all "
                "categories equally often, to 1, which hears them as often as they have clips."
            )
        for key, value in self.by_category.items():
            if not 0.0 < value <= MOST:
                raise CuratorError(
                    f"A weight of {value:g} cannot be: {key} is heard more than 0 and at most "
                    f"{MOST:.0f} times as often."
                )
        return self

    def moved(self, going: Mapping[str, str | None]) -> "Weights":
        """The same when categories get other keys; that of one that is merged away goes."""
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
                MOST,
                (size / largest) ** (self.temperature - 1.0) * self.by_category.get(key, 1.0),
            )
            for key, size in sizes.items()
            if size
        }
