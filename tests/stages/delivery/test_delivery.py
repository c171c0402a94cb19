import numpy as np
import pytest

from curator.audio.waveform import Waveform
from curator.domain.fact import ClipFact
from curator.stages import Failed
from curator.stages.delivery.features import FEATURES, SIZE, delivery
from curator.stages.delivery.stage import (
    Deliver,
    DeliveryInputs,
    LayOutDelivery,
    delivery_rows,
    normalised,
)
from tests.conftest import REAL_SPEECH
from tests.helpers.clip_sounds import clip_sounds
from tests.helpers.deliveries import MANNERS, Manner, real_clips, spoken
from tests.helpers.sounds import at_snr, noise, one_sample, silence, speech_like, tone
from tests.stages.speaker.test_similarity import made_up_voices

RATE = 16_000
PLACE = {feature.key: place for place, feature in enumerate(FEATURES)}


def heard(sound):
    return delivery(Waveform(sound, RATE))


def number(sound, key):
    return float(heard(sound)[PLACE[key]])


@pytest.mark.parametrize(
    "sound",
    [
        tone(1.0, 200.0, RATE),
        noise(2.0, RATE, level=0.9),
        speech_like(0.8, RATE),
        speech_like(12.0, RATE) * np.float32(0.02),
        at_snr(speech_like(3.0, RATE), 5.0),
        np.sign(tone(1.0, 90.0, RATE)),
    ],
    ids=["tone", "noise", "short", "quiet", "noisy", "square"],
)
def test_every_sound_has_a_finite_delivery(sound):
    found = heard(sound)
    assert found.shape == (SIZE,)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("sound", [silence(1.0, RATE), one_sample(), np.zeros(0, np.float32)])
def test_what_holds_no_speech_has_none(sound):
    assert heard(sound) is None


def test_the_stage_finds_a_vector_for_each_clip_in_order_and_says_which_it_cannot():
    sounds = [speech_like(2.0, RATE, 1), silence(1.0, RATE), speech_like(1.5, RATE, 2)]
    found = list(Deliver().run(clip_sounds(sounds, first_id=7)))
    assert [f.clip_id if isinstance(f, ClipFact) else f.item for f in found] == [7, 8, 9]
    assert [isinstance(f, Failed) for f in found] == [False, True, False]
    rows = delivery_rows([(f.clip_id, f.fact.values) for f in found if isinstance(f, ClipFact)])
    assert rows.shape == (2, SIZE)


def test_a_louder_copy_is_louder_and_nothing_else():
    sound = at_snr(speech_like(4.0, RATE), 40.0)
    more = heard(sound) - heard(sound / 4)
    assert more[PLACE["level"]] == pytest.approx(12.04, abs=0.1)
    more[PLACE["level"]] = 0.0
    spreads = np.array([feature.usual_spread for feature in FEATURES])
    assert np.abs(more / spreads).max() < 1.0


def test_pauses_are_counted():
    flowing = np.concatenate([speech_like(0.9, RATE, seed)[4800:] for seed in range(5)])
    halting = np.concatenate(
        [np.concatenate([part, silence(0.5, RATE)]) for part in np.array_split(flowing, 5)]
    )
    for key in ("pause_share", "pause_longest", "pauses"):
        assert number(halting, key) > number(flowing, key)


@pytest.fixture(scope="module")
def some_clips():
    return real_clips(REAL_SPEECH, 4.0)[::10]


@pytest.mark.real_speech
@pytest.mark.parametrize(
    ("manner", "key", "least", "most"),
    [
        (Manner(semitones=4.0), "pitch_middle", 3.0, 5.0),
        (Manner(melody=3.0), "pitch_range", 1.5, 8.0),
        (Manner(rate=1.3), "syllable_rate", 0.3, 3.0),
        (Manner(db=6.0), "level", 5.0, 7.0),
    ],
    ids=["pitch", "range", "rate", "energy"],
)
def test_a_planted_delivery_is_measured(some_clips, manner, key, least, most):
    changes = [
        number(spoken(clip.samples, manner, seed), key)
        - number(spoken(clip.samples, MANNERS["neutral"], seed), key)
        for seed, clip in enumerate(some_clips)
    ]
    assert least < np.median(changes) < most


def vectors_of(rows):
    return [(10 + i, row.astype("<f4").tobytes()) for i, row in enumerate(rows)]


def made_up_deliveries(voices=(30, 30), seed=0):
    """Deliveries of speakers who differ as men and women do; half of each are excited."""
    rng = np.random.default_rng(seed)
    spreads = np.array([feature.usual_spread for feature in FEATURES])
    whose = np.repeat(np.arange(len(voices)), voices)
    own = rng.normal(0, 5, (len(voices), SIZE))[whose]
    excited = np.arange(len(whose)) % 2 == 0
    rows = own + rng.normal(0, 0.5, (len(whose), SIZE))
    rows[excited, : SIZE // 2] += 3
    return vectors_of(rows * spreads), whose, excited


def test_what_is_usual_for_a_speaker_is_taken_away():
    vectors, whose, excited = made_up_deliveries()
    voices, _ = made_up_voices([30, 30])
    found = normalised(
        DeliveryInputs(vectors, voices, dict.fromkeys((id_ for id_, _ in vectors), 1))
    )
    for voice in (0, 1):
        assert np.abs(np.median(found[whose == voice], axis=0)).max() < 1.5
    first_half = found[:, : SIZE // 2].mean(axis=1)
    assert first_half[excited].min() > first_half[~excited].max()


def test_a_nearer_microphone_is_no_louder_voice():
    vectors, _, _ = made_up_deliveries((40,))
    rows = delivery_rows(vectors).copy()
    rows[20:, PLACE["level"]] += 12.0
    recordings = {id_: 1 + (i >= 20) for i, (id_, _) in enumerate(vectors)}
    found = normalised(DeliveryInputs(vectors_of(rows), (), recordings))[:, PLACE["level"]]
    assert abs(np.median(found[:20]) - np.median(found[20:])) < 0.5


def test_one_clip_and_none_have_a_place_too():
    vectors, _, _ = made_up_deliveries((1,))
    assert LayOutDelivery().run(DeliveryInputs([])) == {}
    assert list(LayOutDelivery().run(DeliveryInputs(vectors))) == [10]


@pytest.mark.model
def test_deliveries_lie_together_on_the_map_whoever_speaks():
    vectors, _, excited = made_up_deliveries((60, 60))
    voices, _ = made_up_voices([60, 60])
    points = LayOutDelivery(3).run(DeliveryInputs(vectors, voices))
    assert points == LayOutDelivery(3).run(DeliveryInputs(vectors, voices))
    places = np.array([(point.x, point.y) for point in points.values()])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    same = excited[np.argsort(apart, axis=1)[:, :5]] == excited[:, None]
    assert same.mean() > 0.95
    again = LayOutDelivery(3).run(DeliveryInputs(vectors, voices), points)
    moved = [np.hypot(points[i].x - again[i].x, points[i].y - again[i].y) for i in points]
    assert np.median(moved) < 0.05 * np.ptp(places, axis=0).max()
