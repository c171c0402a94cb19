"""Two who speak at once or in turn, and music: found in mixtures, and not in clean clips.

The people and the music here are none of those from whom the rules were learned.
"""

import numpy as np
import pytest

from curator.audio.waveform import Waveform
from curator.domain.findings import MUSIC, OVERLAP, VOICE_CHANGES
from curator.stages.scoring.scorers import ScorerInput, scorers
from tests.conftest import REAL_SPEECH
from tests.helpers.cleaning import in_a_room, mixed, music, pink_noise
from tests.helpers.mixtures import (
    RATE,
    Mixed,
    a_talk_over,
    clips,
    judges,
    somebody_else,
    talked_over,
)

pytestmark = [pytest.mark.model, pytest.mark.real_speech, pytest.mark.slow]
EVERY = 2  # of the clips are heard, so that the test stays short; the benchmark hears all


@pytest.fixture(scope="module")
def pool():
    found = clips(REAL_SPEECH, judges(REAL_SPEECH), seed=7)[::EVERY]
    assert len({who for who, _ in found}) == 5
    return found


@pytest.fixture(scope="module")
def scored():
    made = {info.key: info.create("") for info in scorers() if info.step == "overlap"}

    def score(key, sound):
        return made[key](ScorerInput(Waveform(sound, RATE)))

    return score


@pytest.fixture(scope="module")
def clean(pool, scored):
    return [scored("overlap", sound) | scored("music", sound) for _, sound in pool]


def share(numbers, key, least):
    return float(np.mean([each.get(key, 0.0) >= least for each in numbers]))


def test_hardly_any_clip_of_one_person_raises_an_alarm(clean):
    assert share(clean, "overlap", OVERLAP) <= 0.05
    assert share(clean, "voice_change", VOICE_CHANGES) <= 0.05
    assert share(clean, "music", MUSIC) <= 0.05


def test_noise_and_echoes_are_no_second_person_and_no_music(pool, scored):
    spoiled = [
        in_a_room(sound, RATE, 0.35, place)
        if place % 2
        else mixed(sound, pink_noise(sound.size, place), 12)
        for place, (_, sound) in enumerate(pool)
    ]
    numbers = [scored("overlap", sound) | scored("music", sound) for sound in spoiled]
    assert share(numbers, "overlap", OVERLAP) <= 0.08
    assert share(numbers, "music", MUSIC) <= 0.08


def test_two_at_once_are_found_and_when(pool, scored):
    rng = np.random.default_rng(3)
    found: list[tuple[Mixed, dict[str, float]]] = []
    for who, sound in pool:
        mix = a_talk_over(pool, who, sound, rng)
        found.append((mix, scored("overlap", mix.sound)))
    assert share([numbers for _, numbers in found], "overlap", OVERLAP) >= 0.8
    off = [
        abs(numbers[key] - truth)
        for mix, numbers in found
        if numbers["overlap"] >= OVERLAP
        for key, truth in (("overlap_start", mix.start), ("overlap_stop", mix.stop))
    ]
    assert np.median(off) < 0.35


def test_a_second_person_who_takes_over_is_found_and_when(pool, scored):
    rng = np.random.default_rng(4)
    numbers, off = [], []
    for who, sound in pool:
        _, other = somebody_else(pool, who, rng)
        first = sound[: RATE * 5 // 2]
        found = scored("overlap", np.concatenate([first, other[: RATE * 5 // 2]]))
        numbers.append(found)
        off.append(abs(found["voice_change_at"] - first.size / RATE))
    assert share(numbers, "voice_change", VOICE_CHANGES) >= 0.7
    assert np.median(off) < 0.5


def test_music_under_the_voice_is_found(pool, scored):
    rng = np.random.default_rng(5)
    numbers = [
        scored("music", mixed(sound, music(sound.size, RATE, place), rng.uniform(0, 10)))
        for place, (_, sound) in enumerate(pool)
    ]
    assert share(numbers, "music", MUSIC) >= 0.8


def test_how_loud_a_clip_is_changes_nothing(pool, scored):
    who, sound = pool[0]
    mix = talked_over(who, sound, somebody_else(pool, who, np.random.default_rng(0))[1], 0, 0, 9)
    quiet = mix.sound * np.float32(0.05)
    for key in ("overlap", "music"):
        loud_numbers, quiet_numbers = scored(key, mix.sound), scored(key, quiet)
        assert quiet_numbers == pytest.approx(loud_numbers, abs=0.02)


def test_of_silence_and_next_to_nothing_it_is_said_that_one_is_alone(scored):
    for sound in (np.zeros(RATE, np.float32), np.zeros(0, np.float32), np.ones(99, np.float32)):
        assert scored("overlap", sound) == {"overlap": 0.0, "voice_change": 0.0}
    assert scored("music", np.zeros(RATE, np.float32)) == {"music": 0.0}
