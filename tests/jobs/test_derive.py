"""Recordings cleaned into the cache: each step once, and again when it is gone."""

import errno
import hashlib
import os
import time

import numpy as np
import pytest
import soundfile

from curator.audio import resumable_file
from curator.audio.cache import cached16, sweep
from curator.audio.derived import begun_derived
from curator.audio.resumable_file import GrowingFile
from curator.domain.errors import CuratorError
from curator.domain.recipe import hash_of
from curator.jobs import derive as deriving
from curator.jobs.derive import derive
from curator.stages.cleaning import clean
from curator.stages.cleaning.versions import derived
from tests.helpers.cleaning import CPU, a_step, taken_in
from tests.helpers.sounds import noise, speech_like, write_sound

RATE = 22_050


@pytest.fixture
def recording(tmp_path):
    path = write_sound(tmp_path / "show.wav", speech_like(3.0, RATE), RATE)
    return taken_in(path, tmp_path / "cache")


@pytest.fixture
def long_recording(tmp_path):
    path = write_sound(tmp_path / "long.wav", noise(35.0, 8_000), 8_000)
    return taken_in(path, tmp_path / "cache")


@pytest.fixture
def ran(monkeypatch):
    """The cleaners that were made, in order."""
    made: list[str] = []
    real = clean.made

    def noting(step, equipment):
        made.append(step.cleaner)
        return real(step, equipment)

    monkeypatch.setattr(clean, "made", noting)
    # As a network would be: what it made is kept.
    costly = {"clicks"}
    real_stops = clean.info_of

    def info(key):
        from dataclasses import replace

        found = real_stops(key)
        return replace(found, is_costly=True) if key in costly else found

    monkeypatch.setattr(clean, "info_of", info)
    return made


STEPS = [a_step("high_pass"), a_step("clicks"), a_step("hum"), a_step("loudness")]


def test_the_source_is_not_touched_and_the_result_is_in_step_with_it(recording, tmp_path):
    before = hashlib.sha256(recording.path.read_bytes()).hexdigest()
    made = derive(recording, tmp_path / "cache", STEPS, CPU)
    assert (made.rate, made.samples) == (recording.rate, recording.samples)
    samples, rate = soundfile.read(made.path)
    assert (rate, samples.size) == (RATE, recording.samples)
    assert len(cached16(tmp_path / "cache", made.content_hash)) > 0
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == made.content_hash
    assert hashlib.sha256(recording.path.read_bytes()).hexdigest() == before


def test_a_recipe_applied_twice_computes_once(recording, tmp_path, ran):
    first = derive(recording, tmp_path / "cache", STEPS, CPU)
    assert ran
    ran.clear()
    assert derive(recording, tmp_path / "cache", STEPS, CPU) == first
    assert ran == []


def test_a_changed_setting_computes_only_what_comes_after_it(recording, tmp_path, ran):
    derive(recording, tmp_path / "cache", STEPS, CPU)
    ran.clear()
    derive(recording, tmp_path / "cache", [*STEPS[:3], a_step("loudness", lufs=-30.0)], CPU)
    assert set(ran) == {"hum", "loudness"}
    ran.clear()
    derive(recording, tmp_path / "cache", [a_step("high_pass", hz=90.0), *STEPS[1:]], CPU)
    assert set(ran) == {"high_pass", "clicks", "hum", "loudness"}


def test_a_deleted_or_changed_file_is_made_again_the_same(recording, tmp_path):
    cache = tmp_path / "cache"
    made = derive(recording, cache, STEPS[:1], CPU)
    content = made.path.read_bytes()
    made.path.unlink()
    assert derived(recording, cache, STEPS[:1]) is None
    assert derive(recording, cache, STEPS[:1], CPU).content_hash == made.content_hash
    made.path.write_bytes(content[:-4])
    assert derived(recording, cache, STEPS[:1]) is None
    derive(recording, cache, STEPS[:1], CPU)
    assert made.path.read_bytes() == content
    next(cache.glob(f"{made.content_hash}.16k.pcm")).unlink()
    assert derived(recording, cache, STEPS[:1]) is None
    assert derive(recording, cache, STEPS[:1], CPU).content_hash == made.content_hash


