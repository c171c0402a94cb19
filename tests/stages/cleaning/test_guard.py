"""What the guard refuses, and what it lets pass, on real speech with known faults mixed in."""

import numpy as np
import pytest

from curator.audio.encode import to_int16
from curator.domain.cleaning import OVERALL, SIMILARITY, judged
from curator.stages.cleaning.guard import ClipPair, GuardClips, voice_measures, wrong_words
from curator.stages.speaker.embed import speaker_vectors
from tests.helpers import cleaning as made
from tests.helpers.clip_sounds import clip_sound
from tests.helpers.damage import another_voice, band_limited, gated, pitch_shifted
from tests.helpers.sounds import silence, speech_like

RATE = 16_000
SECONDS = 4


def direction(waves):
    middle = speaker_vectors(waves).mean(axis=0)
    return middle / np.linalg.norm(middle)


@pytest.fixture(scope="module")
def people(request):
    """Of each speaker: two utterances to clean, one more, and the voice."""
    folder = request.getfixturevalue("speech_folder")
    found = []
    for name in made.speakers(folder):
        waves = [wave[: SECONDS * RATE] for wave in made.librispeech(folder, name, 5)]
        found.append((waves, direction(waves)))
    return found


@pytest.fixture(scope="module")
def speech_folder():
    from tests.conftest import REAL_SPEECH

    return REAL_SPEECH


def guarded(before, after, voice):
    """What the guard measures, words aside."""
    pair = ClipPair(clip_sound(before), to_int16(after), "")
    (found,) = GuardClips("recipe", voice, None).run([pair])
    return found.measures


def disturbed(speech, number):
    """Speech with one of five things mixed in at 10 dB."""
    count = speech.size
    return (
        lambda: made.mixed(
            speech, np.random.default_rng(number).standard_normal(count).astype(np.float32), 10
        ),
        lambda: made.mixed(speech, made.pink_noise(count, number), 10),
        lambda: made.mixed(speech, made.hum(count, RATE), 10),
        lambda: made.mixed(speech, made.music(count, RATE, number), 10),
        lambda: made.in_a_room(speech, RATE, seed=number),
    )[number % 5]()


@pytest.mark.real_speech
@pytest.mark.model
@pytest.mark.long
@pytest.mark.slow
def test_40_damaged_cleanings_are_refused(people):
    refused = []
    for number, (waves, voice) in enumerate(people):
        speech, other = waves[0], people[(number + 1) % len(people)][0][2]
        damaged = {
            "band": band_limited(speech),
            "pitch": pitch_shifted(speech, (-3, -2, 2, 3)[number % 4]),
            "gate": gated(speech, (18, 15, 20)[number % 3]),
            "voice": another_voice(speech, other),
        }
        for kind, after in damaged.items():
            verdict = judged(guarded(speech, after, voice))
            refused.append((kind, number, not verdict.is_accepted))
    assert len(refused) == 40
    passed = [(kind, number) for kind, number, was_refused in refused if not was_refused]
    assert len(passed) <= 2, passed


@pytest.mark.real_speech
@pytest.mark.model
@pytest.mark.slow
def test_good_cleanings_pass_gain_quality_and_keep_the_voice(people):
    measures = []
    for number, (waves, voice) in enumerate(people):
        for place in (0, 1):
            noisy = disturbed(waves[place], number + 2 * place)
            after = made.cleaned_by([made.a_step("deepfilternet3")], noisy, RATE)
            measures.append(((number + 2 * place) % 5, guarded(noisy, after, voice)))
    refused = [judged(each) for _, each in measures if not judged(each).is_accepted]
    assert len(refused) <= 0.05 * len(measures), refused
    noise = [each for kind, each in measures if kind in (0, 1)]
    assert np.mean([each[OVERALL].gained for each in noise]) >= 0.5
    assert min(each[SIMILARITY].gained for each in noise) >= -0.05


def test_a_change_of_level_is_no_loss():
    speech = speech_like(3.0, RATE)
    found = voice_measures(speech, speech * np.float32(0.3))
    assert all(each.after == pytest.approx(0.0, abs=0.01) for each in found.values())


def test_silence_and_next_to_nothing_lose_nothing():
    for seconds in (0.0, 0.2, 2.0):
        quiet = silence(seconds, RATE)
        assert all(each.after == 0.0 for each in voice_measures(quiet, quiet).values())


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("Good evening, everybody!", "good evening everybody", 0),
        ("It's the right answer.", "its the right answer", 0),
        ("one two three", "one three", 1),
        ("one two", "one and two", 1),
        ("árvíz", "arviz", 0),
        ("", "", 0),
    ],
)
def test_words_are_counted_without_case_and_points(said, heard, wrong):
    assert wrong_words(said, heard) == wrong
