"""Ending and rate control with the Chatterbox sampler and scripted logits.

The code between logits and tokens is real: guidance, rules, repetition penalty, temperature and
sampling.
"""

from itertools import groupby
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.conftest import REAL_SPEECH
from tests.trainer.speech.scripted import (
    SIZE,
    STOP,
    natural,
    never_stops,
    repeats,
    stops_early,
    stutters,
)
from trainer.backends.chatterbox.decode import sampler
from trainer.backends.chatterbox.stock import StockSpeaker, as_rule
from trainer.speech.endings import Ending
from trainer.speech.pace import letters, spoken_seconds, stretch
from trainer.speech.prior import fit_prior
from trainer.speech.sound import Sound, for_listening, read_sound
from trainer.speech.synthesis import (
    SpeechRequest,
    SynthesisSettings,
    synthesise,
    token_band,
)
from trainer.speech.voice_activity import speech_spans

TOKENS_S = StockSpeaker.tokens_per_second
CAP = 250  # tokens without an ending; 1000 in the stock class
STOCK = {"temperature": 0.8, "cfg_weight": 0.5, "repetition_penalty": 1.2, "min_p": 0.05}


class ScriptedT3:
    """Fake T3 with scripted logits; its cache is the list of tokens."""

    hp = SimpleNamespace(start_speech_token=SIZE, stop_speech_token=STOP)
    speech_pos_emb = SimpleNamespace(get_fixed_embedding=lambda _at: torch.zeros(1, 1, 1))

    def __init__(self, script):
        self.script = script
        self.random = np.random.default_rng(0)  # argument of scripts, unused

    def prepare_input_embeds(self, *, text_tokens, speech_tokens, **_):
        return torch.zeros(len(text_tokens), 4, 1), 4

    def speech_emb(self, tokens):
        return tokens[..., None].float()

    def tfmr(self, *, inputs_embeds, past_key_values, use_cache):
        tokens = [] if past_key_values is None else [*past_key_values, int(inputs_embeds[0, -1, 0])]
        row = np.append(self.script(tokens, self.random), -20.0)  # the start token does not repeat
        logits = torch.from_numpy(row).float().expand(len(inputs_embeds), 1, -1)
        return SimpleNamespace(last_hidden_state=logits, past_key_values=tokens)

    def speech_head(self, hidden):
        return hidden


def spoken(script, ending, seed):
    """Tokens of the sampler with a script, without the stop."""
    rule, most = (as_rule(ending), ending.most + 1) if ending else (None, None)
    torch.manual_seed(seed)
    inference = sampler(ScriptedT3(script), rule, most)
    text = torch.zeros(2, 5, dtype=torch.long)
    tokens = inference(t3_cond=None, text_tokens=text, max_new_tokens=CAP, top_p=1.0, **STOCK)
    ids = tokens[0].tolist()
    return ids[:-1] if ids[-1] == STOP else ids


def clips(count, seed, longest=70):
    """Letters and seconds of clips: 14 letters per second, log-normal with 12 %."""
    random = np.random.default_rng(seed)
    counts = random.integers(4, longest, count)
    return counts, (0.3 + counts / 14.0) * np.exp(random.normal(0, 0.12, count))


@pytest.fixture(scope="module")
def prior():
    return fit_prior(*clips(200, 0), (0.15, 1 / 13))


def ending(prior, count):
    return Ending(token_band(prior, "a" * count, TOKENS_S), STOP)


def test_natural_endings_are_unchanged_in_98_of_100(prior):
    same = 0
    for seed, (count, seconds) in enumerate(zip(*clips(100, 1, 30), strict=True)):
        script = natural(max(1, round(seconds * TOKENS_S)), seed)
        same += spoken(script, ending(prior, int(count)), seed) == spoken(script, None, seed)
    assert same >= 98, same


LENGTHS = (2, 5, 14, 60)  # letters: one word, two, three, a sentence


@pytest.mark.parametrize("count", LENGTHS)
def test_early_endings_wait_for_the_minimum_length(prior, count):
    for seed in range(4):
        rules = ending(prior, count)
        script = stops_early(min(2, rules.least - 1), seed)
        assert len(spoken(script, rules, seed)) >= rules.least
        assert "early" in rules.applied
        if rules.least > 6:
            assert len(spoken(script, None, seed)) < rules.least


@pytest.mark.parametrize("count", LENGTHS)
def test_endless_speech_is_stopped(prior, count):
    for seed in range(2):
        rules = ending(prior, count)
        assert len(spoken(never_stops(seed), rules, seed)) <= rules.most
        assert "longest" in rules.applied
    assert len(spoken(never_stops(0), None, 0)) == CAP


@pytest.mark.parametrize("size", [4, 9, 21])
def test_loops_are_broken(prior, size):
    for seed in range(3):
        rules = ending(prior, 60)
        ids = spoken(repeats(size, seed), rules, seed)
        assert "loop" in rules.applied
        assert len(ids) <= rules.least + 3 * max(size, 8)
    assert len(spoken(repeats(size, 0), None, 0)) == CAP


@pytest.mark.parametrize("at", [0, 5, 30])
def test_stutters_are_broken(prior, at):
    for seed in range(3):
        rules = ending(prior, 60)
        ids = spoken(stutters(at, seed), rules, seed)
        assert "loop" in rules.applied
        assert longest_run(ids) <= rules.rules.stutter
    assert longest_run(spoken(stutters(at, 0), None, 0)) > 100


def longest_run(tokens):
    """Length of the longest run of equal tokens."""
    return max(len(list(run)) for _, run in groupby(tokens))


class ScriptedSpeaker:
    """Speaker that stretches a recorded sentence to the sampled number of tokens."""

    tokens_per_second = TOKENS_S
    stop_token = STOP

    def __init__(self, script):
        self.script = script
        self.read = read_sound(REAL_SPEECH / "ljspeech" / "LJ001-0004.flac")

    def synthesise(self, text, language, prompts, seed, ending, sampling=None):
        wanted = len(spoken(self.script, ending, seed)) / TOKENS_S
        factor = self.read.seconds / wanted
        return Sound(stretch(self.read.samples, self.read.rate, factor), self.read.rate)


TEXT = "produced the block books, which were the immediate predecessors of the true printed book"


def rate_of(script, prior, settings):
    """Measured speech rate in letters per second."""
    request = SpeechRequest(TEXT, "en", [], 3, settings)
    sound = synthesise(ScriptedSpeaker(script), request, prior).sound
    return letters(TEXT) / spoken_seconds(speech_spans(for_listening(sound)))


@pytest.mark.model
@pytest.mark.real_speech
def test_the_rate_is_held_for_slow_and_fast_networks(prior):
    slow, fast = (natural(round(letters(TEXT) / rate * TOKENS_S), 1) for rate in (10, 19))
    loose = [rate_of(script, prior, SynthesisSettings(rate=None)) for script in (slow, fast)]
    held = [rate_of(script, prior, SynthesisSettings(rate=14.0)) for script in (slow, fast)]
    assert loose[1] / loose[0] > 1.5
    assert held == pytest.approx([14.0, 14.0], rel=0.05)
