import dataclasses

import numpy as np
import pytest

from curator.audio.excerpts import Excerpts
from curator.domain.errors import CuratorError
from curator.domain.fact import ClipFact, Producer
from curator.stages import Failed
from curator.stages.scoring import score as scoring
from curator.stages.scoring.score import ScoreClips, producer_of
from curator.stages.scoring.scorers import scorers
from tests.helpers.clip_sounds import FakeExcerpts, clip_sound, clip_sounds
from tests.helpers.sounds import silence, speech_like

RATE = 16_000
CHEAP = ("bandwidth", "clipping", "loudness", "silence", "snr", "speech_rate")
KEYS = {"bandwidth", "clipping", "loudness", "lead_silence", "trail_silence", "snr", "speech_rate"}


def facts(found, clip_id):
    return {
        f.fact.key: f.fact.value for f in found if isinstance(f, ClipFact) and f.clip_id == clip_id
    }


def test_each_clip_gets_every_score_in_order():
    items = [clip_sound(speech_like(2.0, RATE, seed), seed, text="Hello.") for seed in (5, 3, 9)]
    found = list(ScoreClips(CHEAP, excerpts=FakeExcerpts(items)).run(items))
    assert list(dict.fromkeys(f.clip_id for f in found)) == [5, 3, 9]
    assert all(set(facts(found, clip_id)) == KEYS for clip_id in (5, 3, 9))
    assert all(f.span == items[0].span for f in found if f.clip_id == 5)


def test_threads_change_nothing():
    items = clip_sounds([speech_like(1.0, RATE, seed) for seed in range(6)])
    one, two = (
        list(ScoreClips(CHEAP, excerpts=FakeExcerpts(items), threads=threads).run(items))
        for threads in (1, 2)
    )
    assert one == two


def test_a_missing_source_fails_the_scores_that_need_it_and_no_others():
    items = clip_sounds([speech_like(1.0, RATE)] * 2)
    found = list(ScoreClips(CHEAP, excerpts=FakeExcerpts(items, broken={1})).run(items))
    failed = [f for f in found if isinstance(f, Failed)]
    assert [(f.item, "gone" in f.reason) for f in failed] == [(1, True)]
    assert set(facts(found, 1)) == {"lead_silence", "trail_silence", "snr"}
    assert "clipping" in facts(found, 2)


def test_the_source_is_read_only_for_scorers_that_hear_it():
    items = clip_sounds([speech_like(1.0, RATE)])
    source = FakeExcerpts(items)
    list(ScoreClips(["snr", "silence"], excerpts=source).run(items))
    assert source.reads == 0
    list(ScoreClips(["loudness", "clipping"], excerpts=source).run(items))
    assert source.reads == 1


def test_a_scorer_that_cannot_fails_the_clip_and_the_others_go_on(monkeypatch):
    def breaks(_mode):
        def score(_heard):
            raise ValueError("no such thing")

        return score

    broken = [
        dataclasses.replace(info, create=breaks) if info.key == "snr" else info
        for info in scorers()
    ]
    monkeypatch.setattr(scoring, "scorers", lambda: broken)
    items = clip_sounds([speech_like(1.0, RATE)])
    found = list(ScoreClips(["snr", "silence"], excerpts=FakeExcerpts(items)).run(items))
    assert [f.reason for f in found if isinstance(f, Failed)] == ["Signal to noise: no such thing"]
    assert set(facts(found, 1)) == {"lead_silence", "trail_silence"}


def test_a_number_that_is_not_finite_is_a_failure(monkeypatch):
    infinite = [
        dataclasses.replace(info, create=lambda _: lambda _: {"snr": np.inf})
        if info.key == "snr"
        else info
        for info in scorers()
    ]
    monkeypatch.setattr(scoring, "scorers", lambda: infinite)
    items = clip_sounds([speech_like(1.0, RATE)])
    (found,) = ScoreClips(["snr"], excerpts=FakeExcerpts(items)).run(items)
    assert isinstance(found, Failed)


def test_the_producer_says_which_way_a_scorer_worked():
    by_key = {info.key: info for info in scorers()}
    assert producer_of(by_key["dnsmos"]) == Producer("score.dnsmos", 1, "fast")
    assert producer_of(by_key["dnsmos"], exact=True) == Producer("score.dnsmos", 1, "exact")
    assert producer_of(by_key["snr"], exact=True) == producer_of(by_key["snr"])


def test_an_unknown_scorer_is_named():
    with pytest.raises(CuratorError, match=r"'beauty'.*snr"):
        ScoreClips(["beauty"], excerpts=FakeExcerpts([]))


@pytest.mark.model
def test_the_fast_way_is_stored_as_such():
    items = clip_sounds([speech_like(1.0, RATE), silence(0.5, RATE)])
    found = list(ScoreClips(["dnsmos"], excerpts=FakeExcerpts(items)).run(items))
    assert {f.made_by.options for f in found} == {"fast"}
    assert len(found) == 8


def test_the_source_is_heard_at_its_own_rate(tmp_path):
    from curator.audio.intake import take_in
    from curator.domain.recording import Recording
    from tests.helpers.sounds import write_sound

    path = write_sound(tmp_path / "quiz.wav", speech_like(2.0, 44_100), 44_100)
    taken = take_in(path, tmp_path)
    recording = Recording(
        1, taken.path, taken.content_hash, taken.size, taken.mtime_ns,
        taken.rate, taken.channels, taken.samples, taken.container, "", "",
    )  # fmt: skip
    item = dataclasses.replace(clip_sound(speech_like(2.0, RATE), rate=44_100), recording=recording)
    with Excerpts() as excerpts:
        (found,) = ScoreClips(["loudness"], excerpts=excerpts).run([item])
    assert isinstance(found, ClipFact)
    assert np.isfinite(found.fact.value)
