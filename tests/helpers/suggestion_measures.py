"""How good suggestions are: precision, refusals, calibration, labels needed, wrong labels found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np
from numpy.typing import NDArray

from curator.stages.suggestion.suggest import Learned, Material, suggest
from tests.helpers.suggestion_material import JudgedClips

FIRST = 10  # suggestions of a category that a person looks at
BINS = 10  # of the expected calibration error
MOST_LABELS = 200  # after which labelling is given up

Labels = Mapping[int, str]


def learned(clips: JudgedClips, labels: Labels, seed: int = 0) -> Learned:
    """Suggestions from these labels."""
    return suggest(Material(clips.features, labels, {key: key.title() for key in clips.keys}), seed)


def labels_each(clips: JudgedClips, count: int, seed: int) -> dict[int, str]:
    """That many labels in each category, or half of those in it, drawn at random."""
    rng = np.random.default_rng(seed)
    labels = {}
    for key in clips.keys:
        members = [clip for clip, truth in clips.truth.items() if truth == key]
        for clip in rng.permutation(members)[: min(count, len(members) // 2)]:
            labels[int(clip)] = key
    return labels


def first_suggestions(found: Learned, labels: Labels, key: str) -> list[int]:
    """The most probable unlabelled clips of a category, at most FIRST."""
    offered = [
        clip for clip, one in found.suggestions.items() if one.emotion == key and clip not in labels
    ]
    return sorted(offered, key=lambda clip: -found.suggestions[clip].probability)[:FIRST]


def precisions(clips: JudgedClips, found: Learned, labels: Labels) -> dict[str, float]:
    """Share of right ones in the first suggestions, by category with any."""
    lists = {key: first_suggestions(found, labels, key) for key in clips.keys}
    return {
        key: float(np.mean([clips.truth[clip] == key for clip in first]))
        for key, first in lists.items()
        if first
    }


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over draws of labels.

    precision: in the first ten, over categories, of the draws that were not refused. refused:
    share of draws. calibration_error: expected calibration error of all suggestions.
    """

    precision: float
    refused: float
    calibration_error: float


def quality(clips: JudgedClips, count: int, draws: int) -> Quality:
    """Quality with that many labels a category."""
    right: list[float] = []
    refused = 0
    probabilities: list[float] = []
    hits: list[bool] = []
    for seed in range(draws):
        labels = labels_each(clips, count, seed)
        found = learned(clips, labels, seed)
        refused += not found.verdict.good
        if not found.verdict.good:
            continue
        right.append(float(np.mean(list(precisions(clips, found, labels).values()))))
        for clip, one in found.suggestions.items():
            if clip not in labels:
                probabilities.append(one.probability)
                hits.append(clips.truth[clip] == one.emotion)
    error = calibration_error(np.array(probabilities), np.array(hits)) if hits else float("nan")
    precision = float(np.mean(right)) if right else float("nan")
    return Quality(precision, refused / draws, error)


def calibration_error(probabilities: NDArray[np.float64], hits: NDArray[np.bool_]) -> float:
    """Expected calibration error over equal bins (Naeini, Cooper and Hauskrecht, 2015)."""
    place = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    return float(
        sum(
            np.mean(place == one)
            * abs(probabilities[place == one].mean() - hits[place == one].mean())
            for one in np.unique(place)
        )
    )


def shuffled_refusals(clips: JudgedClips, count: int, draws: int) -> float:
    """Share of draws refused with labels that say nothing: dealt out anew among the same clips."""
    refused = 0
    for seed in range(draws):
        labels = labels_each(clips, count, seed)
        values = np.random.default_rng(1_000 + seed).permutation(list(labels.values()))
        refused += not learned(
            clips, dict(zip(labels, map(str, values), strict=True)), seed
        ).verdict.good
    return refused / draws


def suspects_found(clips: JudgedClips, wrong: int, among: int, seed: int) -> float:
    """Share of planted wrong labels among the first suspects."""
    rng = np.random.default_rng(seed)
    labels = dict(clips.truth)
    planted = rng.choice(sorted(labels), wrong, replace=False)
    for clip in planted:
        labels[int(clip)] = str(rng.choice([k for k in clips.keys if k != labels[int(clip)]]))
    found = learned(clips, labels, seed).suggestions
    doubted = [clip for clip in labels if clip in found and found[clip].emotion != labels[clip]]
    first = sorted(doubted, key=lambda clip: -found[clip].probability)[:among]
    return float(np.isin(planted, first).mean())


class Order(StrEnum):
    """Which clips are labelled next.

    QUEUE: those proposed. RANDOM: any. EVEN: random ones of the categories with the fewest labels,
    as only someone can who knows all categories beforehand.
    """

    QUEUE = auto()
    RANDOM = auto()
    EVEN = auto()


def labels_needed(clips: JudgedClips, goal: float, seed: int, order: Order) -> int:
    """Labels, ten at a time, until the mean precision in the first ten reaches the goal.

    MOST_LABELS if it never does.
    """
    rng = np.random.default_rng(seed)
    labels: dict[int, str] = {}
    while len(labels) < min(MOST_LABELS, len(clips.truth)):
        found = learned(clips, labels, seed)
        right = precisions(clips, found, labels)
        if found.verdict.good and sum(right.values()) / len(clips.keys) >= goal:
            break
        free = [clip for clip in clips.truth if clip not in labels]
        drawn = [int(clip) for clip in rng.permutation(free)]
        if order is Order.EVEN:
            drawn = evenly(clips, labels, drawn)
        elif order is Order.QUEUE:
            drawn = list(dict.fromkeys((*found.verdict.queue, *drawn)))
        chosen = [clip for clip in drawn if clip not in labels][:FIRST]
        labels |= {clip: clips.truth[clip] for clip in chosen}
    return len(labels)


def evenly(clips: JudgedClips, labels: Labels, drawn: Sequence[int]) -> list[int]:
    """The drawn clips, so ordered that the categories get labels evenly."""
    count = Counter(labels.values())
    places = []
    for clip in drawn:
        key = clips.truth[clip]
        count[key] += 1
        places.append((count[key], clip))
    return [clip for _, clip in sorted(places, key=lambda place: place[0])]
