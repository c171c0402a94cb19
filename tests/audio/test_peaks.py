"""Peaks: the same minima and maxima as the samples, at every zoom, at a glance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.audio.peaks import LEVELS, PeaksWriter, extremes, read_peaks, recorded_length
from curator.domain.span import Span
from tests.helpers.sounds import noise


def write_peaks(path, sound, rate=22_050, block=10_007):
    with path.open("w+b") as file:
        writer = PeaksWriter(file, rate)
        for start in range(0, sound.size, block):
            writer.write(sound[start : start + block])
        writer.finish()
    return read_peaks(path)


def to_steps(sound):
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)


@settings(max_examples=40, deadline=None)
@given(samples=st.integers(1, 70_000), block=st.integers(1, 70_000), seed=st.integers(0, 99))
def test_every_level_is_the_minimum_and_maximum_of_its_samples(
    tmp_path_factory, samples, block, seed
):
    sound = noise(samples / 22_050, seed=seed, level=0.5)
    path = tmp_path_factory.mktemp("peaks") / "a.peaks"
    peaks = write_peaks(path, sound, block=max(block, samples // 50))
    assert (peaks.rate, peaks.samples) == (22_050, sound.size) == recorded_length(path)
    steps = to_steps(sound)
    for per_bin in LEVELS:
        bins = [steps[at : at + per_bin] for at in range(0, sound.size, per_bin)]
        expected = [(part.min(), part.max()) for part in bins]
        np.testing.assert_array_equal(peaks.levels[per_bin], expected)


def test_levels_made_in_parts_are_the_same(tmp_path, monkeypatch):
    sound = noise(20)
    whole = write_peaks(tmp_path / "a.peaks", sound)
    monkeypatch.setattr("curator.audio.peaks._CHUNK_BINS", 1024)
    in_parts = write_peaks(tmp_path / "b.peaks", sound)
    assert (tmp_path / "a.peaks").read_bytes() == (tmp_path / "b.peaks").read_bytes()
    assert whole.levels.keys() == in_parts.levels.keys() == set(LEVELS)


@settings(max_examples=200, deadline=None)
@given(start=st.integers(0, 600_000), length=st.integers(0, 600_000), pixels=st.integers(1, 900))
def test_what_is_drawn_covers_every_sample_and_little_more(drawn, start, length, pixels):
    steps, peaks = drawn
    span = Span(start, start + length)
    seen = peaks.seen(span, pixels)
    assert seen.shape == (pixels, 2)
    inside = span.within(peaks.samples)
    if not inside.samples:
        assert not seen.any()
        return
    per_bin = max((level for level in LEVELS if level * pixels <= inside.samples), default=64)
    for column in (0, pixels // 2, pixels - 1):
        first = inside.start + column * inside.samples // pixels
        last = max(first + 1, inside.start + (column + 1) * inside.samples // pixels)
        here = steps[first:last]
        around = steps[first // per_bin * per_bin : -(-last // per_bin) * per_bin]
        assert around.min() <= seen[column, 0] <= here.min()
        assert here.max() <= seen[column, 1] <= around.max()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    sound = noise(25.3, seed=3)
    return to_steps(sound), write_peaks(tmp_path_factory.mktemp("drawn") / "a.peaks", sound)


def test_drawing_reads_in_proportion_to_pixels_not_to_length(drawn):
    _, peaks = drawn

    class Counted:
        """Counts the bins that are looked at."""

        def __init__(self, pairs):
            self.pairs, self.read = pairs, 0

        def __getitem__(self, part):
            self.read += part.stop - part.start
            return self.pairs[part]

    for samples in (5_000, 50_000, 500_000):
        counted = {per_bin: Counted(pairs) for per_bin, pairs in peaks.levels.items()}
        looked_at = type(peaks)(peaks.rate, peaks.samples, counted)
        looked_at.seen(Span(0, samples), 20)
        assert sum(level.read for level in counted.values()) <= 20 * 5


def test_too_loud_and_silent_samples_keep_inside_16_bits(tmp_path):
    sound = np.array([2.0, -2.0, 0.0] * 50, np.float32)
    peaks = write_peaks(tmp_path / "a.peaks", sound)
    np.testing.assert_array_equal(peaks.levels[16384], [[-32768, 32767]])
    np.testing.assert_array_equal(extremes(np.zeros(3, np.int16), 64), [[0, 0]])


def test_peaks_of_another_version_or_cut_off_count_as_missing(tmp_path):
    path = tmp_path / "a.peaks"
    write_peaks(path, noise(1))
    data = path.read_bytes()
    for broken in (data[:-1], data[:100], b"", data[:8] + b"\x63\0" + data[10:], b"x" + data[1:]):
        path.write_bytes(broken)
        with pytest.raises(FileNotFoundError):
            read_peaks(path)
