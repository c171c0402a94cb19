import numpy as np
import pytest
import soundfile

from curator.domain.fact import ClipFact
from curator.domain.resources import resources
from curator.domain.span import Span
from curator.stages import Failed
from curator.stages.speaker import resemblyzer
from curator.stages.speaker.embed import Embed, speaker_vectors
from curator.stages.speaker.mel import mel_filters
from curator.stages.speaker.resemblyzer import SpeakerEncoder, loud_enough, partial_count
from tests.conftest import REAL_SPEECH
from tests.helpers.clip_sounds import clip_sound, clip_sounds
from tests.helpers.sounds import noise, one_sample, silence, speech_like
from trainer.evaluate.measures import similarity

RATE = 16_000
LENGTHS_S = (0.15, 0.6, 1.59, 1.6, 1.61, 2.36, 2.5, 4.5, 11.0)


def speech(seconds, seed=0, pitch=120.0):
    return loud_enough(speech_like(seconds + 0.3, RATE, seed, pitch)[-round(seconds * RATE) :])


@pytest.fixture(scope="module")
def encoder():
    return SpeakerEncoder()


@pytest.mark.model
def test_vectors_equal_those_of_resemblyzer(encoder):
    peer = pytest.importorskip("resemblyzer").VoiceEncoder("cpu", verbose=False)
    waves = [speech(seconds, seed) for seed, seconds in enumerate(LENGTHS_S)]
    ours = encoder.vectors(waves)
    theirs = np.array([peer.embed_utterance(wave) for wave in waves])
    assert np.sum(ours * theirs, axis=1).min() >= 0.99999


@pytest.mark.model
@pytest.mark.real_speech
@pytest.mark.slow
def test_vectors_of_200_real_clips_equal_those_of_resemblyzer(encoder):
    peer = pytest.importorskip("resemblyzer").VoiceEncoder("cpu", verbose=False)
    rng = np.random.default_rng(16)
    waves = []
    for path in rng.choice(sorted(REAL_SPEECH.rglob("*.flac")), 200):
        sound, rate = soundfile.read(path, dtype="float32")
        start = rng.integers(max(1, sound.size - rate))
        waves.append(loud_enough(sound[start : start + round(rng.uniform(0.3, 4.0) * RATE)]))
    ours = np.concatenate([encoder.vectors(waves[i : i + 10]) for i in range(0, 200, 10)])
    theirs = np.array([peer.embed_utterance(wave) for wave in waves])
    assert np.sum(ours * theirs, axis=1).min() >= 0.99999


@pytest.mark.model
def test_the_encoder_of_the_trainer_gives_the_same_vectors(encoder):
    waves = [speech(seconds, seed) for seed, seconds in enumerate(LENGTHS_S)]
    theirs = np.array([similarity.embedding(wave) for wave in waves])
    np.testing.assert_allclose(theirs, encoder.vectors(waves), atol=1e-5)


@pytest.mark.model
def test_states_and_directions_equal_those_of_the_published_network(encoder):
    torch = pytest.importorskip("torch")
    peer = pytest.importorskip("resemblyzer").VoiceEncoder("cpu", verbose=False)
    waves = [noise(1.0, RATE, seed=seed) for seed in range(5)]
    states, directions = encoder.states(waves)
    filters = mel_filters(RATE, resemblyzer.WINDOW, 40)
    signal = np.stack([np.pad(wave, (0, resemblyzer.WINDOW)) for wave in waves])
    mels = resemblyzer.power_spectra(signal)[:, :100] @ filters.T
    with torch.inference_mode():
        _, (hidden, _) = peer.lstm(torch.from_numpy(mels))
        expected = peer(torch.from_numpy(mels)).numpy()
    np.testing.assert_allclose(states, hidden[-1].numpy(), atol=1e-5)
    np.testing.assert_allclose(directions, expected, atol=1e-5)


@pytest.mark.model
def test_the_shipped_network_is_what_the_script_makes_of_the_package():
    pytest.importorskip("resemblyzer")
    from tests.helpers.convert_speaker_encoder import converted, package_weights

    assert converted(package_weights()) == (resources() / resemblyzer.FILE).read_bytes()


@pytest.mark.model
def test_a_clip_is_heard_in_as_many_partials_as_resemblyzer_hears():
    peer = pytest.importorskip("resemblyzer").VoiceEncoder
    for samples in [*range(1, 60_000, 397), 25_600, 25_599, 25_601, 176_000]:
        expected = len(peer.compute_partial_slices(samples, 1.3, 0.75)[0])
        assert partial_count(samples) == expected


@pytest.mark.model
def test_neighbours_in_a_batch_do_not_change_a_vector(encoder):
    clip, loud = speech(2.0), noise(3.0, RATE, level=0.9)
    alone = encoder.vectors([clip])[0]
    among = encoder.vectors([loud, clip, loud])[1]
    np.testing.assert_allclose(among, alone, atol=1e-5)


@pytest.mark.model
def test_a_quiet_copy_has_the_same_voice():
    clip = speech(3.0) * np.float32(0.1)
    quiet, quieter = speaker_vectors([clip, clip * np.float32(0.1)])
    assert float(quiet @ quieter) > 0.9999


@pytest.mark.model
def test_threads_change_nothing():
    waves = [noise(2.0, RATE, seed=seed) for seed in range(40)]
    np.testing.assert_allclose(
        speaker_vectors(waves, threads=2), speaker_vectors(waves, threads=1), atol=1e-6
    )


@pytest.mark.model
def test_vectors_are_finite_directions_for_every_sound():
    waves = [silence(1.0), one_sample(), noise(1.0), speech(0.6), np.zeros(0, np.float32)]
    vectors = speaker_vectors(waves)
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [0, 0, 1, 1, 0], atol=1e-5)


@pytest.mark.model
def test_the_stage_finds_a_vector_for_each_clip_in_order_and_says_which_it_cannot():
    sounds = [speech(2.0, 1), silence(1.0, RATE), speech(1.0, 2), one_sample()]
    items = clip_sounds(sounds, first_id=7)
    found = list(Embed().run(items))
    assert [f.clip_id if isinstance(f, ClipFact) else f.item for f in found] == [7, 8, 9, 10]
    assert [isinstance(f, Failed) for f in found] == [False, True, False, True]
    assert found[0].span == items[0].span
    np.testing.assert_allclose(
        np.frombuffer(found[0].fact.values, "<f4"), speaker_vectors(sounds[:1])[0], atol=1e-3
    )


@pytest.mark.model
def test_the_stage_reads_only_a_little_ahead():
    taken = []
    sound = noise(1.0, RATE)

    def many():
        for number in range(400):
            taken.append(number)
            yield clip_sound(sound, clip_id=number)

    run = Embed().run(many())
    next(run)
    run.close()
    assert len(taken) < 200


def test_a_clip_of_another_rate_is_heard_at_16_khz():
    item = clip_sound(speech(1.0), rate=48_000)
    assert item.span == Span(0, 48_000)
    assert item.wave.samples.size == RATE
