import numpy as np
import pytest

from curator.stages.delivery.features import FEATURES, SIZE
from curator.stages.delivery.stage import DeliveryInputs
from curator.stages.suggestion import lda
from curator.stages.suggestion.features import ClipFeatures
from curator.stages.suggestion.suggest import Material, Suggest, suggest

NAMES = {"calm": "Calm", "excited": "Excited", "question": "Question"}
SPREADS = np.array([feature.usual_spread for feature in FEATURES])
PITCH, LEVEL = 0, 8


def material(labels, clips=90, seed=0, texts=None, names=NAMES):
    """Clips 0, 3, 6... are calm, 1, 4... excited (higher and louder), 2, 5... questions."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 1, (clips, SIZE))
    kinds = np.arange(clips) % 3
    rows[kinds == 1, PITCH] += 3
    rows[kinds == 1, LEVEL] += 3
    vectors = [(i, row.astype("<f4").tobytes()) for i, row in enumerate(rows * SPREADS)]
    said = texts or {i: "Is it?" if kinds[i] == 2 else "It is." for i in range(clips)}
    return Material(ClipFeatures(DeliveryInputs(vectors), said), labels, names)


def truth(clip):
    return ("calm", "excited", "question")[clip % 3]


def labelled(clips):
    return {clip: truth(clip) for clip in clips}


def test_the_likely_category_of_each_clip_is_found_and_said_why():
    learned = suggest(material(labelled(range(24))))
    assert learned.verdict.good
    assert learned.verdict.weak == ()
    right = [learned.suggestions[clip].emotion == truth(clip) for clip in range(24, 90)]
    assert np.mean(right) > 0.85
    excited = [learned.suggestions[clip].reason for clip in range(25, 90, 3)]
    assert (
        np.mean(
            ["higher pitch" in reason.lower() or "louder" in reason.lower() for reason in excited]
        )
        > 0.8
    )
    asked = [learned.suggestions[clip].reason for clip in range(26, 90, 3)]
    assert np.mean(["a question mark" in reason.lower() for reason in asked]) > 0.8
    assert np.mean([reason.endswith(": like clips of Question.") for reason in asked]) > 0.8


def test_probabilities_are_as_often_right_as_they_say():
    said, right = [], []
    for seed in range(6):
        learned = suggest(material(labelled(range(30)), seed=seed), seed)
        for clip in range(30, 90):
            said.append(learned.suggestions[clip].probability)
            right.append(learned.suggestions[clip].emotion == truth(clip))
    assert np.mean(said) == pytest.approx(np.mean(right), abs=0.08)


def test_few_labels_do_not_make_it_doubt_more_than_it_errs():
    """Held-out labels are scored with fewer labels than other clips; that must not count."""
    error = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        kinds = np.tile(np.arange(7), 30)
        points = rng.normal(size=(210, 80)) + 0.4 * rng.normal(size=(7, 80))[kinds]
        few, new = np.arange(35), np.arange(35, 210)  # five of each
        temperature = lda.temperature_of(lda.held_out(points[few], kinds[few], 7), kinds[few])
        likeness = lda.learn(points[few], kinds[few], 7).of(points[new])
        shares = lda.shares(likeness, temperature, np.full(7, 1 / 7))
        error.append(shares.max(axis=1).mean() - np.mean(shares.argmax(axis=1) == kinds[new]))
    assert np.mean(error) == pytest.approx(0.0, abs=0.03)


def test_a_wrong_label_is_suspected_and_a_right_one_is_not():
    labels = labelled(range(60))
    labels[1], labels[2] = "calm", "excited"
    learned = suggest(material(labels))
    wrong = {clip for clip in labels if learned.suggestions[clip].emotion != labels[clip]}
    assert {1, 2} <= wrong
    assert len(wrong) < 12
    assert learned.suggestions[1].reason.endswith(": more like Excited than Calm.")
    assert learned.suggestions[1].probability > 0.5


def test_labels_that_follow_nothing_are_said_to():
    rng = np.random.default_rng(3)
    keys = list(NAMES)
    good = 0
    for seed in range(20):
        labels = {clip: keys[rng.integers(3)] for clip in range(30)}
        learned = suggest(material(labels, seed=seed), seed)
        good += learned.verdict.good
        if not learned.verdict.good:
            assert learned.suggestions == {}
            assert "No better than chance" in learned.verdict.sentence
    assert good <= 4


@pytest.mark.parametrize(
    "labels",
    [{}, {1: "calm"}, {1: "calm", 2: "excited"}, dict.fromkeys(range(20), "calm"), {999: "calm"}],
    ids=["none", "one", "one each", "one kind", "no such clip"],
)
def test_too_few_labels_are_asked_for(labels):
    learned = suggest(material(labels))
    assert not learned.verdict.good
    assert learned.suggestions == {}
    assert learned.verdict.sentence.startswith("Label at least two clips")


def test_labels_of_clips_without_a_delivery_ask_for_the_analysis():
    labels = {1001: "calm", 1002: "calm", 1003: "excited", 1004: "excited"}
    verdict = suggest(material(labels)).verdict
    assert verdict.sentence.startswith("The labelled clips are not analysed yet")


def test_a_project_without_clips_or_categories_has_no_suggestions():
    assert suggest(Material(ClipFeatures(DeliveryInputs([]), {}), {}, NAMES)).suggestions == {}
    assert suggest(material({1: "calm"}, names={})).suggestions == {}


def test_a_category_that_is_not_told_apart_is_named():
    names = {**NAMES, "other": "Other"}
    labels = labelled(range(60)) | dict.fromkeys((5, 9, 13, 24, 34, 44), "other")
    verdict = suggest(material(labels, names=names)).verdict
    assert verdict.good
    assert verdict.weak == ("other",)
    assert verdict.sentence.endswith("Not separable yet: Other.")


def test_the_same_labels_give_the_same_suggestions():
    assert Suggest().run(material(labelled(range(24)))) == suggest(material(labelled(range(24))))


def test_clips_of_no_words_and_of_one_loudness_change_nothing():
    learned = suggest(material(labelled(range(24)), texts=dict.fromkeys(range(90), "")))
    assert all(np.isfinite(one.probability) for one in learned.suggestions.values())


def test_chance_is_counted_exactly():
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, 3, 40)
    guessed = rng.dirichlet(np.ones(3), 40)
    dealt = [guessed[np.arange(40), rng.permutation(kinds)].sum() for _ in range(4_000)]
    own = guessed[np.arange(40), kinds].sum()
    expected = (own - np.mean(dealt)) / np.std(dealt)
    assert lda.above_chance(guessed, kinds) == pytest.approx(expected, abs=0.1)


def test_discriminants_are_those_of_scikit_learn():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    rng = np.random.default_rng(4)
    kinds = np.repeat([0, 1, 3], [4, 9, 30])
    points = rng.normal(size=(kinds.size, 12)) + kinds[:, None] * rng.normal(size=12)
    points[:, 5] = 1.0
    expected = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=[1 / 3] * 3)
    new = rng.normal(size=(50, 12))
    new[:, 5] = 1.0
    shares = lda.shares(lda.learn(points, kinds, 4).of(new), 1.0, np.array([1, 1, 0, 1]) / 3)
    likely = expected.fit(points, kinds).predict_proba(new)
    np.testing.assert_allclose(shares[:, [0, 1, 3]], likely, atol=1e-6)
    assert (shares[:, 2] == 0).all()


def test_a_kind_without_examples_is_never_likely():
    points = np.random.default_rng(0).normal(size=(20, 4))
    learned = lda.learn(points, np.arange(20) % 2, 3)
    assert np.isneginf(learned.of(points)[:, 2]).all()


def test_examples_all_alike_can_be_learned_from():
    points = np.zeros((8, 4))
    found = lda.learn(points, np.arange(8) % 2, 2).of(points)
    assert np.isfinite(found).all()
