"""The same sound is found whatever was done to the file, and another one is not."""

import numpy as np
import pytest
import soundfile
import soxr

from curator.audio.fingerprint import Library, Shared, fingerprint, kept_fingerprint
from curator.audio.intake import cached16, take_in
from curator.audio.waveform import CACHE_RATE
from tests.helpers.sounds import noise, silence, speech_like, write_coded, write_sound

RATE = CACHE_RATE
SECONDS = 12.0


def as16(sound):
    return np.round(32_767 * np.clip(sound, -1, 1)).astype(np.int16)


def library(**sounds):
    """A library of one sound for each keyword; numbered in their order."""
    heard = {number: as16(sound) for number, sound in enumerate(sounds.values())}
    return Library({number: fingerprint(sound) for number, sound in heard.items()}, heard)


def found(where, sound):
    sound16 = as16(sound)
    return where.find(fingerprint(sound16), sound16)


@pytest.fixture(scope="module")
def sound():
    return speech_like(SECONDS, RATE, 5)


def test_a_copy_is_found_whole_at_any_level(sound):
    where = library(sound=sound, other=speech_like(SECONDS, RATE, 6))
    whole = [Shared(0, 0, sound.size, 0)]
    assert found(where, sound) == whole
    assert found(where, 0.1 * sound) == whole
    assert found(where, -sound) == whole


def test_a_part_is_found_where_it_is_to_the_very_sample(sound):
    part = sound[40_321 : 40_321 + 4 * RATE]
    assert found(library(sound=sound), part) == [Shared(0, 0, part.size, 40_321)]
    (shared,) = found(library(part=part), sound)
    assert shared.shift == -40_321
    assert abs(shared.start - 40_321) < RATE
    assert abs(shared.stop - 40_321 - part.size) < RATE


def test_parts_that_were_put_together_anew_are_found_each_in_its_place(sound):
    other = speech_like(SECONDS, RATE, 6)
    edited = np.concatenate([sound[6 * RATE :], other[: 5 * RATE], silence(1.0, RATE)])
    shared = found(library(sound=sound, other=other), edited)
    assert [(each.other, each.shift) for each in shared] == [(0, 6 * RATE), (1, -6 * RATE)]


@pytest.mark.parametrize("sound", [silence(3.0), noise(3.0), silence(0.1), np.zeros(0)])
def test_silence_noise_and_next_to_nothing_are_in_nothing(sound):
    where = library(sound=speech_like(SECONDS, RATE, 5), silence=silence(3.0), nothing=np.zeros(0))
    assert found(where, sound.astype(np.float32)) == []


def test_an_empty_library_holds_nothing(sound):
    assert found(Library({}, {}), sound) == []


def test_a_fingerprint_is_kept_beside_the_copy_and_made_again_when_it_is_not_whole(tmp_path, sound):
    path = tmp_path / "x.prints"
    made = kept_fingerprint(path, as16(sound))
    written = path.stat().st_mtime_ns
    again = kept_fingerprint(path, as16(sound))
    assert path.stat().st_mtime_ns == written
    assert np.array_equal(made.words, again.words)
    assert np.array_equal(made.is_loud, again.is_loud)
    path.write_bytes(path.read_bytes()[:100])
    assert np.array_equal(kept_fingerprint(path, as16(sound)).words, made.words)


@pytest.mark.real_speech
def test_encoded_copies_of_real_speech_are_found_and_other_readers_are_not(real_speech, tmp_path):
    files = sorted((real_speech / "librispeech-test-other").rglob("*.flac"))
    speech = [soundfile.read(path, dtype="float32")[0] for path in files[:24]]
    mine, strangers = np.concatenate(speech[:8]), speech[12:]
    where = library(mine=mine)
    cut = mine[50_000 : 50_000 + 3 * RATE]
    at_44k = soxr.resample(mine, RATE, 44_100).astype(np.float32)
    copies = {
        write_coded(tmp_path / "a.mp3", mine, RATE, "libmp3lame", "mp3"): 0,
        write_sound(tmp_path / "b.ogg", mine, RATE, format="OGG", subtype="VORBIS"): 0,
        write_sound(tmp_path / "c.wav", (0.2 * at_44k).astype(np.float32), 44_100): 0,
        write_coded(tmp_path / "d.mp3", cut, RATE, "libmp3lame", "mp3"): 50_000,
    }
    for path, shift in copies.items():
        heard = cached16(tmp_path, take_in(path, tmp_path).content_hash)
        (shared,) = where.find(fingerprint(heard), heard)
        assert shared.stop - shared.start > 0.95 * min(heard.size, mine.size)
        assert abs(shared.shift - shift) < 0.1 * RATE  # some decoders begin with the codec's delay
    assert [found(where, stranger) for stranger in strangers] == [[]] * len(strangers)
