from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from curator.stages.speaker.nearest_clips import likeness, oddness, typical
from curator.stages.speaker.similarity import unpacked
from tests.stages.speaker.test_similarity import made_up_voices

PLANTED = 30
SECONDS, STEP_S, RATE = 1.6, 0.24, 16_000
"""Windows of the one voice; they overlap, as its recordings are few."""


def share_found(odd, foreign, share=0.05):
    """How much of what is foreign is among the oddest."""
    count = round(share * len(odd))
    return float(np.mean(np.isin(np.flatnonzero(foreign), np.argsort(-odd)[:count])))


def whole_set(vectors, **about):
    rows = unpacked(vectors)
    usual = {
        "seconds": np.full(len(rows), 4.0),
        "categories": np.full(len(rows), -1),
        "chosen": np.zeros(len(rows), np.bool_),
        "delivery": None,
    }
    return oddness(rows, **{**usual, **about})


def test_other_voices_are_the_odd_ones_out():
    vectors, whose = made_up_voices([570, 10, 10, 10])
    assert share_found(whole_set(vectors).all, whose > 0) == 1.0


def test_the_chosen_voice_decides_even_if_it_is_not_that_of_most():
    vectors, whose = made_up_voices([40, 60])
    own = np.zeros(100, np.bool_)
    own[3] = True
    odd = whole_set(vectors, chosen=own).all
    assert odd[whose == 0].max() < odd[whose == 1].min()


def test_a_clip_in_the_wrong_category_is_odd():
    rng = np.random.default_rng(0)
    vectors, _ = made_up_voices([100])
    delivery = rng.normal(0, 0.5, (100, 8)).astype(np.float32)
    delivery[:50] += 4.0
    categories = np.repeat([0, 1], 50)
    categories[[7, 80]] = [1, 0]
    found = whole_set(vectors, categories=categories, delivery=delivery)
    assert set(np.argsort(-found.category)[:2]) == {7, 80}
    assert set(np.argsort(-found.all)[:2]) == {7, 80}


def test_nothing_is_said_of_a_category_with_few_clips():
    vectors, _ = made_up_voices([20])
    categories = np.full(20, -1)
    categories[:3] = 0
    assert not whole_set(vectors, categories=categories).category.any()


def test_clips_of_the_same_voice_are_more_like_it():
    vectors, whose = made_up_voices([20, 20, 20])
    chosen = np.zeros(60, np.bool_)
    chosen[[0, 25]] = True
    found = likeness(unpacked(vectors), chosen)
    assert found[whose == 2].max() < found[whose < 2].min()


def test_a_typical_clip_is_near_the_middle_of_its_category_alone():
    points = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.5], [9, 9]], np.float32)
    members = np.array([True] * 5 + [False])
    found = typical(points, members)
    assert int(found.argmax()) == 4
    assert found[5] == -np.inf
    assert not np.isfinite(typical(points, np.zeros(6, np.bool_))).any()


@cache
def a_reader_and_foreign_clips(folder: Path):
    """Vectors of windows of one reader and of 30 clips of ten other people; which are foreign."""
    from curator.stages.speaker.embed import speaker_vectors

    wide, reader, others = int(SECONDS * RATE), [], []
    for path in sorted(folder.glob("ljspeech/*.flac")):
        sound, rate = soundfile.read(path, dtype="float32")
        sound = soxr.resample(sound, rate, RATE)
        reader += [sound[i : i + wide] for i in range(0, len(sound) - wide, int(STEP_S * RATE))]
    for person in sorted(folder.glob("librispeech-test-other/*/")):
        for path in sorted(person.glob("*.flac"))[: PLANTED // 10]:
            sound, _ = soundfile.read(path, dtype="float32")
            first = max(0, (len(sound) - wide) // 2)
            others.append(sound[first : first + wide])
    foreign = np.repeat([False, True], [len(reader), len(others)])
    return speaker_vectors(reader + others), foreign


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.real_speech
def test_planted_foreign_clips_are_among_the_odd_ones(real_speech):
    rows, foreign = a_reader_and_foreign_clips(real_speech)
    assert np.count_nonzero(foreign) == PLANTED
    seconds, nobody = np.full(len(rows), SECONDS), np.zeros(len(rows), np.bool_)
    none = np.full(len(rows), -1)
    assert share_found(oddness(rows, seconds, none, nobody, None).all, foreign) >= 0.9
    # ... and categories that were given by chance, or a chosen voice, do not hide them
    given = np.random.default_rng(0).integers(-1, 4, len(rows))
    chosen = nobody.copy()
    chosen[100] = True
    assert share_found(oddness(rows, seconds, given, nobody, None).all, foreign) >= 0.9
    assert share_found(oddness(rows, seconds, none, chosen, None).all, foreign) >= 0.9
