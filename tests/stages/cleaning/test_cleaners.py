from dataclasses import replace

import numpy as np
import pytest

from curator.audio.waveform import Waveform
from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.stages.cleaning.clean import kept_of_clip
from curator.stages.cleaning.cleaners import Equipment, cleaners, info_of, made
from curator.stages.cleaning.cleaners.loudness import loudness_of, true_peaks
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces
from curator.stages.scoring.scorers.loudness import integrated_loudness
from tests.helpers.cleaning import a_step, cleaned_by, hum, lag
from tests.helpers.sounds import noise, silence, speech_like, tone

RATE = 22_050
FLOWING = [key for key, info in cleaners().items() if not info.of_clips and not info.model]
OFFLINE = [*FLOWING, pytest.param("deepfilternet3", marks=pytest.mark.model)]
ODD_BLOCK = 7_777


@pytest.fixture(scope="module")
def speech():
    return speech_like(6.0, RATE) + noise(6.0, RATE, 0.003)


@pytest.mark.parametrize("key", OFFLINE)
def test_a_cleaner_keeps_length_and_alignment_whatever_the_blocks(key, speech):
    if info_of(key).model:
        speech = speech[: 2 * RATE]
    whole = cleaned_by([a_step(key)], speech, RATE, speech.size)
    in_blocks = cleaned_by([a_step(key)], speech, RATE, ODD_BLOCK)
    assert whole.size == speech.size
    assert whole.dtype == np.float32
    assert lag(whole, speech) == 0
    assert np.abs(whole - in_blocks).max() <= 1e-5


@pytest.mark.parametrize("key", OFFLINE)
@pytest.mark.parametrize(
    "sound",
    [
        pytest.param((silence(1.0, 8_000), 8_000), id="silence at 8 kHz"),
        pytest.param((speech_like(1.0, 96_000), 96_000), id="96 kHz"),
        pytest.param((np.clip(8 * speech_like(1.0, RATE), -1, 1), RATE), id="clipped"),
        pytest.param((tone(0.2, rate=RATE), RATE), id="0.2 s"),
        pytest.param((tone(1 / RATE, rate=RATE), RATE), id="one sample"),
    ],
)
def test_odd_sounds_stay_as_long_and_finite(key, sound):
    samples, rate = sound
    out = cleaned_by([a_step(key)], samples, rate)
    assert out.size == samples.size
    assert np.isfinite(out).all()
    if not samples.any():
        assert np.abs(out).max(initial=0.0) < 1e-4


def test_pieces_of_what_looks_around_itself_equal_the_whole():
    rng = np.random.default_rng(0)
    sound = rng.standard_normal(50_000).astype(np.float32)
    kernel = np.hanning(301) / np.hanning(301).sum()

    def smoothed(piece):
        return np.convolve(piece, kernel, "same").astype(np.float32)

    whole = smoothed(sound)
    for pieces in (Pieces(4_000, 200), Pieces(4_000, 200, 500), Pieces(90_000, 10)):
        made_of = np.concatenate(list(in_pieces(Sound.of(sound, 1000, 999), pieces, smoothed)))
        assert np.abs(made_of - whole).max() < 1e-5


def test_pieces_that_disagree_fade_into_one_another():
    sound = np.zeros(10_000, np.float32)
    heard = iter(range(100))
    parts = in_pieces(
        Sound.of(sound, 1000, 512), Pieces(3_000, 100, 400), lambda piece: piece + next(heard)
    )
    steps = np.abs(np.diff(np.concatenate(list(parts))))
    assert steps.max() <= 1 / 400 + 1e-6


def test_the_high_pass_takes_rumble_and_leaves_the_voice(speech):
    rumble = 0.1 * np.sin(2 * np.pi * 25 * np.arange(speech.size) / RATE)
    out = cleaned_by([a_step("high_pass", hz=70.0)], (speech + rumble).astype(np.float32), RATE)
    middle = slice(RATE, -RATE)
    assert np.std((out - speech)[middle]) < 0.01 * np.std(rumble) + 0.15 * np.std(speech)
    low = np.abs(np.fft.rfft(out[middle]))[: int(40 * (speech.size / RATE - 2))]
    assert low.max() < 0.01 * np.abs(np.fft.rfft(rumble[middle])).max()


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_hum_is_found_by_itself_and_taken_out(speech, mains):
    tones = 0.02 * hum(speech.size, RATE, mains)
    out = cleaned_by([a_step("hum")], (speech + tones).astype(np.float32), RATE)
    middle = slice(RATE, -RATE)
    assert np.std((out - speech)[middle]) < 0.15 * np.std(tones)


