"""What holds for every scorer, and what each must find in sounds whose truth is known."""

import math
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import soundfile

from curator.audio.encode import resampled
from curator.audio.waveform import Waveform
from curator.stages.scoring.scorers import ON_REQUEST, ScorerInput, score_keys, scorers
from tests.conftest import REAL_SPEECH
from tests.helpers import sounds

RATE = 16_000
RATES = (8_000, 16_000, 22_050, 44_100, 48_000)
KEYS = (
    "bandwidth",
    "clipping",
    "distillmos",
    "dnsmos_bak",
    "dnsmos_ovrl",
    "dnsmos_p808",
    "dnsmos_sig",
    "lead_silence",
    "loudness",
    "music",
    "overlap",
    "overlap_start",
    "overlap_stop",
    "snr",
    "speech_rate",
    "trail_silence",
    "voice_change",
    "voice_change_at",
)
LOUDER_DB = 6.0

every_scorer = pytest.mark.parametrize(
    "info",
    [
        pytest.param(
            info,
            id=info.key,
            marks=[pytest.mark.model] if info.modes or info.step == ON_REQUEST else [],
        )
        for info in scorers()
    ],
)
every_sound = pytest.mark.parametrize(
    "sound",
    [
        pytest.param(sounds.silence(1.0, RATE), id="silence"),
        pytest.param(np.zeros(0, np.float32), id="nothing"),
        pytest.param(sounds.one_sample(), id="one sample"),
        pytest.param(sounds.noise(1.0, RATE), id="noise"),
        pytest.param(sounds.noise(1.0, RATE, level=3.0), id="far too loud noise"),
        pytest.param(sounds.noise(1.0, RATE, level=1e-6), id="noise below the last bit"),
        pytest.param(sounds.tone(1.0, rate=RATE), id="tone"),
        pytest.param(sounds.speech_like(2.0, RATE), id="speech"),
        pytest.param(np.full(RATE, 0.5, np.float32), id="an offset"),
        pytest.param(np.full(399, -1.0, np.float32), id="a short click"),
    ],
)


@cache
def made(key, mode=""):
    info = next(info for info in scorers() if info.key == key)
    return info.create(mode or (info.modes[0] if info.modes else ""))


def score(key, sound, rate=RATE, text="Good evening.", of=""):
    return made(of or key)(ScorerInput(Waveform(sound.astype(np.float32), rate), text))[key]


@every_scorer
@every_sound
def test_numbers_are_finite_and_in_range_for_every_sound(info, sound):
    for rate in RATES if info.hears == "source" else (RATE,):
        found = made(info.key)(ScorerInput(Waveform(sound, rate), "Good evening."))
        assert set(found) <= set(info.produces)
        for value in found.values():
            assert math.isfinite(value)
            assert info.lowest <= value <= info.highest


@every_scorer
def test_the_sound_is_left_as_it_was(info):
    sound = sounds.speech_like(1.0, RATE)
    before = sound.copy()
    made(info.key)(ScorerInput(Waveform(sound, RATE), "Good evening."))
    assert np.array_equal(sound, before)


@every_scorer
def test_a_scorer_says_what_it_is(info):
    assert info.label
    assert info.version >= 1
    assert info.better in ("higher", "lower", "neither")
    assert info.hears in ("cache", "source")
    assert info.lowest < info.highest
    assert info.produces


def test_every_score_key_has_one_scorer():
    assert len(set(score_keys())) == len(score_keys())
    assert set(score_keys()) >= set(KEYS)


