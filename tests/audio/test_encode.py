"""What is written is exactly what was meant, as a whole or not at all."""

import hashlib
import io
import wave

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curator.audio.encode import (
    resampled,
    to_int16,
    wav_bytes,
    write_bytes_atomically,
    write_wav,
    written_whole,
)
from curator.audio.waveform import Waveform
from tests.helpers.sounds import speech_like, tone, waveform


@given(arrays.arrays(np.int16, st.integers(0, 500)))
def test_16_bit_sound_survives_floating_point(samples16):
    back = to_int16(Waveform.from_int16(samples16, 22_050))
    np.testing.assert_array_equal(back, samples16)


def test_rounding_is_to_the_nearest_step_and_too_loud_saturates():
    step = 1 / 32768
    sound = np.array([0.4, 0.6, -0.6, 32766.9, 32768, 99999, -32768.4, -99999]) * step
    found = to_int16(sound.astype(np.float32))
    assert found.tolist() == [0, 1, -1, 32767, 32767, 32767, -32768, -32768]


def test_what_is_not_a_number_becomes_silence():
    sound = np.array([np.nan, 0.5, np.inf, -np.inf], np.float32)
    assert to_int16(sound).tolist() == [0, 16384, 32767, -32768]
    assert to_int16(np.empty(0, np.float32)).size == 0


@given(arrays.arrays(np.int16, st.integers(0, 300)), st.sampled_from([16_000, 22_050, 48_000]))
def test_a_wav_holds_exactly_its_samples(samples16, rate):
    data = wav_bytes(samples16, rate)
    assert len(data) == 44 + 2 * samples16.size
    if samples16.size:
        with wave.open(io.BytesIO(data)) as read:
            assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (1, 2, rate)
            np.testing.assert_array_equal(
                np.frombuffer(read.readframes(read.getnframes()), "<i2"), samples16
            )


def test_the_file_is_the_one_other_libraries_write(tmp_path):
    samples16 = to_int16(speech_like(1))
    write_wav(tmp_path / "a.wav", samples16, 22_050)
    soundfile.write(tmp_path / "b.wav", samples16, 22_050, subtype="PCM_16")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@pytest.mark.parametrize(("old", "new"), [(44_100, 22_050), (22_050, 16_000), (8_000, 22_050)])
@pytest.mark.parametrize("quality", ["HQ", "VHQ"])
def test_resampling_keeps_the_sound_and_its_length(old, new, quality):
    found = resampled(waveform(tone(1.2345, 440, old), old), new, quality)
    expected = tone(1.2345, 440, new)
    assert found.rate == new
    assert abs(found.samples.size - expected.size) <= 1
    middle = slice(new // 10, -new // 10)
    error = np.abs(found.samples[: expected.size][middle] - expected[: found.samples.size][middle])
    assert error.max() < 1e-4


@given(
    st.integers(0, 4000), st.sampled_from([(44_100, 22_050), (48_000, 22_050), (16_000, 44_100)])
)
def test_resampling_gives_the_rounded_length(samples, rates):
    old, new = rates
    found = resampled(Waveform(np.ones(samples, np.float32), old), new)
    assert found.samples.size == (samples * new + old // 2) // old


def test_the_same_rate_is_the_same_sound():
    sound = waveform(tone())
    assert resampled(sound, sound.rate) is sound


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    write_bytes_atomically(path, b"old")
    with pytest.raises(ZeroDivisionError), written_whole(path) as file:
        file.write(bytes(1 // (file.write(b"half") - 4)))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_can_be_read_by_others(tmp_path):
    write_bytes_atomically(tmp_path / "a", b"x")
    (tmp_path / "b").write_bytes(b"x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_undurable_writes_are_the_same_bytes(tmp_path):
    samples16 = to_int16(tone())
    write_wav(tmp_path / "a.wav", samples16, 22_050, durable=False)
    written = hashlib.sha256((tmp_path / "a.wav").read_bytes()).hexdigest()
    assert written == hashlib.sha256(wav_bytes(samples16, 22_050)).hexdigest()
