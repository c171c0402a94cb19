"""One pass takes a file in; what it leaves in the cache is whole or not there."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.audio import decode
from curator.audio.cache import cached16, cached_peaks, is_cached, length16, sound_path, sweep
from curator.audio.decode import blocks
from curator.audio.encode import to_int16
from curator.audio.intake import content_hash, files_below, rebuild_cache, take_in
from curator.audio.peaks import LEVELS
from curator.domain.errors import CuratorError, MissingSource, UnreadableAudio
from curator.domain.intake import Intake
from curator.domain.recording import Recording
from tests.helpers.sounds import (
    ODD_NAMES,
    RATE,
    cut_off,
    one_sample,
    silence,
    speech_like,
    tone,
    with_broken_values,
    write_bad_files,
    write_coded,
    write_silent_film,
    write_sound,
    write_wav_claiming,
)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def recording(found: Intake) -> Recording:
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


def test_taking_in_says_what_the_file_is(tmp_path, cache):
    both = np.stack([tone(1.5), tone(1.5)], axis=1)
    path = write_sound(tmp_path / "a.wav", both)
    found = take_in(path, cache)
    assert found == Intake(
        path=path.resolve(),
        content_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=path.stat().st_size,
        mtime_ns=path.stat().st_mtime_ns,
        rate=22_050,
        channels=2,
        samples=33_075,
        container="wav",
        notes=(),
        sound_hash=hashlib.sha256(cached16(cache, found.content_hash).tobytes()).hexdigest(),
    )
    assert content_hash(path) == found.content_hash


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 192_000])
def test_the_copy_is_the_resampled_sound_to_the_sample(tmp_path, cache, rate):
    sound = speech_like(12.3, rate=rate)  # longer than one block
    path = write_sound(tmp_path / "a.wav", sound, rate, subtype="FLOAT")
    copy = cached16(cache, take_in(path, cache).content_hash)
    assert len(copy) == round(sound.size * 16_000 / rate)
    whole = sound if rate == 16_000 else soxr.resample(sound, rate, 16_000, "HQ")
    np.testing.assert_array_equal(copy, to_int16(whole)[: len(copy)])


@settings(max_examples=40, deadline=None)
@given(samples=st.integers(1, 5000), rate=st.sampled_from([8000, 11_025, 22_050, 44_100, 96_000]))
def test_the_copy_has_the_rounded_length(tmp_path_factory, samples, rate):
    folder = tmp_path_factory.mktemp("length")
    path = write_sound(folder / "a.wav", np.full(samples, 0.1, np.float32), rate)
    found = take_in(path, folder)
    wanted = (samples * 16_000 + rate // 2) // rate
    assert len(cached16(folder, found.content_hash)) == wanted == length16(samples, rate)


def test_peaks_are_those_of_the_source(tmp_path, cache):
    sound = speech_like(3)
    path = write_sound(tmp_path / "a.wav", sound)
    found = take_in(path, cache)
    peaks = cached_peaks(cache, found.content_hash)
    source = to_int16(np.concatenate(list(blocks(path))))
    assert (peaks.rate, peaks.samples) == (22_050, sound.size)
    for per_bin in LEVELS:
        whole = sound.size // per_bin * per_bin
        expected = source[:whole].reshape(-1, per_bin)
        np.testing.assert_array_equal(peaks.levels[per_bin][: len(expected), 0], expected.min(1))
        np.testing.assert_array_equal(peaks.levels[per_bin][: len(expected), 1], expected.max(1))


def test_the_source_is_never_written_to(tmp_path, cache):
    for path in (
        write_sound(tmp_path / "a.flac", speech_like(1)),
        write_coded(tmp_path / "a.m4a", speech_like(1), 44_100, "aac", "ipod"),
    ):
        path.chmod(0o444)
        before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
        rebuild_cache(recording(take_in(path, cache)), cache)
        assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.flac", "a.m4a", "cache"]


# What people are told -------------------------------------------------------------------------


def noted(path: Path, cache: Path) -> str:
    return "; ".join(take_in(path, cache).notes)


def test_silence_is_taken_in_and_noted(tmp_path, cache):
    assert noted(write_sound(tmp_path / "a.wav", silence(1)), cache) == "it is silent throughout"


def test_broken_values_are_silenced_and_noted(tmp_path, cache):
    sound = with_broken_values(tone(0.2), [3, 4, 5])
    path = write_sound(tmp_path / "a.wav", sound, subtype="FLOAT")
    assert noted(path, cache) == "3 samples were not a finite number and silenced"
    one = write_sound(tmp_path / "b.wav", with_broken_values(tone(0.2), [3]), subtype="DOUBLE")
    assert noted(one, cache) == "1 sample was not a finite number and silenced"


def test_a_float_file_on_another_scale_is_noted(tmp_path, cache):
    path = write_sound(tmp_path / "a.wav", tone(0.2) * np.float32(32768), subtype="FLOAT")
    assert "9830 times full scale" in noted(path, cache)
    loud = write_sound(tmp_path / "b.wav", tone(0.2) * np.float32(3.5), subtype="FLOAT")
    assert noted(loud, cache).startswith("its loudest sample is 1.05 times full scale")


def test_a_cut_off_wav_is_taken_in_and_noted(tmp_path, cache):
    path = cut_off(tmp_path / "a.wav", write_sound(tmp_path / "whole.wav", tone(4)), 0.25)
    assert noted(path, cache) == "it ends early: 1.0 s of 4.0 s are there"


def test_a_cut_off_flac_is_taken_in_and_noted(tmp_path, cache):
    path = cut_off(tmp_path / "a.flac", write_sound(tmp_path / "b.flac", speech_like(4)), 0.5)
    assert "it ends early: " in noted(path, cache)


def test_a_cut_off_film_is_taken_in_and_noted(tmp_path, cache):
    sound = speech_like(9, rate=44_100)
    whole = write_coded(tmp_path / "a.mp4", sound, 44_100, "aac", "mp4", quick_start=True)
    path = cut_off(tmp_path / "b.mp4", whole, 0.5)
    assert "it ends early: " in noted(path, cache)


def test_a_streamed_wav_is_whole(tmp_path, cache):
    path = write_wav_claiming(tmp_path / "a.wav", np.arange(9000, dtype=np.int16), 0xFFFFFFFF)
    assert noted(path, cache) == ""


def test_a_film_with_two_tongues_gives_the_first(tmp_path, cache):
    path = write_coded(tmp_path / "a.mkv", tone(1, rate=44_100), 44_100, "aac", "matroska", 2)
    assert noted(path, cache) == "it has 2 sound tracks; the first was taken"


def test_one_sample_is_taken_in(tmp_path, cache):
    found = take_in(write_sound(tmp_path / "a.wav", one_sample(), 44_100), cache)
    assert found.samples == 1
    assert len(cached16(cache, found.content_hash)) == 0
    assert is_cached(cache, found.content_hash)


# What cannot be taken in ----------------------------------------------------------------------


def test_bad_files_leave_nothing_behind(tmp_path, cache):
    for path in write_bad_files(tmp_path / "bad").values():
        with pytest.raises(UnreadableAudio):
            take_in(path, cache)
    assert list(cache.glob("**/*")) == []


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, cache, monkeypatch):
    path = write_sound(tmp_path / "a.wav", tone(1))
    from curator.audio import intake

    real = intake._RunningHash.finish

    def finish_and_grow(self):
        with path.open("ab") as file:
            file.write(b"more")
        return real(self)

    monkeypatch.setattr(intake._RunningHash, "finish", finish_and_grow)
    with pytest.raises(UnreadableAudio, match="it was changed while it was read"):
        take_in(path, cache)
    assert list(cache.iterdir()) == []


def in_child(program: str, *arguments: Path) -> str:
    """Run a program that imports curator in a process of its own; its standard output."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing(tmp_path, cache):
    path = write_sound(tmp_path / "a.wav", speech_like(5))
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from curator.audio.intake import take_in\n"
        "from curator.domain.errors import CuratorError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "try: take_in(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except CuratorError as error: print(error)\n"
    )
    said = in_child(program, path, cache)
    assert said.startswith("The cache in ")
    assert "cannot be written (File too large). Free some space" in said
    assert list(cache.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_a_killed_import_leaves_nothing_under_a_final_name(tmp_path, cache):
    path = write_sound(tmp_path / "a.wav", speech_like(5))
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from curator.audio import intake\n"
        "intake._RunningHash.finish = lambda self: os.kill(os.getpid(), signal.SIGKILL)\n"
        "intake.take_in(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    with pytest.raises(subprocess.CalledProcessError) as killed:
        in_child(program, path, cache)
    assert killed.value.returncode == -9
    assert {p.suffix for p in cache.iterdir()} == {".partial"}
    assert sweep(cache) == 2
    assert list(cache.iterdir()) == []


def test_sweeping_leaves_alone_what_a_running_program_writes(cache):
    cache.mkdir()
    (cache / f".{os.getpid()}-0123.partial").touch()
    (cache / ".someone else's.partial").touch()
    assert sweep(cache) == 0


# The cache may be deleted at any time ---------------------------------------------------------


def test_a_deleted_cache_is_made_again_just_the_same(tmp_path, cache):
    found = take_in(write_sound(tmp_path / "a.wav", speech_like(2)), cache)
    before = {p.name: p.read_bytes() for p in cache.iterdir()}
    for path in cache.iterdir():
        path.unlink()
    cache.rmdir()
    with pytest.raises(FileNotFoundError):
        cached16(cache, found.content_hash)
    rebuild_cache(recording(found), cache)
    assert {p.name: p.read_bytes() for p in cache.iterdir()} == before


@pytest.mark.parametrize("suffix", [".16k.pcm", ".peaks"])
@pytest.mark.parametrize("damage", ["cut off", "emptied", "deleted"])
def test_a_broken_cache_counts_as_deleted(tmp_path, cache, suffix, damage):
    found = take_in(write_sound(tmp_path / "a.wav", speech_like(2)), cache)
    path = cache / f"{found.content_hash}{suffix}"
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: -100 if damage == "cut off" else 0])
    assert not is_cached(cache, found.content_hash)
    rebuild_cache(recording(found), cache)
    assert is_cached(cache, found.content_hash)


