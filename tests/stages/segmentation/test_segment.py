import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from curator.audio.waveform import CACHE_RATE
from curator.domain.span import Span
from curator.domain.target import read_target
from curator.stages import Failed
from curator.stages.segmentation import segment
from curator.stages.segmentation.segment import Segment, ends_group
from curator.stages.segmentation.vad import FRAME
from tests.helpers.recordings import (
    a_recording_sound,
    a_transcript,
    as_int16,
    joined,
    lj_speech,
    read_at_16k,
)
from tests.helpers.shows import RATE, a_show, inside_speech
from tests.helpers.sounds import noise, silence

TARGET = read_target("xtts_v2")
pytestmark = pytest.mark.model


def cut(item, vectors=None):
    (found,) = Segment(TARGET, vectors).run([item])
    return found.clips


def test_no_clip_starts_or_stops_inside_a_word():
    show = a_show()
    clips = cut(show.sound)
    assert len(clips) >= 6
    edges = [edge for clip in clips for edge in (clip.span.start, clip.span.stop)]
    assert [edge for edge in edges if inside_speech(show.speech, edge)] == []


def test_all_that_is_said_is_in_a_clip():
    show = a_show()
    clips = cut(show.sound)
    held = sum(span.overlap(clip.span) for span in show.speech for clip in clips)
    assert held >= 0.995 * sum(span.samples for span in show.speech)


def test_noise_makes_no_cut_words():
    show = a_show(snr_db=28.0)
    edges = [edge for clip in cut(show.sound) for edge in (clip.span.start, clip.span.stop)]
    assert [edge for edge in edges if inside_speech(show.speech, edge, ms=60)] == []


def test_clips_are_ordered_disjoint_inside_and_of_lengths_the_target_takes():
    show = a_show()
    clips = cut(show.sound)
    assert all(a.span.stop <= b.span.start for a, b in pairwise(clips))
    assert clips[-1].span.stop <= show.sound.recording.samples
    for clip in clips:
        assert TARGET.min_s <= clip.span.seconds(RATE) <= TARGET.max_s


def test_quiet_is_left_at_both_ends_where_there_is_some():
    show = a_show()
    for clip in cut(show.sound):
        inside = [s for s in show.speech if s.overlap(clip.span)]
        before = (inside[0].start - clip.span.start) / RATE
        after = (clip.span.stop - inside[-1].stop) / RATE
        assert 0.05 <= before <= 0.26
        assert 0.05 <= after <= 0.30


def test_a_long_pause_starts_a_new_pause_group():
    show = a_show()
    clips = cut(show.sound)
    (long_pause,) = [
        (a.stop, b.start) for a, b in pairwise(show.speech) if b.start - a.stop > 2 * RATE
    ]
    for clip in clips:
        assert clip.pause_group == int(clip.span.start >= long_pause[0])


def test_sound_that_is_moved_moves_the_clips_with_it():
    moved_by = 40 * 5 * FRAME  # whole frames of the network and of the levels: 6.4 s
    show = a_show()
    hiss = np.random.default_rng(2).normal(0, 60, moved_by).astype(np.int16)
    later = a_recording_sound(np.concatenate([hiss, show.sound.samples16]), CACHE_RATE)
    here = a_recording_sound(show.sound.samples16, CACHE_RATE)
    first, second = cut(here), cut(later)
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        assert abs(b.span.start - a.span.start - moved_by) <= FRAME
        assert abs(b.span.stop - a.span.stop - moved_by) <= FRAME


def test_speech_without_a_pause_is_cut_between_words_where_they_are_known():
    show = a_show()
    longest = max(show.speech, key=lambda span: span.samples)
    piece = longest.at_rate(RATE, CACHE_RATE)
    sound = show.sound.samples16[piece.start : piece.stop]
    # The same stretch over and over: not one pause in half a minute.
    times = int(30 * CACHE_RATE / len(sound)) + 1
    item = a_recording_sound(np.tile(sound, times), CACHE_RATE)
    seconds = len(sound) / CACHE_RATE
    words = [
        (n * seconds + w * seconds / 8, n * seconds + (w + 1) * seconds / 8, f"w{w}")
        for n in range(times)
        for w in range(8)
    ]
    known = dataclasses.replace(item, transcript=a_transcript(*words))
    for sounding in (item, known):
        clips = cut(sounding)
        assert all(clip.span.seconds(CACHE_RATE) <= TARGET.max_s for clip in clips)
        assert sum(clip.span.samples for clip in clips) >= 0.98 * len(item.samples16)