class FullDisk:
    """A file on a disk that has so many bytes left."""

    def __init__(self, file, left):
        self._file, self._left = file, left

    def write(self, data):
        self._left -= len(data)
        if self._left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.fixture
def full_disk(monkeypatch):
    """Runs something with a disk that fills up while cleaned sound is written."""
    real = GrowingFile.__init__

    def start(self, *given):
        real(self, *given)
        self._file = FullDisk(self._file, self.room)

    def run(work, room):
        monkeypatch.setattr(GrowingFile, "room", room, raising=False)
        with monkeypatch.context() as patch:
            patch.setattr(GrowingFile, "__init__", start)
            with pytest.raises(CuratorError, match="No space left"):
                work()

    return run


def test_a_full_disk_in_the_middle_leaves_nothing_half_written(recording, tmp_path, full_disk):
    cache = tmp_path / "cache"
    before = sorted(path.name for path in cache.iterdir())
    full_disk(lambda: derive(recording, cache, STEPS[:1], CPU), 100_000)
    assert sorted(path.name for path in cache.iterdir()) == before
    assert derive(recording, cache, STEPS[:1], CPU).samples == recording.samples


def test_what_was_noted_before_the_disk_was_full_is_not_made_again(
    long_recording, tmp_path, full_disk, monkeypatch
):
    monkeypatch.setattr(resumable_file, "NOTED_EVERY_S", 0.0)
    cache, steps = tmp_path / "cache", STEPS[:1]
    key, block = hash_of(tuple(steps)), 80_000  # samples
    full_disk(lambda: derive(long_recording, cache, steps, CPU), 10 * block)
    found = begun_derived(long_recording, cache, key)
    assert found is not None
    assert 0 < found.written < long_recording.samples
    resumed = derive(long_recording, cache, steps, CPU)
    content = resumed.path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == resumed.content_hash
    assert not list(cache.glob("*.begun*"))
    resumed.path.unlink()
    assert derive(long_recording, cache, steps, CPU).path.read_bytes() == content


def test_what_nobody_goes_on_with_is_swept_away(tmp_path):
    def made(name, age):
        path = tmp_path / name
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
        return path

    forgotten = made("a.begun", resumable_file.FORGOTTEN_S + 60)
    note = made("a.begun.json", 0)
    unnoted = made("b.begun", resumable_file.LEFT_S + 60)
    going_on, going_on_note = made("c.begun", resumable_file.LEFT_S + 60), made("c.begun.json", 0)
    fresh = made("d.begun", 0)
    assert sweep(tmp_path) == 2
    assert not any(path.exists() for path in (forgotten, note, unnoted))
    assert all(path.exists() for path in (going_on, going_on_note, fresh))


def test_a_long_recording_says_how_far_it_is(long_recording, tmp_path):
    told: list[float] = []
    derive(long_recording, tmp_path / "cache", STEPS[:1], CPU, told.append)
    assert told == pytest.approx([10.0, 20.0, 30.0], abs=0.1)


def test_too_little_room_is_said_beforehand(recording, tmp_path, monkeypatch):
    usage = deriving.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(deriving.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(CuratorError, match="are free"):
        derive(recording, tmp_path / "cache", STEPS[:1], CPU)


def test_stereo_of_opposite_phase_is_cleaned_as_the_silence_it_mixes_to(tmp_path):
    voice = speech_like(1.0, RATE)
    path = write_sound(tmp_path / "odd.wav", np.stack([voice, -voice], axis=1), RATE)
    recording = taken_in(path, tmp_path / "cache")
    made = derive(recording, tmp_path / "cache", STEPS, CPU)
    assert np.abs(soundfile.read(made.path)[0]).max() < 1e-3  # a rounding step, not lifted
