import itertools
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curator.stages.speaker.similarity import short_clip_allowance, similarities, unpacked

SIZE = 256
LONGEST_S = 11.0


def directions(rows):
    rows = np.maximum(rows, 0.0)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("<f4")


def made_up_voices(counts, spread=0.2, seed=0):
    """Clips of several voices as the network would see them; and whose each is."""
    rng = np.random.default_rng(seed)
    voices = np.maximum(rng.standard_normal((len(counts), SIZE)), 0.0)
    whose = np.repeat(np.arange(len(counts)), counts)
    rows = directions(voices[whose] + spread * rng.standard_normal((len(whose), SIZE)))
    return [(10 + i, row.tobytes()) for i, row in enumerate(rows)], whose


def area_under_curve(values, own):
    """How surely a clip of the voice has a greater value than one of another."""
    pairs = itertools.product(np.asarray(values)[own], np.asarray(values)[~own])
    return float(np.mean([(mine > other) + (mine == other) / 2 for mine, other in pairs]))


def test_other_voices_are_below_the_threshold_and_the_chosen_above():
    vectors, whose = made_up_voices([30, 8, 4])
    match = similarities(vectors, [10])
    others = {id_ for (id_, _), voice in zip(vectors, whose, strict=True) if voice != 0}
    assert set(match.others()) == others


def test_the_threshold_is_the_usual_one_when_there_is_one_voice():
    vectors, _ = made_up_voices([30])
    match = similarities(vectors, [12])
    assert match.threshold == pytest.approx(0.77, abs=0.03)
    assert match.others() == ()


def test_every_similarity_is_between_0_and_1():
    vectors, _ = made_up_voices([5, 5], spread=1.0)
    seconds = {id_: 0.5 for id_, _ in vectors}
    match = similarities(vectors, [10], seconds)
    assert all(0.0 <= value <= 1.0 for value in match.similarity.values())


def test_a_single_clip_is_its_own_voice():
    vectors, _ = made_up_voices([1])
    match = similarities(vectors, [10])
    assert match.similarity[10] == pytest.approx(1.0, abs=1e-5)
    assert match.others() == ()


def test_choosing_another_clip_of_a_voice_changes_little():
    vectors, _ = made_up_voices([20, 10])
    first, second = (similarities(vectors, [chosen]).similarity for chosen in (10, 25))
    assert max(abs(first[id_] - second[id_]) for id_ in first) < 0.02


def test_the_order_of_clips_does_not_matter():
    vectors, _ = made_up_voices([20, 10])
    there, back = similarities(vectors, [10]), similarities(vectors[::-1], [10])
    assert there.threshold == back.threshold
    assert there.similarity == pytest.approx(dict(back.similarity), abs=1e-5)


def test_choosing_a_clip_without_a_vector_is_refused():
    vectors, _ = made_up_voices([3])
    with pytest.raises(ValueError, match="99"):
        similarities(vectors, [99])


def test_short_clips_are_judged_more_kindly_the_shorter_they_are():
    allowances = [short_clip_allowance(seconds) for seconds in (0.0, 0.5, 1.0, 1.5, 3.0, 11.0)]
    assert allowances == sorted(allowances, reverse=True)
    assert allowances[0] < 0.15
    assert allowances[-1] == 0.0


@cache
def clips_of_ten_voices(folder: Path):
    """Vectors, speakers and lengths of LibriSpeech's utterances, cut to at most 11 s."""
    from curator.stages.speaker.embed import speaker_vectors

    waves, speakers = [], []
    for path in sorted(folder.glob("librispeech-test-other/*/*.flac")):
        sound, rate = soundfile.read(path, dtype="float32")
        parts = np.array_split(sound, int(np.ceil(len(sound) / rate / LONGEST_S)))
        waves += parts
        speakers += [path.parent.name] * len(parts)
    rows = speaker_vectors(waves)
    vectors = [(i, row.astype("<f4").tobytes()) for i, row in enumerate(rows)]
    return vectors, np.array(speakers), {i: wave.size / 16_000 for i, wave in enumerate(waves)}


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.real_speech
def test_each_of_ten_real_voices_is_told_from_the_others_by_any_clip_of_it(real_speech):
    vectors, speakers, seconds = clips_of_ten_voices(real_speech)
    missed = flagged = others = owns = 0
    for chosen in range(len(vectors)):
        match = similarities(vectors, [chosen], seconds)
        values = np.array([match.similarity[i] for i in range(len(vectors))])
        own = speakers == speakers[chosen]
        rest = np.arange(len(vectors)) != chosen
        assert area_under_curve(values[rest], own[rest]) >= 0.98
        flagged += np.count_nonzero(values[own] < match.threshold)
        missed += np.count_nonzero(values[~own] >= match.threshold)
        owns, others = owns + np.count_nonzero(own), others + np.count_nonzero(~own)
    assert flagged / owns <= 0.02
    assert missed / others <= 0.01


def test_vectors_are_unpacked_as_they_were_packed():
    vectors, _ = made_up_voices([2])
    assert unpacked(vectors)[1].tobytes() == vectors[1][1]