@pytest.mark.parametrize(
    "samples16",
    [
        np.zeros(0, np.int16),
        np.zeros(100, np.int16),
        as_int16(silence(5.0, 16_000)),
        as_int16(noise(5.0, 16_000, 0.05)),
    ],
    ids=["nothing", "next to nothing", "silence", "noise"],
)
def test_where_nobody_speaks_there_are_no_clips(samples16):
    assert cut(a_recording_sound(samples16)) == ()


def test_a_recording_that_cannot_be_cut_fails_and_the_next_is_cut(monkeypatch):
    real = segment.Hearing.of
    broken = a_recording_sound(np.ones(16_000, np.int16))

    def of(samples16):
        if samples16 is broken.samples16:
            raise RuntimeError("the network said no")
        return real(samples16)

    monkeypatch.setattr(segment.Hearing, "of", of)
    good = a_recording_sound(np.zeros(16_000, np.int16))
    first, second = Segment(TARGET, None).run([broken, good])
    assert isinstance(first, Failed)
    assert "the network said no" in first.reason
    assert second.clips == ()


@pytest.mark.real_speech
def test_two_people_who_take_turns_are_never_in_one_clip(real_speech):
    folders = sorted((real_speech / "librispeech-test-other").glob("[0-9]*"))[:4]
    turns = [sorted(folder.rglob("*.flac"))[:2] for folder in folders]
    order = [turns[who][k] for k in (0, 1) for who in range(len(turns))]
    sound, spans = joined([read_at_16k(path)[: 6 * CACHE_RATE] for path in order], 0.3)
    clips = Segment(TARGET).run([a_recording_sound(as_int16(sound))])
    (found,) = clips
    for clip in found.clips:
        heard = [n for n, span in enumerate(spans) if span.overlap(clip.span) > CACHE_RATE // 5]
        assert len(heard) == 1, (clip, heard)


@pytest.mark.real_speech
def test_real_speech_is_cut_into_clips_of_good_lengths(real_speech):
    sound, spans = joined([samples for samples, _ in lj_speech(real_speech)], 0.7)
    clips = cut(a_recording_sound(as_int16(sound)))
    seconds = np.array([clip.span.seconds(CACHE_RATE) for clip in clips])
    body = (seconds >= TARGET.body_min_s) & (seconds <= TARGET.body_max_s)
    assert seconds[body].sum() >= 0.8 * seconds.sum()
    held = sum(span.overlap(clip.span) for clip in clips for span in spans)
    assert held >= 0.97 * sum(span.samples for span in spans)


def test_words_are_read_at_the_recording_s_rate():
    show = a_show()
    words = tuple(
        (s.start / RATE, s.stop / RATE, "so,") for s in show.speech if s.samples > RATE // 10
    )
    told = dataclasses.replace(show.sound, transcript=a_transcript(*words, rate=RATE))
    for clip in cut(told):
        assert not inside_speech(show.speech, clip.span.start)
        assert not inside_speech(show.speech, clip.span.stop)
        assert clip.span == clip.span.within(show.sound.recording.samples)
        assert clip.span != Span(0, 0)


def test_a_narrator_who_never_rests_is_no_single_group():
    sentence_end, breath = int(0.7 * CACHE_RATE), int(0.3 * CACHE_RATE)
    assert not ends_group(30 * CACHE_RATE, sentence_end)
    assert ends_group(61 * CACHE_RATE, sentence_end)
    assert not ends_group(61 * CACHE_RATE, breath)
    assert ends_group(CACHE_RATE, 2 * CACHE_RATE)
