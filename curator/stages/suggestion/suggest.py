"""Category suggestions for all clips, learned from the labels so far, with reasons.

Learned from how clips are spoken (delivery), from the voice, from Whisper's encoder and from signs
in the text. Labels that look wrong are found by learning from the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from curator.domain.fact import Suggestion
from curator.domain.suggesting import MIN_CATEGORIES, MIN_LABELS, SuggestionVerdict, fingerprint
from curator.stages.suggestion import lda
from curator.stages.suggestion.explanation import Offer, Reasons
from curator.stages.suggestion.features import ClipFeatures, feature_matrix
from curator.stages.suggestion.label_queue import FEWEST_LABELS, doubtful, representative
from curator.stages.suggestion.lda import Kinds, Numbers

SURE = 1.64  # standard deviations above chance of one category; luck reaches it once in 20
SURE_OF_ALL = 2.5  # the same of all together; the folds depend on each other, so luck reaches more
SOFT = 8.0  # temperature of that test: certain mistakes shall not outweigh many good guesses
FEWEST_TO_DOUBT = 5  # labels of a category, before one of them is called wrong
FEWEST_OFFERED = 5  # clips of each category, so that the thinnest has something to begin with


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Training material of the classifier.

    labels: clip id -> category, as people gave it. names: of the categories by key, in their order.
    """

    features: ClipFeatures
    labels: Mapping[int, str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Learned:
    """A suggestion for each clip that has a delivery; none where they would be mere chance."""

    verdict: SuggestionVerdict
    suggestions: Mapping[int, Suggestion] = field(default_factory=dict)


class Suggest:
    """The stage that learns from the whole set; ``seed`` decides how examples are held out."""

    key = "suggest"
    version = 1
    options = ""
    finds = Suggestion

    def run(self, material: Material, seed: int = 0) -> Learned:
        """What is learned from the labels as they are now."""
        return suggest(material, seed)


def suggest(material: Material, seed: int = 0) -> Learned:
    """What is learned from the labels as they are now."""
    labelled = _TrainingSet.of(material)
    points = feature_matrix(material.features)
    if np.count_nonzero(labelled.sizes >= MIN_LABELS) < MIN_CATEGORIES:
        queue = representative(points, labelled.rows, seed)
        verdict = _too_few(labelled, Counter(material.labels.values()))
        return Learned(replace(verdict, queue=labelled.clips(queue)))
    count = len(labelled.keys)
    apart = lda.held_out(points[labelled.rows], labelled.kinds, count, seed)
    verdict = _verdict(apart, labelled, material.names)
    if not verdict.good:
        queue = representative(points, labelled.rows, seed)
        return Learned(replace(verdict, queue=labelled.clips(queue)))
    learned = lda.learn(points[labelled.rows], labelled.kinds, count)
    like = learned.of(points)
    like[labelled.rows] = apart  # a label must not vouch for itself
    heat = lda.temperature_of(apart, labelled.kinds)
    fair = lda.shares(like, heat, labelled.present)
    offers = _offers(fair, lda.shares(like, heat, labelled.frequencies), labelled)
    queue = (
        doubtful(fair, labelled.sizes, labelled.free)
        if len(labelled.rows) >= FEWEST_LABELS
        else representative(points, labelled.rows, seed)
    )
    reasons = Reasons(points, learned, material.names)
    verdict = replace(verdict, queue=labelled.clips(queue))
    return Learned(verdict, {offer.clip: reasons.suggestion(offer) for offer in offers})


@dataclass(frozen=True, slots=True, eq=False)
class _TrainingSet:
    """The clips with a delivery, and which of them people gave a category.

    ids: of all. rows, kinds: of those with a category, its number in ``keys``. sizes: examples by
    kind. mark: fingerprint of the labels.
    """

    ids: Sequence[int]
    keys: Sequence[str]
    rows: Kinds
    kinds: Kinds
    sizes: Kinds
    mark: str

    @classmethod
    def of(cls, material: Material) -> "_TrainingSet":
        ids = [id_ for id_, _ in material.features.delivery.vectors]
        keys = list(material.names)
        place = {key: number for number, key in enumerate(keys)}
        numbers = [place.get(material.labels.get(id_, ""), -1) for id_ in ids]
        every = np.array(numbers, np.int64)
        rows = np.flatnonzero(every >= 0)
        sizes = np.bincount(every[rows], minlength=len(keys))
        return cls(ids, keys, rows, every[rows], sizes, fingerprint(material.labels))

    @property
    def free(self) -> Kinds:
        """Rows without a category."""
        return np.setdiff1d(np.arange(len(self.ids)), self.rows)

    @property
    def present(self) -> Numbers:
        """Equal probabilities of the categories with labels, (categories,)."""
        shares: Numbers = (self.sizes > 0) / np.count_nonzero(self.sizes)
        return shares

    @property
    def frequencies(self) -> Numbers:
        """Probabilities of the categories as frequent as their labels, (categories,)."""
        often = np.where(self.sizes > 0, self.sizes + 1.0, 0.0)
        shares: Numbers = often / often.sum()
        return shares

    def clips(self, rows: Sequence[int]) -> tuple[int, ...]:
        """Clip ids of rows."""
        return tuple(self.ids[row] for row in rows)


def _offers(fair: Numbers, probable: Numbers, labelled: _TrainingSet) -> list[Offer]:
    """The category of each clip; of a labelled one, another only when its own is doubtful.

    Offered is what a clip is most like, as probable as such clips are frequent. Otherwise all would
    be offered to the largest category, and the thinnest would stay thin. fair, probable: shares
    for equal and for observed frequencies of the categories.
    """
    rows, kinds = labelled.rows, labelled.kinds
    kind = _offered(fair, labelled.free)
    given = np.full(len(labelled.ids), -1)
    given[rows] = kinds
    label_probabilities = fair[rows, kinds]
    # After confident learning: a label is doubted that is less sure of itself than its like.
    usual = np.bincount(kinds, label_probabilities, len(labelled.keys)) / np.maximum(
        labelled.sizes, 1
    )
    few = labelled.sizes[kinds] < FEWEST_TO_DOUBT
    trusted = (kind[rows] == kinds) | (label_probabilities >= usual[kinds]) | few
    kind[rows[trusted]] = kinds[trusted]
    chance = probable[np.arange(len(kind)), kind]
    wrong = (given >= 0) & (given != kind)
    chance[wrong] = 1.0 - probable[wrong, given[wrong]]
    return [
        Offer(clip, row, int(kind[row]), int(given[row]), float(chance[row]))
        for row, clip in enumerate(labelled.ids)
    ]


def _offered(fair: Numbers, free: Kinds) -> Kinds:
    """What each point is most like; but every kind is offered a few of the ``free`` ones.

    Those that are more like it than like an average kind. Their low probability is said.
    """
    kind: Kinds = fair.argmax(axis=1)
    known = np.flatnonzero(fair.max(axis=0) > 0)
    for one in known:
        lacking = FEWEST_OFFERED - int(np.count_nonzero(kind[free] == one))
        often = np.bincount(kind[free], minlength=fair.shape[1])
        others = free[(kind[free] != one) & (often[kind[free]] > FEWEST_OFFERED)]
        near = others[fair[others, one] > 1.0 / known.size]
        if lacking > 0:
            kind[near[np.argsort(-fair[near, one])][:lacking]] = one
    return kind


def _too_few(labelled: _TrainingSet, labels: Mapping[str, int]) -> SuggestionVerdict:
    """Verdict without suggestions. labels: clips by category, analysed or not."""
    sentence = "Label at least two clips in each of two categories to get suggestions."
    if sum(labels.get(key, 0) >= MIN_LABELS for key in labelled.keys) >= MIN_CATEGORIES:
        sentence = "The labelled clips are not analysed yet. Analyse the recordings first."
    return SuggestionVerdict(labelled.mark, len(labelled.rows), 0.0, 0.0, False, (), sentence)


def _verdict(apart: Numbers, labelled: _TrainingSet, names: Mapping[str, str]) -> SuggestionVerdict:
    """Cross-validated accuracy against chance, and the categories that are not separable."""
    kinds = labelled.kinds
    guessed = apart.argmax(axis=1)
    total = len(kinds)
    hits = float(np.mean(guessed == kinds))
    dealt = np.bincount(guessed, minlength=len(labelled.keys)) * labelled.sizes
    chance = float(dealt.sum()) / total**2
    certain = lda.shares(apart, 1.0, labelled.present)
    good = lda.above_chance(lda.shares(apart, SOFT, labelled.present), kinds) >= SURE_OF_ALL
    weak = tuple(
        key
        for number, key in enumerate(labelled.keys)
        if labelled.sizes[number] < MIN_LABELS
        or lda.told_apart(certain[:, number], kinds == number) < SURE
    )
    sentence = f"Cross-validated accuracy on {total} labels: {hits:.0%} (chance {chance:.0%})."
    if not good:
        sentence += " No better than chance, so nothing is suggested: label more clips."
    elif weak:
        listed = ", ".join(names[key] for key in weak)
        sentence += f" Not separable yet: {listed}."
    return SuggestionVerdict(labelled.mark, total, hits, chance, good, weak, sentence)
