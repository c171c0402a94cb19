"""Speech is held to a pace at the same pitch, trimmed, and cut in pieces that can be said."""

import numpy as np
import pytest

from tests.conftest import REAL_SPEECH
from trainer.evaluate.acoustics import frames_of
from trainer.speech.pace import hold_rate, letters, stretch
from trainer.speech.sentence_split import pieces
from trainer.speech.sound import LISTENING_RATE, Sound, for_listening, read_sound
from trainer.speech.tail import trim_tail

RATE = 24000


def hum(seconds=3.0, hertz=140.0):
    """A voice-like hum with vibrato and swells."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(hertz * (1 + 0.02 * np.sin(2 * np.pi * 4 * time))) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, 12))
    return (0.2 * wave * (0.6 + 0.4 * np.sin(2 * np.pi * 2.5 * time))).astype(np.float32)


@pytest.mark.parametrize("factor", [0.6, 0.8, 1.25, 1.7])
def test_a_stretch_changes_the_length_and_not_the_pitch(factor):
    before, after = hum(), stretch(hum(), RATE, factor)
    assert len(after) == pytest.approx(len(before) / factor, rel=0.01)
    pitch = [
        np.nanmedian(frames_of(for_listening(Sound(wave, RATE))).pitch) for wave in (before, after)
    ]
    assert abs(pitch[1] - pitch[0]) < 0.1  # semitones
    assert np.sqrt(np.mean(after**2)) == pytest.approx(np.sqrt(np.mean(before**2)), rel=0.1)


def test_the_shortest_sound_and_a_factor_of_one_stay_as_they_are():
    assert (stretch(hum(0.02), RATE, 2.0) == hum(0.02)).all()
    assert (stretch(hum(), RATE, 1.0) == hum()).all()


@pytest.mark.model
@pytest.mark.real_speech
@pytest.mark.parametrize("wanted", [10.0, 12.5, 17.0])
def test_real_speech_is_held_to_a_rate(wanted):
    text = (
        "produced the block books, which were the immediate predecessors of the true printed book"
    )
    sound = read_sound(REAL_SPEECH / "ljspeech" / "LJ001-0004.flac")
    paced = hold_rate(sound, text, wanted)
    assert paced.after == pytest.approx(wanted, rel=0.04)
    pitch = [np.nanmedian(frames_of(for_listening(each)).pitch) for each in (sound, paced.sound)]
    assert abs(pitch[1] - pitch[0]) < 1.0


@pytest.mark.model
@pytest.mark.real_speech
def test_a_tail_is_cut_off_and_speech_is_not():
    sound = read_sound(REAL_SPEECH / "ljspeech" / "LJ001-0004.flac")
    noise = np.random.default_rng(0).normal(0, 0.003, sound.rate * 2).astype(np.float32)
    trimmed = trim_tail(Sound(np.concatenate([sound.samples, noise]), sound.rate))
    assert sound.seconds - 0.1 < trimmed.seconds < sound.seconds + 0.4
    assert trim_tail(sound).seconds == sound.seconds
    silence = Sound(np.zeros(LISTENING_RATE, np.float32), LISTENING_RATE)
    assert trim_tail(silence).seconds == 1.0  # nobody speaks: not for us to judge


def test_sound_in_which_nobody_speaks_has_no_pace():
    paced = hold_rate(Sound(np.zeros(RATE, np.float32), RATE), "Hello", 12.0)
    assert (paced.before, paced.after) == (None, None)


def test_letters_of_every_language_count():
    assert letters("Jó estét!") == 7
    assert letters("Xin chào, 3 bạn.") == 11


def test_long_texts_are_cut_at_sentences_then_phrases_then_words():
    text = "One sentence here. Another one follows, with a phrase; and more! " * 6
    found = pieces(text, 80)
    assert all(0 < len(piece) <= 80 for piece in found)
    assert " ".join(found).split() == text.split()
    assert pieces("word " * 50, 40) == ["word word word word word word word word"] * 6 + [
        "word word"
    ]
    assert pieces("Hi!") == ["Hi!"]
    assert pieces("  ") == []
