import numpy as np
import pytest

from curator.audio.waveform import CACHE_RATE
from curator.domain.span import Span
from curator.domain.target import read_target
from curator.stages import Failed
from curator.stages.segmentation.edges import FindEdges
from curator.stages.segmentation.segment import Segment
from tests.helpers.recordings import a_clip_sound, a_recording_sound, clips_of
from tests.helpers.shows import RATE, a_show, inside_speech

pytestmark = pytest.mark.model
INSIDE = 0.5


def edges_of(item, spans):
    sounds = [a_clip_sound(item, span, number) for number, span in enumerate(spans)]
    return [found.fact for found in FindEdges().run(sounds)]


def cut_spans(show, seed=0):
    """Spans that start or stop well inside a stretch of speech, at the other end in a pause."""
    chosen = np.random.default_rng(seed)
    margin = RATE // 20
    spans = []
    for stretch in show.speech:
        if stretch.samples < 4 * margin:
            continue
        at = int(chosen.integers(stretch.start + margin, stretch.stop - margin))
        spans.append(("stop", Span(max(0, at - 2 * RATE), at)))
        spans.append(("start", Span(at, min(at + 2 * RATE, show.sound.recording.samples))))
    return spans


@pytest.mark.parametrize(("snr_db", "share"), [(35.0, 0.95), (25.0, 0.9)])
def test_nearly_every_cut_word_is_found(snr_db, share):
    show = a_show(snr_db=snr_db)
    spans = [pair for seed in range(8) for pair in cut_spans(show, seed)]
    found = edges_of(show.sound, [span for _, span in spans])
    values = [
        edges.starts_in_word if which == "start" else edges.ends_in_word
        for (which, _), edges in zip(spans, found, strict=True)
    ]
    assert np.mean(np.array(values) >= INSIDE) >= share


@pytest.mark.parametrize("snr_db", [35.0, 25.0])
def test_clips_that_segmentation_cut_are_good(snr_db):
    show = a_show(snr_db=snr_db)
    (cut,) = Segment(read_target("xtts_v2"), None).run([show.sound])
    for found, clip in zip(
        FindEdges().run(clips_of(show.sound, cut.clips)), cut.clips, strict=True
    ):
        assert found.span == clip.span
        assert found.fact.starts_in_word < INSIDE
        assert found.fact.ends_in_word < INSIDE


def test_a_cut_word_comes_with_the_nearest_pause():
    show = a_show()
    offered = 0
    for which, span in cut_spans(show):
        (edges,) = edges_of(show.sound, [span])
        edge = span.start if which == "start" else span.stop
        pause = edges.start_pause if which == "start" else edges.stop_pause
        if pause is not None:
            offered += 1
            assert abs(pause - edge) <= RATE + 2
            assert not inside_speech(show.speech, pause)
    assert offered >= 6


def test_a_recording_that_breaks_off_inside_a_word_is_found():
    show = a_show()
    stretch = max(show.speech, key=lambda span: span.samples)
    at = (stretch.start + stretch.stop) // 2
    broken = a_show(stop=at)
    (edges,) = edges_of(broken.sound, [Span(at - 2 * RATE, broken.sound.recording.samples)])
    assert edges.ends_in_word >= INSIDE


def test_a_word_that_breaks_off_into_silence_is_found():
    show = a_show()
    stretch = max(show.speech, key=lambda span: span.samples).at_rate(RATE, CACHE_RATE)
    sound = show.sound.samples16
    middle, last = (stretch.start + stretch.stop) // 2, stretch.stop - CACHE_RATE // 10
    power = np.convolve(np.square(sound[middle:last].astype(np.float64)), np.ones(480), "same")
    at = middle + int(np.argmax(power))  # at full voice, not in a consonant
    hiss = np.random.default_rng(3).normal(0, 20, CACHE_RATE).astype(np.int16)
    item = a_recording_sound(np.concatenate([sound[:at], hiss, sound[stretch.stop :]]))
    (edges,) = edges_of(item, [Span(at - 2 * CACHE_RATE, at + CACHE_RATE // 6)])
    assert edges.ends_in_word >= INSIDE


def test_a_clip_outside_its_recording_fails_with_the_reason():
    show = a_show()
    beyond = show.sound.recording.samples
    (found,) = FindEdges().run([a_clip_sound(show.sound, Span(beyond, beyond + 100), 5)])
    assert isinstance(found, Failed)
    assert found.item == 5


def test_edges_do_not_depend_on_which_clips_are_asked_together():
    show = a_show(lead_s=125.0)
    spans = [span for _, span in cut_spans(show)][:6]
    together = edges_of(show.sound, spans)
    alone = [edges_of(show.sound, [span])[0] for span in spans]
    assert together == alone
