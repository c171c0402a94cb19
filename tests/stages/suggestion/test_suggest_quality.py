"""How good suggestions are on real speech with deliveries planted in it."""

from collections import Counter

import numpy as np
import pytest
from faster_whisper import WhisperModel

from curator.audio.waveform import Waveform
from curator.stages.delivery.features import delivery
from curator.stages.delivery.stage import DeliveryInputs
from curator.stages.speaker.embed import speaker_vectors
from curator.stages.suggestion.features import ClipFeatures
from curator.stages.suggestion.suggest import Material, suggest
from curator.stages.transcription.encodings import FRAME
from curator.stages.transcription.packing import Chunk, packed
from curator.weights.lookup import whisper_folder
from tests.conftest import REAL_SPEECH
from tests.helpers.deliveries import MANNERS, planted, real_clips

pytestmark = [
    pytest.mark.slow,
    pytest.mark.model,
    pytest.mark.real_speech,
    pytest.mark.timeout(900),
]

CLIPS = 400
WINDOW, FRAMES = 480_000, 3_000  # of Whisper: samples at 16 kHz, and spectrogram frames
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
    voices = [(i, v.astype("<f4").tobytes()) for i, v in enumerate(speaker_vectors(waves))]
    recordings = {i: clip.speaker for i, clip in enumerate(clips)}
    asks = rng.random(CLIPS) < 0.7  # of the questions; the others are not transcribed as such
    texts = {
        i: "Is that so?" if kind == "question" and asks[i] else "That is so."
        for i, kind in enumerate(truth)
    }
    return ClipFeatures(DeliveryInputs(vectors, voices, recordings), texts, encoded(waves)), truth


def encoded(waves):
    """Clips with the mean output of the encoder of Whisper base, several in a window."""
    model = WhisperModel(str(whisper_folder("base")), device="cpu", compute_type="int8")
    means = []
    for window in packed(Chunk(i, wave) for i, wave in enumerate(waves)):
        sound = np.zeros(WINDOW, np.float32)
        sound[: len(window.samples)] = window.samples
        frames = np.asarray(model.encode(model.feature_extractor(sound)[:, :FRAMES]))[0]
        for piece, start in zip(window.pieces, window.starts, strict=True):
            first = start // FRAME
            mean = frames[first : first + len(piece.samples) // FRAME].mean(axis=0)
            means.append((piece.owner, mean.astype("<f4").tobytes()))
    return means


def learned(shows, labels, seed=0):
    return suggest(Material(shows[0], labels, {key: key.title() for key in KEYS}), seed)


def test_five_labels_each_find_three_times_as_many_as_chance(shows):
    """In every category; where chance alone is right in more than a third, hardly any can be."""
    truth = np.array(shows[1])
    often = Counter(shows[1])
    better, good = {key: [] for key in KEYS}, 0
    for trial in range(TRIALS):
        rng = np.random.default_rng(trial)
        given = np.concatenate([rng.permutation(np.flatnonzero(truth == key))[:5] for key in KEYS])
        found = learned(shows, {int(i): shows[1][i] for i in given}, trial)
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
        labels = dict(enumerate(shows[1]))
        wrong = rng.choice(CLIPS, 20, replace=False)
        for i in wrong:
            labels[int(i)] = rng.choice([key for key in KEYS if key != labels[int(i)]])
        found = learned(shows, labels, trial).suggestions
        doubted = [i for i in labels if found[i].emotion != labels[i]]
        first = sorted(doubted, key=lambda i, by=found: -by[i].probability)[:40]
        caught.append(np.isin(wrong, first).mean())
    assert np.mean(caught) >= 0.6
