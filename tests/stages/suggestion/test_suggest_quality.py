"""How good suggestions are on real speech with deliveries planted in it."""

from collections import Counter

import numpy as np
import pytest

from curator.audio.waveform import Waveform
from curator.stages.delivery.features import delivery
from curator.stages.delivery.stage import DeliveryInputs
from curator.stages.speaker.embed import speaker_vectors
from curator.stages.suggestion.features import ClipFeatures
from curator.stages.suggestion.suggest import Material, suggest
from tests.conftest import REAL_SPEECH
from tests.helpers.deliveries import MANNERS, planted, real_clips

pytestmark = [
    pytest.mark.slow,
    pytest.mark.model,
    pytest.mark.real_speech,
    pytest.mark.timeout(900),
]

CLIPS = 400
KEYS = list(MANNERS)
FREQUENT = (0.1, 0.15, 0.1, 0.1, 0.1, 0.1, 0.35)  # neutral is most of any recording
TRIALS = 10


@pytest.fixture(scope="module")
def shows():
    """400 real clips with a category planted in each, and what is measured of them."""
    clips = real_clips(REAL_SPEECH)
    clips = [clips[i % len(clips)] for i in range(CLIPS)]
    rng = np.random.default_rng(0)
    truth = [KEYS[kind] for kind in rng.choice(len(KEYS), CLIPS, p=FREQUENT)]
    waves = planted(clips, truth)
    vectors = [
        (i, delivery(Waveform(wave, 16_000)).astype("<f4").tobytes())
        for i, wave in enumerate(waves)
    ]
    firsts = {clip.speaker: clip.samples for clip in reversed(clips)}
    known = dict(zip(firsts, speaker_vectors(list(firsts.values())), strict=True))
    voices = [(i, known[clip.speaker].astype("<f4").tobytes()) for i, clip in enumerate(clips)]
    recordings = {i: clip.speaker for i, clip in enumerate(clips)}
    asks = rng.random(CLIPS) < 0.7  # of the questions; the others are not transcribed as such
    texts = {
        i: "Is that so?" if kind == "question" and asks[i] else "That is so."
        for i, kind in enumerate(truth)
    }
    return DeliveryInputs(vectors, voices, recordings), texts, truth


def learned(shows, labels, seed=0):
    heard, texts, _ = shows
    return suggest(
        Material(ClipFeatures(heard, texts), labels, {key: key.title() for key in KEYS}), seed
    )


def test_five_labels_each_find_three_times_as_many_as_chance(shows):
    """In every category; where chance alone is right in more than a third, hardly any can be."""
    truth = np.array(shows[2])
    often = Counter(shows[2])
    better, good = {key: [] for key in KEYS}, 0
    for trial in range(TRIALS):
        rng = np.random.default_rng(trial)
        given = np.concatenate([rng.permutation(np.flatnonzero(truth == key))[:5] for key in KEYS])
        found = learned(shows, {int(i): shows[2][i] for i in given}, trial)
        good += found.verdict.good
        for key in KEYS:
            first = sorted(
                (
                    i
                    for i, one in found.suggestions.items()
                    if one.emotion == key and i not in given
                ),
                key=lambda i, by=found.suggestions: -by[i].probability,
            )[:10]
            if first:
                chance = (often[key] - 5) / (CLIPS - given.size)
                better[key].append(np.mean(truth[first] == key) / chance)
    assert good >= 0.7 * TRIALS
    for key, times in better.items():
        most = (CLIPS - given.size) / (often[key] - 5)
        assert np.mean(times) >= (3.0 if most >= 3.0 else 1.2), key


def test_most_of_twenty_wrong_labels_are_among_the_first_forty_suspects(shows):
    caught = []
    for trial in range(TRIALS):
        rng = np.random.default_rng(trial)
        labels = dict(enumerate(shows[2]))
        wrong = rng.choice(CLIPS, 20, replace=False)
        for i in wrong:
            labels[int(i)] = rng.choice([key for key in KEYS if key != labels[int(i)]])
        found = learned(shows, labels, trial).suggestions
        doubted = [i for i in labels if found[i].emotion != labels[i]]
        first = sorted(doubted, key=lambda i, by=found: -by[i].probability)[:40]
        caught.append(np.isin(wrong, first).mean())
    assert np.mean(caught) >= 0.6
