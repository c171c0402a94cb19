"""Cleaned sound beyond full scale: scaled where it is read, as an imported file is."""

import json

import numpy as np
import pytest
import soundfile

from curator.audio import derived as derived_files
from curator.audio import resumable_file
from curator.audio.cache import cached16
from curator.audio.derived import begun_derived
from curator.audio.excerpts import Excerpts
from curator.domain.errors import CuratorError
from curator.domain.recipe import hash_of
from curator.domain.recording import PLAIN
from curator.domain.span import Span
from curator.jobs.derive import derive
from curator.stages.cleaning.versions import derived
from tests.helpers.cleaning import CPU, a_step, taken_in
from tests.helpers.sounds import noise, write_sound

RATE = 22_050
STEPS = (a_step("high_pass"),)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def loud(tmp_path, cache):
    """A square wave at full scale, which a high-pass filter makes overshoot."""
    period = np.repeat(np.float32([0.999, -0.999]), RATE // 80)
    samples = np.tile(period, 80)
    return taken_in(write_sound(tmp_path / "loud.wav", samples, RATE), cache)


def read_whole(recording):
    with Excerpts() as excerpts:
        return excerpts.read(recording, Span(0, recording.samples)).samples


def test_sound_beyond_full_scale_is_ready_and_scaled_to_it(loud, cache):
    made = derive(loud, cache, STEPS, CPU)
    assert derived(loud, cache, STEPS) == made
    stored, _ = soundfile.read(made.path, dtype="float32")
    assert np.abs(stored).max() > 1.01
    assert made.decoding.gain == pytest.approx(1.0 / np.abs(stored).max(), rel=1e-4)
    np.testing.assert_allclose(read_whole(made), stored * made.decoding.gain, atol=1e-6)
    assert np.abs(read_whole(made)).max() <= 1.0
    assert len(cached16(cache, made.cache_key)) > 0


def test_a_further_step_gets_the_sound_as_it_was_made(loud, cache):
    both = (*STEPS, a_step("loudness", lufs=-30.0))
    at_once = derive(loud, cache, both, CPU).path.read_bytes()
    for path in cache.glob("*.w64"):
        path.unlink()
    derive(loud, cache, STEPS, CPU)
    assert derive(loud, cache, both, CPU).path.read_bytes() == at_once


def test_the_gain_counts_what_was_written_before_an_interruption(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(resumable_file, "NOTED_EVERY_S", 0.0)
    samples = noise(35.0, 8_000) * np.float32(0.1)
    samples[:8_000] = np.tile(np.repeat(np.float32([0.999, -0.999]), 100), 40)
    recording = taken_in(write_sound(tmp_path / "long.wav", samples, 8_000), cache)
    whole = derive(recording, cache, STEPS, CPU)
    for path in cache.glob("*.w64"):
        path.unlink()
    real = derived_files.GrowingFile.write

    def stop(self, block):
        if self._written > 160_000:
            raise CuratorError("Stopped.", "")
        real(self, block)

    with monkeypatch.context() as patch:
        patch.setattr(derived_files.GrowingFile, "write", stop)
        with pytest.raises(CuratorError, match="Stopped"):
            derive(recording, cache, STEPS, CPU)
    assert begun_derived(recording, cache, hash_of(STEPS)).written
    assert derive(recording, cache, STEPS, CPU).decoding == whole.decoding != PLAIN


def test_sound_of_an_older_version_counts_only_where_it_was_ready(loud, tmp_path, cache):
    quiet = taken_in(write_sound(tmp_path / "quiet.wav", noise(1.0, RATE) * 0.1, RATE), cache)
    for recording, counts in ((loud, False), (quiet, True)):
        made = derive(recording, cache, STEPS, CPU)
        metadata = made.path.with_suffix(".json")
        older = json.loads(metadata.read_text())
        del older["gain"]
        metadata.write_text(json.dumps(older))
        assert (derived(recording, cache, STEPS) is not None) == counts
        assert derive(recording, cache, STEPS, CPU).decoding == made.decoding


@pytest.mark.parametrize("gain", [0.0, -1.0, 2.0, "x", None])
def test_an_impossible_gain_is_made_again(loud, cache, gain):
    made = derive(loud, cache, STEPS, CPU)
    metadata = made.path.with_suffix(".json")
    metadata.write_text(json.dumps(json.loads(metadata.read_text()) | {"gain": gain}))
    assert derived(loud, cache, STEPS) is None
    assert derive(loud, cache, STEPS, CPU).decoding == made.decoding
