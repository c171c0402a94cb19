"""Category suggestions for all clips, learned from the labels so far, with reasons.

Learned from how clips are spoken (delivery), from what is peculiar about the voice in them, and
from signs in the text. Labels that look wrong are found by learning from the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from curator.domain.fact import Suggestion
from curator.domain.suggesting import SuggestionVerdict, fingerprint
from curator.stages.delivery.stage import DeliveryInputs, normalised
from curator.stages.speaker.grouping import speaker_labels
from curator.stages.speaker.similarity import unpacked
from curator.stages.suggestion import lda
from curator.stages.suggestion.explanation import SIGNS, Offer, Reasons
from curator.stages.suggestion.lda import Kinds, Numbers

SURE = 1.64  # standard deviations above chance; luck alone reaches it once in 20
FEWEST = 2  # categories with FEWEST_OF_EACH labels, or there is nothing to learn
FEWEST_OF_EACH = 2
FEWEST_TO_DOUBT = 5  # labels of a category, before one of them is called wrong
FEWEST_OFFERED = 5  # clips of each category, so that the thinnest has something to begin with
VOICE = 12  # principal components of what is peculiar about the voice in a clip
SIGN_WEIGHT = 2.0  # a question mark says more than one number of the delivery


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Training material of the classifier.

    texts: clip id -> what is said. labels: clip id -> category, as people gave it. names: of the
    categories by key, in their order.
    """

    heard: DeliveryInputs
    texts: Mapping[int, str]
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
    if np.count_nonzero(labelled.sizes >= FEWEST_OF_EACH) < FEWEST:
        return Learned(_too_few(labelled, Counter(material.labels.values())))
    points = points_of(material)
    count = len(labelled.keys)
    apart = lda.held_out(points[labelled.rows], labelled.kinds, count, seed)
    verdict = _verdict(apart, labelled, material.names)
    if not verdict.good:
        return Learned(verdict)
    learned = lda.learn(points[labelled.rows], labelled.kinds, count)
    like = learned.of(points)
    like[labelled.rows] = apart  # a label must not vouch for itself
    offers = _offers(like, labelled)
    reasons = Reasons(points, learned, material.names)
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
        ids = [id_ for id_, _ in material.heard.vectors]
        keys = list(material.names)
        place = {key: number for number, key in enumerate(keys)}
        numbers = [place.get(material.labels.get(id_, ""), -1) for id_ in ids]
        every = np.array(numbers, np.int64)
        rows = np.flatnonzero(every >= 0)
        sizes = np.bincount(every[rows], minlength=len(keys))
        return cls(ids, keys, rows, every[rows], sizes, fingerprint(material.labels))


def _offers(like: Numbers, labelled: _TrainingSet) -> list[Offer]:
    """The category of each clip; of a labelled one, another only when its own is doubtful.

    Offered is what a clip is most like, as probable as such clips are frequent. Otherwise all would
    be offered to the largest category, and the thinnest would stay thin.
    """
    rows, kinds = labelled.rows, labelled.kinds
    heat = lda.temperature_of(like[rows], kinds)
    present = (labelled.sizes > 0) / np.count_nonzero(labelled.sizes)
    often = np.where(labelled.sizes > 0, labelled.sizes + 1.0, 0.0)
    often /= often.sum()
    fair = lda.shares(like, heat, present)
    probable = lda.shares(like, heat, often)
    kind = _offered(fair, np.setdiff1d(np.arange(len(labelled.ids)), rows))
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
    if sum(labels.get(key, 0) >= FEWEST_OF_EACH for key in labelled.keys) >= FEWEST:
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
    present = (labelled.sizes > 0) / np.count_nonzero(labelled.sizes)
    certain = lda.shares(apart, 1.0, present)
    good = lda.above_chance(certain, kinds) >= SURE
    weak = tuple(
        key
        for number, key in enumerate(labelled.keys)
        if labelled.sizes[number] < FEWEST_OF_EACH
        or lda.told_apart(certain[:, number], kinds == number) < SURE
    )
    sentence = f"Cross-validated accuracy on {total} labels: {hits:.0%} (chance {chance:.0%})."
    if not good:
        sentence += " No better than chance, so nothing is suggested: label more clips."
    elif weak:
        listed = ", ".join(names[key] for key in weak)
        sentence += f" Not separable yet: {listed}."
    return SuggestionVerdict(labelled.mark, total, hits, chance, good, weak, sentence)


def points_of(material: Material) -> Numbers:
    """Feature matrix, shape (clips, features), standardised.

    First the delivery, then the voice, then the signs in the text.
    """
    inputs = material.heard
    delivery = normalised(inputs).astype(np.float64)
    delivery /= np.maximum(delivery.std(axis=0), 0.1)
    ids = [id_ for id_, _ in inputs.vectors]
    signs = np.array([_signs(material.texts.get(id_, "")) for id_ in ids], np.float64)
    signs -= signs.mean(axis=0)
    signs *= SIGN_WEIGHT / np.maximum(signs.std(axis=0), 0.1)
    signs[:, -1] /= SIGN_WEIGHT  # length is a number like others
    return np.hstack([delivery, _peculiar(inputs, ids), signs])


def _signs(text: str) -> tuple[float, ...]:
    folded = text.replace("...", "…")
    return (*(float(sign in folded) for sign, _ in SIGNS), float(np.log1p(len(folded.split()))))


def _peculiar(inputs: DeliveryInputs, ids: Sequence[int]) -> Numbers:
    """How the voice differs from its speaker's usual one, (clips, VOICE); 0 where it is unknown."""
    features = np.zeros((len(ids), VOICE))
    place = {id_: row for row, id_ in enumerate(ids)}
    known = [(id_, values) for id_, values in inputs.voices if id_ in place]
    if len(known) <= VOICE:
        return features
    rows = unpacked(known).astype(np.float64)
    speakers = speaker_labels(unpacked(known))
    for speaker in np.unique(speakers):
        rows[speakers == speaker] -= rows[speakers == speaker].mean(axis=0)
    values, directions = np.linalg.eigh(rows.T @ rows / len(rows))
    parts = rows @ directions[:, -VOICE:] / np.sqrt(np.maximum(values[-VOICE:], 1e-9))
    features[[place[id_] for id_, _ in known]] = np.clip(parts, -4.0, 4.0)
    return features
