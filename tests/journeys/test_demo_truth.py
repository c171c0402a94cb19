"""What was planted in four recordings is found in them, by real networks and the real commands."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
import soundfile

from curator.demo.compare import table, total
from curator.demo.run import Curated, curate
from curator.demo.truth import CLIPPED, CUT
from curator.domain.decision import State
from curator.store.project import Project

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(3600)]

SEEDS = (0, 1, 2, 3)
"""The demo's own recording and three others."""


@pytest.fixture(scope="module")
def curated(tmp_path_factory) -> list[Curated]:
    """Each recording made, analysed and decided about, two at a time: each has its own commands."""
    folder = tmp_path_factory.mktemp("demo")

    def made(seed: int) -> Curated:
        return curate(folder / str(seed), say=lambda words: None, seed=seed)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(made, SEEDS))


def _line(curated: list[Curated], measure: str) -> tuple[bool, str]:
    """Whether a measure passes over all recordings, and the whole table to read if not."""
    lines = total(each.comparison for each in curated).lines
    (line,) = (line for line in lines if line.measure.startswith(measure))
    return line.passed is True, "\n" + table(lines)


def test_at_most_fifteen_words_in_a_hundred_of_the_host_are_wrong(curated):
    passed, why = _line(curated, "word error rate")
    assert passed, why


def test_at_most_one_clip_in_a_hundred_starts_or_stops_inside_a_word(curated):
    passed, why = _line(curated, "clips that start or stop inside a word")
    assert passed, why


def test_every_contestant_is_told_by_the_voice(curated):
    passed, why = _line(curated, "contestants' clips")
    assert passed, why


def test_at_most_two_of_the_hosts_clips_in_a_hundred_are_taken_for_another_voice(curated):
    passed, why = _line(curated, "host's clips taken")
    assert passed, why


@pytest.mark.parametrize("fault", ["clipped clips", "clips in which the recording breaks off"])
def test_planted_faults_are_told_in_every_recording(curated, fault):
    passed, why = _line(curated, fault)
    assert passed, why


def test_no_clip_with_an_error_and_no_other_voice_is_kept(curated):
    for each in curated:
        with Project.open(each.project, write=False) as project:
            clips = project.clips.find()
        kept = [clip for clip in clips if clip.state is State.KEPT]
        assert kept
        assert not [f for clip in kept for f in clip.findings if f.severity == "error"]


def test_kept_clips_of_the_host_have_a_category(curated):
    for each in curated:
        assert set(each.comparison.kept_categories) == set(each.comparison.planted_categories)


def test_most_of_the_good_speech_is_kept(curated):
    found = total(each.comparison for each in curated)
    assert found.kept_speech_s >= 0.9 * found.host_speech_s


def test_the_recordings_are_as_their_truth_says(curated):
    for each in curated:
        path = each.project.parent / "quiz_show.wav"
        info = soundfile.info(path)
        truth = each.truth
        assert (info.samplerate, info.channels, info.frames) == (44_100, 2, truth.samples)
        assert 165 <= info.duration <= 195
        assert 25 <= len(truth.host) <= 30
        assert 0.01 <= truth.clipped_fraction <= 0.15
        spans = [utterance.span for utterance in truth.utterances]
        assert all(a.stop < b.start for a, b in pairwise(spans))
        assert spans[-1].stop <= truth.samples
        assert truth.with_fault(CUT).span.stop == truth.cut_at
        assert truth.with_fault(CLIPPED).speaker == "host"


def test_the_seeds_differ_in_order_voices_and_faults(curated):
    truths = [each.truth for each in curated]
    assert len({tuple(u.text for u in truth.utterances) for truth in truths}) > 2
    assert len({tuple(truth.voices.values()) for truth in truths}) > 1
    assert {truth.cut_at == truth.samples for truth in truths} == {True, False}


def test_the_source_is_never_written_to(curated):
    for each in curated:
        recording = each.project.parent / "quiz_show.wav"
        with Project.open(each.project, write=False) as project:
            (known,) = project.recordings.all()
        assert known.path == recording.resolve()
        assert known.mtime_ns == Path(recording).stat().st_mtime_ns
