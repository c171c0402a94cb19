"""A difference is called one only where the samples show it."""

import numpy as np
import pytest

from trainer.evaluate.summary import interval, summarise
from trainer.speech.text_normalise import distance, lost_at_the_end, repeated, words


def row(step, number, **values):
    return {
        "checkpoint": step,
        "sentence": {"id": f"s-{number}", "category": "greeting"},
        "seed": 0,
        "measures": values,
    }


def rows(change, count=20, noise=0.02, key="similarity"):
    draw = np.random.default_rng(1)
    base = draw.normal(0.7, 0.1, count)
    after = base + change + draw.normal(0, noise, count)
    return [row(0, at, **{key: base[at]}) for at in range(count)] + [
        row(6, at, **{key: after[at]}) for at in range(count)
    ]


def against_base(found, key="similarity"):
    return found["checkpoints"]["6"][""][key]["against_base"]


def test_a_planted_difference_is_found_though_sentences_differ_more_than_it():
    found = against_base(summarise(rows(0.05), []))
    assert found["verdict"] == "better"
    assert found["low"] < 0.05 < found["high"]
    assert against_base(summarise(rows(-0.05), []))["verdict"] == "worse"


def test_no_difference_is_not_called_one():
    told = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        same = [row(step, at, wer=float(draw.random())) for step in (0, 6) for at in range(15)]
        told += against_base(summarise(same, []), "wer")["verdict"] != "cannot_tell"
    assert told <= 6  # about one in twenty by chance, few samples a little more


def test_fewer_errors_are_better():
    assert against_base(summarise(rows(-0.1, key="wer"), []), "wer")["verdict"] == "better"


def test_too_few_samples_are_said_to_be_too_few():
    assert against_base(summarise(rows(0.3, count=4), []))["verdict"] == "too_few"


def test_pitch_is_better_where_it_is_nearer_to_the_real_clips():
    real = [{"category": "greeting", "measures": {"pitch": 20.0}} for _ in range(5)]
    near = [row(0, at, pitch=25.0 + at / 10) for at in range(8)]
    near += [row(6, at, pitch=19.0 + at / 10) for at in range(8)]
    assert against_base(summarise(near, real), "pitch")["verdict"] == "better"


def test_the_same_samples_give_the_same_numbers():
    assert summarise(rows(0.05), []) == summarise(rows(0.05), [])


def test_intervals_hold_the_true_mean_about_as_often_as_they_say():
    held = 0
    for seed in range(100):
        values = np.random.default_rng(seed).normal(0, 1, 30)
        low, high = interval(values, str(seed))
        held += low <= 0 <= high
    assert 86 <= held <= 99


def test_words_are_compared_as_they_sound():
    assert words("It’s GOOD, isn't it?") == ["its", "good", "isnt", "it"]
    assert words("Jó estét — kívánok!") == ["jó", "estét", "kívánok"]
    assert words("Xin cha\u0300o!") == ["xin", "chào"]
    assert words("...") == []


def test_errors_repetitions_and_lost_words_are_counted():
    text = ["the", "cat", "sat", "on", "the", "mat"]
    assert distance(text, ["the", "cat", "sat", "on", "mat"]) == 1
    assert repeated(text, ["the", "cat", "cat", "sat", "on", "the", "mat"]) == 1
    assert repeated(text, ["the", "cat", "sat", "the", "cat", "sat", "on", "the", "mat"]) == 3
    assert repeated(["so", "so"], ["so", "so"]) == 0
    assert lost_at_the_end(text, ["the", "cat", "sat"]) == 3
    assert lost_at_the_end(text, text) == 0
    assert lost_at_the_end(text, ["the", "cat", "sat", "on", "the", "hat"]) == 0
    assert lost_at_the_end(text, []) == 6
    assert lost_at_the_end(text, ["cat", "sat", "on", "the", "mat"]) == pytest.approx(0)
