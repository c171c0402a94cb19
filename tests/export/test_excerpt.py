import numpy as np
import pytest

from curator.audio.encode import resampled
from curator.audio.excerpts import Excerpts
from curator.domain.span import Span
from curator.export.excerpt import excerpt, output_samples, peak, with_margin
from tests.helpers.bundles import a_source, as_recording
from tests.helpers.sounds import write_sound

RATE = 22_050


def cut(recording, span):
    with Excerpts() as excerpts:
        return output_samples(excerpt(excerpts, recording, span, RATE), recording, span, RATE)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_cut_clip_is_a_stretch_of_the_whole_recording_resampled(tmp_path, rate):
    recording = as_recording(a_source(tmp_path, seconds=6, rate=rate))
    whole = Span(0, recording.samples)
    with Excerpts() as excerpts:
        everything = resampled(excerpts.read(recording, whole), RATE).samples
    second = Span.from_seconds(2.0, 4.0, rate)
    clip = cut(recording, second).astype(np.float32) / 32768
    assert clip.size == 2 * RATE
    assert np.abs(clip - everything[2 * RATE : 4 * RATE]).max() < 2 / 32768


@pytest.mark.parametrize("rate", [8_000, 11_025, 37_800, 44_100, 192_000])
def test_clips_at_both_ends_of_a_recording_are_whole(tmp_path, rate):
    recording = as_recording(a_source(tmp_path, seconds=1, rate=rate))
    for span in (Span(0, rate // 3), Span(recording.samples - rate // 3, recording.samples)):
        assert cut(recording, span).size == round(rate // 3 * RATE / rate)


def test_the_surroundings_begin_on_a_sample_of_both_rates(tmp_path):
    recording = as_recording(a_source(tmp_path, seconds=3, rate=48_000))
    for start in (0, 1, 319, 320, 5_000, 77_777):
        wide = with_margin(recording, Span(start, start + 1000), RATE)
        assert (start - wide.start) * RATE % 48_000 == 0
        assert 0 <= wide.start <= start
        assert wide.stop <= recording.samples


def test_stereo_is_mixed(tmp_path):
    left = np.full(RATE, 0.5, np.float32)
    path = write_sound(tmp_path / "s.wav", np.stack([left, np.zeros_like(left)], axis=1))
    assert set(cut(as_recording(path), Span(0, RATE))) == {8192}


def test_the_peak_is_the_largest_distance_from_zero():
    assert peak(np.array([3, -32768, 5], np.int16)) == 32768
    assert peak(np.array([], np.int16)) == 0