def test_where_nothing_hums_nothing_is_touched(speech):
    assert np.array_equal(cleaned_by([a_step("hum")], speech, RATE), speech)


def test_clicks_are_closed_and_a_voice_is_no_click(speech):
    assert np.std(cleaned_by([a_step("clicks")], speech, RATE) - speech) < 1e-3
    at = np.random.default_rng(1).integers(100, speech.size - 100, 30)
    broken = speech.copy()
    broken[at] += 0.5
    broken[at + 1] -= 0.3
    out = cleaned_by([a_step("clicks")], broken, RATE)
    assert np.std(out - speech) < 0.15 * np.std(broken - speech)


def test_loudness_comes_to_its_target_with_its_peaks_below_the_limit(speech):
    out = cleaned_by([a_step("loudness", lufs=-20.0, true_peak_db=-6.0)], speech, RATE)
    assert true_peaks(out).max() <= 10 ** (-6 / 20) + 1e-3
    assert integrated_loudness(out, RATE) == pytest.approx(-20.0, abs=1.0)
    gentle = cleaned_by([a_step("loudness", lufs=-30.0)], speech, RATE)
    assert integrated_loudness(gentle, RATE) == pytest.approx(-30.0, abs=0.1)
    gains = gentle[speech != 0] / speech[speech != 0]
    assert np.ptp(gains) < 1e-3  # one gain throughout


def test_loudness_of_a_flow_is_that_of_the_whole(speech):
    for rate in (8_000, 22_050, 44_100, 48_000):
        flowing = loudness_of(Sound.of(speech, rate, 1_234))
        assert flowing == pytest.approx(integrated_loudness(speech, rate), abs=0.01)


def test_silence_is_not_made_loud():
    out = cleaned_by([a_step("loudness")], silence(1.0, RATE), RATE)
    assert not out.any()


def test_silence_is_trimmed_with_its_margins():
    voice = speech_like(2.0, RATE)
    sounding = np.flatnonzero(np.abs(voice) > 1e-3)
    voice = voice[sounding[0] : sounding[-1]]
    clip = np.concatenate([silence(0.8, RATE), voice, silence(0.6, RATE)])
    span = kept_of_clip(Waveform(clip, RATE), [a_step("trim", margin_ms=100.0)])
    assert span.start == pytest.approx(0.7 * RATE, abs=0.03 * RATE)
    assert clip.size - span.stop == pytest.approx(0.5 * RATE, abs=0.06 * RATE)
    quiet = silence(1.0, RATE)
    assert kept_of_clip(Waveform(quiet, RATE), [a_step("trim")]) == Span(0, RATE)


@pytest.mark.model
def test_deepfilternet_takes_noise_away_and_can_be_held_back(speech):
    noisy = speech + noise(6.0, RATE, 0.02)
    pause = slice(0, round(0.25 * RATE))
    far = cleaned_by([a_step("deepfilternet3")], noisy, RATE)
    held = cleaned_by([a_step("deepfilternet3", limit_db=6.0)], noisy, RATE)
    before = np.std(noisy[pause])
    assert np.std(far[pause]) < 0.1 * before
    assert np.std(held[pause]) == pytest.approx(before / 2, rel=0.25)


def test_an_unknown_cleaner_names_those_there_are():
    with pytest.raises(CuratorError, match="deepfilternet3"):
        info_of("magic")


def test_every_cleaner_says_what_its_settings_do():
    for key, info in cleaners().items():
        assert info.key == key
        assert info.label
        for setting in info.settings.values():
            assert setting.lowest <= setting.usual <= setting.highest
            assert setting.text
        if not info.model:
            assert made(a_step(key), Equipment())


def test_pieces_that_were_made_before_are_not_heard_again():
    rate = 8_000
    sound = noise(20.0, rate)
    pieces = Pieces(2 * rate, rate // 2, rate // 10)
    heard: list[int] = []

    def process(piece):
        heard.append(piece.size)
        return piece * np.float32(0.5)

    def made(wanted_from):
        heard.clear()
        flowing = replace(Sound.of(sound, rate), wanted_from=wanted_from)
        return np.concatenate(list(in_pieces(flowing, pieces, process)))

    whole = made(0.0)
    assert len(heard) == 10
    rest = made(13.0)
    assert len(heard) == 4
    np.testing.assert_array_equal(rest[13 * rate :], whole[13 * rate :])
