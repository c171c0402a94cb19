"""A span read on its own is the same as that part of the whole."""

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.audio import excerpts as module
from curator.audio.decode import blocks
from curator.audio.excerpts import MOST_OPEN, Excerpts
from curator.audio.intake import take_in
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import Recording
from curator.domain.span import Span
from tests.helpers.sounds import cut_off, speech_like, tone, write_coded, write_sound

RATE = 44_100
SECONDS = 4


def recording(path, cache) -> Recording:
    found = take_in(path, cache)
    return Recording(
        1,
        found.path,
        found.content_hash,
        found.size,
        found.mtime_ns,
        found.rate,
        found.channels,
        found.samples,
        found.container,
        licence="",
        consent="",
    )


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A recording in each format, with all of its samples."""
    folder = tmp_path_factory.mktemp("sounds")
    both = np.stack([speech_like(SECONDS, RATE, seed) for seed in (1, 2)], axis=1)
    quiet = both[:, 0] * np.float32(0.1)
    paths = [
        write_sound(folder / "a.wav", both, RATE),
        write_sound(folder / "float.wav", both, RATE, subtype="FLOAT"),
        write_sound(folder / "a.flac", both, RATE),
        write_sound(folder / "a.mp3", both, RATE),
        write_sound(folder / "low.mp3", both[::2], RATE // 2),
        write_sound(folder / "a.ogg", both, RATE),
        write_sound(folder / "adpcm.wav", both, RATE, subtype="IMA_ADPCM"),
        write_coded(folder / "a.m4a", both[:, 0], RATE, "aac", "ipod"),
        write_coded(folder / "a.mp4", both[:, 0], RATE, "aac", "mp4", video=True),
        write_coded(folder / "a.mkv", both[:, 0], RATE, "aac", "matroska"),
        write_coded(folder / "a.opus", both[:, 0], 48_000, "libopus", "opus"),
        write_coded(folder / "a.webm", both[:, 0], 48_000, "libopus", "webm"),
        write_coded(folder / "vbr.mp3", quiet, RATE, "libmp3lame", "mp3"),
    ]
    cache = folder / "cache"
    return {
        path.name: (recording(path, cache), np.concatenate(list(blocks(path)))) for path in paths
    }


JUMPING = ("a.wav", "float.wav", "a.flac")
MP3 = ("a.mp3", "low.mp3", "vbr.mp3")
FORWARD_ONLY = (*MP3, "adpcm.wav", "a.ogg", "a.opus", "a.webm", "a.m4a", "a.mp4", "a.mkv")
FORMATS = JUMPING + FORWARD_ONLY


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_spans_in_any_order_equal_the_whole(sounds, name, data):
    sound, whole = sounds[name]
    with Excerpts() as excerpts:
        for _ in range(4):
            start = data.draw(st.integers(0, sound.samples))
            stop = data.draw(st.integers(start, min(sound.samples, start + 90_000)))
            found = excerpts.read(sound, Span(start, stop))
            assert (found.rate, found.samples.dtype) == (sound.rate, np.float32)
            np.testing.assert_array_equal(found.samples, whole[start:stop])


@pytest.mark.parametrize("name", FORMATS)
def test_neighbours_fit_together(sounds, name):
    sound, whole = sounds[name]
    edges = [*range(0, sound.samples, 31_337), sound.samples]
    with Excerpts() as excerpts:
        parts = [excerpts.read(sound, Span(a, b)) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate([part.samples for part in parts]), whole)


def test_what_was_just_read_can_be_read_again_without_starting_over(sounds, monkeypatch):
    sound, whole = sounds["a.m4a"]
    opened = []
    real = module.open_sound
    monkeypatch.setattr(
        module, "open_sound", lambda path, how: opened.append(path) or real(path, how)
    )
    with Excerpts() as excerpts:
        for start in (100_000, 99_000, 120_000, 60_000):
            found = excerpts.read(sound, Span(start, start + 5000)).samples
            np.testing.assert_array_equal(found, whole[start : start + 5000])
    assert len(opened) == 1


def test_a_span_is_a_copy(sounds):
    sound, whole = sounds["a.m4a"]
    with Excerpts() as excerpts:
        excerpts.read(sound, Span(0, 100)).samples[:] = 9
        np.testing.assert_array_equal(excerpts.read(sound, Span(0, 100)).samples, whole[:100])


def test_a_span_beyond_the_recording_is_a_mistake_of_the_program(sounds):
    sound, _ = sounds["a.wav"]
    with Excerpts() as excerpts, pytest.raises(ValueError, match="not inside"):
        excerpts.read(sound, Span(0, sound.samples + 1))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux does")
def test_few_files_stay_open(tmp_path):
    many = [
        recording(write_sound(tmp_path / f"{number}.wav", tone(0.1)), tmp_path / "cache")
        for number in range(MOST_OPEN + 4)
    ]
    before = open_files()
    with Excerpts() as excerpts:
        for sound in many * 2:
            excerpts.read(sound, Span(0, 10))
        assert open_files() <= before + MOST_OPEN
    assert open_files() == before


def test_a_missing_source_is_said_and_found_again(tmp_path):
    sound = recording(write_sound(tmp_path / "a.wav", tone(1)), tmp_path / "cache")
    with Excerpts() as excerpts:
        excerpts.read(sound, Span(0, 100))
        sound.path.rename(tmp_path / "elsewhere.wav")
        with pytest.raises(MissingSource, match=r"a\.wav is not there any more"):
            excerpts.read(sound, Span(0, 100))
        (tmp_path / "elsewhere.wav").rename(sound.path)
        assert excerpts.read(sound, Span(0, 100)).samples.size == 100


def test_other_content_under_the_same_name_is_never_read(tmp_path):
    sound = recording(write_sound(tmp_path / "a.wav", tone(1)), tmp_path / "cache")
    with Excerpts() as excerpts:
        excerpts.read(sound, Span(0, 100))
        write_sound(sound.path, tone(1, hz=500))  # the same size
        os.utime(sound.path, ns=(1, sound.mtime_ns + 1))
        with pytest.raises(MissingSource, match="no longer the file that was imported"):
            excerpts.read(sound, Span(0, 100))


def test_a_copied_file_with_another_time_is_still_the_same(tmp_path):
    sound = recording(write_sound(tmp_path / "a.wav", tone(1)), tmp_path / "cache")
    os.utime(sound.path, ns=(1, 1))
    with Excerpts() as excerpts:
        assert excerpts.read(sound, Span(0, 100)).samples.size == 100


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.mp3"])
def test_of_a_cut_off_file_all_that_was_taken_in_can_be_read(tmp_path, name):
    whole = write_sound(tmp_path / f"whole-{name}", speech_like(4))
    path = cut_off(tmp_path / name, whole, 0.5)
    sound = recording(path, tmp_path / "cache")
    with Excerpts() as excerpts:
        last = excerpts.read(sound, Span(sound.samples - 500, sound.samples))
        first = excerpts.read(sound, Span(0, sound.samples))
    np.testing.assert_array_equal(first.samples[-500:], last.samples)


def test_a_recording_that_claims_more_than_its_file_gives_is_unreadable(tmp_path):
    found = recording(write_sound(tmp_path / "a.wav", tone(1)), tmp_path / "cache")
    longer = replace(found, samples=99_999)
    with Excerpts() as excerpts, pytest.raises(UnreadableAudio, match=r"up to 1\.0 s"):
        excerpts.read(longer, Span(20_000, 30_000))


@pytest.mark.real_speech
def test_jumps_in_real_speech_equal_the_whole(real_speech, tmp_path):
    rng = np.random.default_rng(0)
    paths = sorted(real_speech.glob("ljspeech/*.flac"))[:4]
    paths += sorted(real_speech.glob("librispeech-test-other/*/*.flac"))[::20]
    with Excerpts() as excerpts:
        for path in paths:
            sound = recording(path, tmp_path)
            whole = np.concatenate(list(blocks(path)))
            assert whole.size == sound.samples
            for start in rng.integers(0, sound.samples - 2000, 20).tolist():
                found = excerpts.read(sound, Span(start, start + 2000)).samples
                np.testing.assert_array_equal(found, whole[start : start + 2000])