def test_the_cache_of_a_source_that_is_gone_cannot_be_made_again(tmp_path, cache):
    found = take_in(write_sound(tmp_path / "a.wav", tone(1)), cache)
    found.path.unlink()
    with pytest.raises(MissingSource, match=r"a\.wav cannot be read any more"):
        rebuild_cache(recording(found), cache)


def test_the_cache_of_a_source_that_changed_is_not_made_of_the_new_one(tmp_path, cache):
    found = take_in(write_sound(tmp_path / "a.wav", tone(1)), cache)
    sound_path(cache, found.content_hash).unlink()
    write_sound(found.path, tone(1, hz=300))
    with pytest.raises(MissingSource, match=r"a\.wav is no longer the file that was imported"):
        rebuild_cache(recording(found), cache)
    assert [p.suffix for p in cache.iterdir()] == [".peaks"]


# Which files are meant ------------------------------------------------------------------------


def test_folders_are_walked_in_order_without_what_is_hidden(tmp_path):
    for name in ("b.mp3", "a.WAV", "c.txt", ".h.wav", ".git/x.wav", "z/q.mkv", "p.curator/x.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(path.relative_to(tmp_path)) for path in files_below([tmp_path])]
    assert found == ["a.WAV", "b.mp3", "z/q.mkv"]


def test_named_files_always_come_and_only_once(tmp_path):
    (tmp_path / "notes.txt").touch()
    (tmp_path / "a.wav").touch()
    missing = tmp_path / "missing.wav"
    found = list(files_below([tmp_path / "notes.txt", tmp_path / "a.wav", tmp_path, missing]))
    assert [path.name for path in found] == ["notes.txt", "a.wav", "missing.wav"]


def test_a_folder_of_odd_names_is_taken_in_whole(tmp_path, cache):
    folder = tmp_path / "odd"
    for name in ODD_NAMES:
        text = name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
        write_sound(folder / text, tone(0.1), format="WAV")
    taken = [take_in(path, cache) for path in files_below([folder])]
    assert len(taken) == len(ODD_NAMES)
    assert {found.samples for found in taken} == {2205}


def test_bad_files_do_not_keep_good_ones_out(tmp_path, cache):
    write_bad_files(tmp_path / "in")
    write_silent_film(tmp_path / "in" / "film.mp4")
    write_sound(tmp_path / "in" / "good.wav", tone(0.1))
    taken, refused = [], []
    for path in files_below([tmp_path / "in"]):
        try:
            taken.append(take_in(path, cache).path.name)
        except CuratorError as error:
            refused.append(str(error))
    assert taken == ["good.wav"]
    assert len(refused) == 9


# Memory ---------------------------------------------------------------------------------------

MEASURE = """
import json, resource, sys
from pathlib import Path
from curator.audio.intake import take_in
take_in(Path(sys.argv[1]), Path(sys.argv[3]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
samples = take_in(Path(sys.argv[2]), Path(sys.argv[3])).samples
print(json.dumps([samples, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""


def sparse_wav(path: Path, seconds: int, rate: int = 16_000) -> Path:
    """A WAV of silence that takes no room on the disk."""
    write_wav_claiming(path, np.ones(1, np.int16), seconds * rate * 2, rate)
    os.truncate(path, 44 + seconds * rate * 2)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does, in kB")
@pytest.mark.parametrize("hours", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_long_files_need_no_more_memory_than_short_ones(tmp_path, cache, hours):
    short = write_sound(tmp_path / "short.wav", tone(20))
    long = sparse_wav(tmp_path / "long.wav", hours * 3600)
    samples, grown_kb = json.loads(in_child(MEASURE, short, long, cache))
    assert samples == hours * 3600 * 16_000
    assert grown_kb < 20_000


def raw_speech(path: Path, minutes: float) -> Path:
    """A recording without any statement of its length, which is only known once it is decoded."""
    if path.suffix == ".amr":
        second, head = (b"\x04" + bytes(range(12))) * 50, b"#!AMR\n"
    else:
        second, head = write_coded(path, tone(1), RATE, "aac", "adts").read_bytes(), b""
    path.write_bytes(head + second * round(60 * minutes))
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does, in kB")
@pytest.mark.parametrize("suffix", ["amr", "aac"])
def test_long_recordings_of_unstated_length_need_no_more_memory(tmp_path, cache, suffix):
    short = raw_speech(tmp_path / f"short.{suffix}", 1)
    long = raw_speech(tmp_path / f"long.{suffix}", 20)
    samples, grown_kb = json.loads(in_child(MEASURE, short, long, cache))
    assert samples > 20 * 60 * 8_000 * 0.95
    assert grown_kb < 20_000


@pytest.mark.parametrize("suffix", ["amr", "aac"])
def test_endless_recordings_of_unstated_length_are_refused(tmp_path, cache, monkeypatch, suffix):
    monkeypatch.setattr(decode, "LONGEST_HOURS", 1 / 60)
    assert take_in(raw_speech(tmp_path / f"short.{suffix}", 0.5), cache).samples
    with pytest.raises(UnreadableAudio, match="is longer than"):
        take_in(raw_speech(tmp_path / f"long.{suffix}", 2), cache)
