"""Projects whose clips are spoken in ways that go with their categories."""

from collections.abc import Iterable

import numpy as np

from curator.domain.decision import give_emotion
from curator.domain.fact import ClipFact, DeliveryVector, Producer
from curator.stages.delivery.features import FEATURES, SIZE
from curator.store.project import Project
from tests.helpers.factories import found

DELIVERY = Producer("delivery", 1)
KINDS = ("neutral", "excitement", "question")
PITCH, LEVEL, ENDING = 0, 8, 6


def kind_of(place: int) -> str:
    """The true category of the clip at this place: neutral, excitement, question, neutral..."""
    return KINDS[place % 3]


def give_deliveries(project: Project, clips: Iterable[int] | None = None, seed: int = 0) -> None:
    """How every clip is spoken: excited ones higher and louder, questions rising at the end."""
    rng = np.random.default_rng(seed)
    spreads = np.array([feature.usual_spread for feature in FEATURES])
    facts: list[ClipFact] = []
    for place, clip in enumerate(project.clips.ids() if clips is None else clips):
        row = rng.normal(0, 0.6, SIZE)
        if kind_of(place) == "excitement":
            row[[PITCH, LEVEL]] += 4
        elif kind_of(place) == "question":
            row[ENDING] += 5
        values = DeliveryVector((row * spreads).astype("<f4").tobytes())
        facts.append(found(project, clip, values, DELIVERY))
    project.facts.add(facts)


def give_labels(project: Project, places: Iterable[int]) -> None:
    """The true category to the clips at these places of the list."""
    clips = project.clips.ids()
    for place in places:
        project.decisions.apply(give_emotion([clips[place]], kind_of(place)))
