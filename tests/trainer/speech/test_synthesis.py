"""Candidates, pieces and rules together, with a speaker that follows a script."""

import numpy as np
import pytest

from trainer.speech.candidates import Candidate, best
from trainer.speech.prior import fit_prior
from trainer.speech.sound import Sound
from trainer.speech.synthesis import SpeechRequest, SynthesisSettings, synthesise

PRIOR = fit_prior([], [], (0.15, 1 / 13))
RATE = 16000


def candidate(error, off, seed=0):
    return Candidate(Sound(np.zeros(1600, np.float32), RATE), seed, "", error, off)


def test_the_fewest_errors_win_then_the_length():
    few, natural, wrong = candidate(0.0, 0.9), candidate(0.01, 0.1), candidate(0.5, 0.0)
    assert best([few, natural, wrong]) is natural
    assert best([few, wrong]) is few
    assert best([candidate(None, 0.4), candidate(None, 0.2, 1)]).seed == 1


def speak(speaker, text, seed, settings):
    return synthesise(speaker, SpeechRequest(text, "en", [], seed, settings), PRIOR)


class Speaker:
    """Says tokens by its logits: always wants to stop at once."""

    tokens_per_second = 20.0
    stop_token = 4

    def __init__(self):
        self.asked = []

    def synthesise(self, text, language, prompts, seed, ending, sampling=None):
        said: list[int] = []
        logits = np.array([0.0, 0.0, 0.0, 0.0, 9.0])
        draw = np.random.default_rng(seed)
        while True:
            shaped = ending.shape(logits, said)
            shares = np.exp(shaped - shaped.max())
            token = int(draw.choice(5, p=shares / shares.sum()))
            if token == self.stop_token or len(said) > 500:
                break
            said.append(token)
        self.asked.append((text, seed, len(said)))
        return Sound(np.full(800 * max(1, len(said)), 0.01, np.float32), RATE)


@pytest.mark.model
def test_one_to_three_words_are_drawn_three_times_and_longer_texts_once():
    speaker = Speaker()
    speak(speaker, "Not yet.", 5, SynthesisSettings())
    assert len(speaker.asked) == 3
    assert speaker.asked[0][1] == 5
    assert len({seed for _, seed, _ in speaker.asked}) == 3
    speaker.asked.clear()
    speak(speaker, "Everything depends on it now.", 5, SynthesisSettings())
    assert len(speaker.asked) == 1


@pytest.mark.model
def test_endings_on_and_off_differ_in_length():
    text = "Everything depends on what you say now."
    on, off = Speaker(), Speaker()
    said = speak(on, text, 0, SynthesisSettings(endings=True))
    speak(off, text, 0, SynthesisSettings(endings=False))
    assert off.asked[0][2] < 5
    assert on.asked[0][2] > 20
    assert "early" in said.rules


@pytest.mark.model
def test_the_same_seed_says_the_same():
    sounds = [
        speak(Speaker(), "One. " * 60, 3, SynthesisSettings()).sound.samples for _ in range(2)
    ]
    assert np.array_equal(*sounds)