def test_what_scorers_say_of_themselves_is_read_without_heavy_libraries():
    heavy = "torch onnxruntime librosa sklearn numba scipy.signal resemblyzer"
    code = (
        "import sys, curator.stages.scoring.scorers as s; s.scorers();"
        f"print([m for m in {heavy.split()} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Signal to noise ---------------------------------------------------------------------------------


def test_a_louder_copy_has_the_same_signal_to_noise():
    sound = sounds.at_snr(sounds.speech_like(3.0, RATE), 15)
    louder = sound * np.float32(10 ** (LOUDER_DB / 20))
    assert score("snr", louder) == pytest.approx(score("snr", sound), abs=0.01)


@pytest.mark.parametrize("seconds", [1.0, 3.0])
@pytest.mark.parametrize("snr_db", [0, 5, 10, 15, 20])
def test_known_noise_is_measured_to_within_three_decibels(seconds, snr_db):
    errors = []
    for seed in range(8):
        voice = sounds.speech_like(seconds + 0.3, RATE, seed)[-round(seconds * RATE) :]
        power = speaking_power(voice)
        noise = sounds.noise(seconds, RATE, level=(power / 10 ** (snr_db / 10)) ** 0.5, seed=seed)
        errors.append(score("snr", voice + noise) - snr_db)
    assert abs(np.median(errors)) < 3.0


def speaking_power(voice):
    """Mean power of the frames of 10 ms within 30 dB of the loudest."""
    frames = np.mean(np.square(voice[: voice.size // 160 * 160].reshape(-1, 160)), axis=1)
    return float(frames[frames >= frames.max() * 1e-3].mean())


# Clipping ----------------------------------------------------------------------------------------

AUDIBLE = 0.0005  # from this share on a clip is said to be clipped


@pytest.mark.parametrize("rate", RATES)
def test_a_voice_that_is_merely_loud_is_not_clipped(rate):
    voice = sounds.speech_like(3.0, rate)
    assert score("clipping", in_16_bits(voice / np.abs(voice).max()), rate) == 0.0


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hz", [60.7, 100.7, 150.7, 220.7, 440.7])
def test_a_tone_at_full_scale_is_not_clipped(rate, hz):
    assert score("clipping", in_16_bits(sounds.tone(1.0, hz, rate, level=1.0)), rate) == 0.0


def test_the_share_of_clipped_samples_is_what_was_cut_off():
    voice = sounds.clipped(sounds.speech_like(3.0, 22_050), 6.0)
    expected = np.mean(np.abs(voice) >= 1.0)
    assert score("clipping", in_16_bits(voice), 22_050) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("gain", [1.0, 0.5, 0.1])
def test_clipping_is_found_after_it_was_made_quieter(gain):
    voice = sounds.clipped(sounds.speech_like(3.0, 22_050), 6.0)
    assert score("clipping", in_16_bits(in_16_bits(voice) * gain), 22_050) >= AUDIBLE


def test_clipping_is_found_under_noise_that_came_later():
    voice = sounds.clipped(sounds.speech_like(3.0, 22_050), 6.0) * np.float32(0.9)
    assert score("clipping", voice + sounds.noise(3.0, 22_050, level=1e-3), 22_050) >= AUDIBLE


def test_what_lies_beyond_full_scale_is_clipped_at_export():
    voice = sounds.speech_like(3.0, 22_050) * np.float32(6.0)
    assert score("clipping", voice, 22_050) >= AUDIBLE


def in_16_bits(sound):
    return np.clip(np.rint(sound * 32768), -32768, 32767) / 32768


@pytest.mark.real_speech
def test_real_recordings_are_not_clipped_but_for_the_one_that_is(real_speech):
    flagged = []
    for path in sorted(real_speech.glob("ljspeech/*.flac")):
        sound, rate = soundfile.read(path, dtype="float32")
        if score("clipping", sound, rate) >= AUDIBLE:
            flagged.append(path.stem)
    assert flagged == ["LJ001-0017"]  # 94 samples crowd at 0.93 of its height, 6 just below


# Loudness ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seconds", [0.41, 3.0])
def test_loudness_is_that_of_pyloudnorm(rate, seconds):
    pyloudnorm = pytest.importorskip("pyloudnorm")
    voice = sounds.speech_like(seconds + 0.3, rate)[-round(seconds * rate) :]
    expected = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(voice)
    assert score("loudness", voice, rate) == pytest.approx(expected, abs=0.1)


def test_a_louder_copy_is_as_much_louder():
    voice = sounds.speech_like(3.0, RATE)
    louder = voice * np.float32(10 ** (LOUDER_DB / 20))
    rise = score("loudness", louder) - score("loudness", voice)
    assert rise == pytest.approx(LOUDER_DB, abs=0.01)


def test_a_full_scale_tone_has_the_loudness_the_standard_says():
    # 0 dBFS at 997 Hz in one channel is -3.01 LKFS.
    assert score("loudness", sounds.tone(3.0, 997, 48_000, 1.0), 48_000) == pytest.approx(
        -3.01, abs=0.02
    )


# Bandwidth ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise_level", [0.0, 1e-3])
@pytest.mark.parametrize("narrow", [8_000, 16_000])
def test_an_upsampled_recording_shows_where_it_ended(narrow, noise_level):
    rate = 44_100
    bursts = np.concatenate(
        [part for _ in range(5) for part in (sounds.noise(0.2, rate), sounds.silence(0.3, rate))]
    )
    upsampled = resampled(resampled(Waveform(bursts, rate), narrow), rate).samples
    sound = upsampled + sounds.noise(upsampled.size / rate, rate, level=noise_level or 1e-9)
    assert score("bandwidth", sound, rate) == pytest.approx(narrow / 2, rel=0.06)
    assert score("bandwidth", bursts, rate) > 21_000


# Silence and speech rate -------------------------------------------------------------------------


@pytest.mark.parametrize("snr_db", [60, 30, 20])
@pytest.mark.parametrize(("lead", "trail"), [(0.0, 0.0), (0.2, 0.5), (1.0, 0.1)])
def test_silence_at_the_ends_is_measured(lead, trail, snr_db):
    voice = np.concatenate([sounds.syllable(0.2, RATE, 120, vowel) for vowel in range(8)])
    sound = np.concatenate([sounds.silence(lead, RATE), voice, sounds.silence(trail, RATE)])
    level = np.sqrt(np.mean(np.square(voice))) / 10 ** (snr_db / 20)
    sound = sound + sounds.noise(sound.size / RATE, RATE, level=level)
    assert score("lead_silence", sound, of="silence") == pytest.approx(lead, abs=0.05)
    assert score("trail_silence", sound, of="silence") == pytest.approx(trail, abs=0.05)


def test_all_of_a_silent_clip_is_silence():
    assert score("lead_silence", sounds.silence(1.0, RATE), of="silence") == 1.0


def test_pauses_do_not_slow_the_speech_rate():
    half = np.concatenate([sounds.syllable(0.2, RATE, 120, vowel) for vowel in range(5)])
    paused = np.concatenate([half, sounds.silence(1.0, RATE), half])
    text = "abcde fghij klmno."
    assert score("speech_rate", paused, text=text) == pytest.approx(15 / 2.0, rel=0.08)
    assert score("speech_rate", np.concatenate([half, half]), text=text) == pytest.approx(
        15 / 2.0, rel=0.08
    )


def test_nothing_is_said_of_the_rate_of_a_clip_without_text():
    assert made("speech_rate")(ScorerInput(Waveform(sounds.noise(1.0, RATE), RATE), " ...")) == {}


# DNSMOS ------------------------------------------------------------------------------------------


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2.0, 9.5])
def test_exact_dnsmos_is_that_of_speechmos(seconds):
    dnsmos = pytest.importorskip("speechmos.dnsmos")
    voice = sounds.speech_like(seconds, RATE)
    theirs = dnsmos.run(voice, RATE)
    ours = made("dnsmos", "exact")(ScorerInput(Waveform(voice, RATE)))
    for key in ("ovrl", "sig", "bak"):
        assert ours[f"dnsmos_{key}"] == pytest.approx(float(theirs[f"{key}_mos"]), abs=1e-4)
    assert ours["dnsmos_p808"] == pytest.approx(float(theirs["p808_mos"]), abs=1e-4)


@pytest.mark.model
@pytest.mark.real_speech
def test_noise_worsens_dnsmos():
    path = REAL_SPEECH / "librispeech-test-other" / "1688" / "1688-142285-0003.flac"
    clean, _ = soundfile.read(path, dtype="float32")
    noisy = sounds.at_snr(clean, 5)
    for key in ("dnsmos_ovrl", "dnsmos_bak", "dnsmos_p808"):
        assert score(key, noisy, of="dnsmos") < score(key, clean, of="dnsmos") - 0.3


# DistillMOS


@pytest.mark.model
def test_distillmos_gives_the_numbers_of_its_own_package(capsys):
    import torch
    from distillmos import ConvTransformerSQAModel

    waves = [sounds.speech_like(seconds, RATE, seed=2) for seconds in (1.0, 8.0)]
    values = [score("distillmos", wave) for wave in waves]
    assert capsys.readouterr().out == ""  # a worker's output is read by a program
    with torch.inference_mode():
        peer = ConvTransformerSQAModel().eval()
        theirs = [float(peer(torch.from_numpy(wave)[None])) for wave in waves]
    assert values == pytest.approx(theirs, abs=1e-5)


@pytest.mark.model
@pytest.mark.real_speech
def test_distillmos_ranks_noise_and_clipping_below_clean_speech(real_speech):
    for path in sorted((real_speech / "ljspeech").glob("*.flac"))[:2]:
        samples, rate = soundfile.read(path, dtype="float32")
        speech = resampled(Waveform(samples, rate), RATE).samples[: 5 * RATE]
        noisy = speech + sounds.noise(5.0, RATE, level=0.05)[: speech.size]
        clipped = np.clip(20 * speech, -0.3, 0.3)
        clean, *damaged = (score("distillmos", each) for each in (speech, noisy, clipped))
        assert clean > max(damaged) + 0.5, path.name


def test_distillmos_runs_only_when_its_stage_is_named():
    from curator.jobs.step_table import chosen_steps

    assert ON_REQUEST not in {step.key for step in chosen_steps(())}
    assert [step.key for step in chosen_steps((ON_REQUEST,))] == [ON_REQUEST]


def test_without_its_package_distillmos_says_what_to_install(monkeypatch):
    from curator.domain.errors import MissingModel
    from curator.stages.scoring.scorers import distillmos

    monkeypatch.setattr(distillmos, "find_spec", lambda _name: None)
    with pytest.raises(MissingModel, match="not installed") as caught:
        distillmos.DistillMos()
    assert "voice-curator[quality]" in str(caught.value)
