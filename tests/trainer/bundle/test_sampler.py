from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.bundle.sampler import Schedule
from trainer.sections import Sampler as Settings


@dataclass(frozen=True)
class FakeClip:
    id: str
    emotion: str | None = None
    weight: float = 1.0


def a_schedule(clips=40, effective=4, emotions=("calm",), weights=(1.0,), seed=0, **settings):
    made = [
        FakeClip(f"c{at}", emotions[at % len(emotions)], weights[at % len(weights)])
        for at in range(clips)
    ]
    lengths = [int(v) for v in np.random.default_rng(1).integers(80, 400, clips)]
    return Schedule(made, lengths, Settings(**settings), effective, seed)


@given(clips=st.integers(1, 60), effective=st.integers(1, 20), epoch=st.integers(0, 9))
def test_every_clip_is_heard_once_an_epoch(clips, effective, epoch):
    updates = a_schedule(clips, effective).epoch(epoch)
    assert Counter(at for update in updates for at in update) == Counter(range(clips))


def test_epochs_differ_and_are_the_same_again():
    schedule = a_schedule()
    assert schedule.epoch(0) == a_schedule().epoch(0)
    assert schedule.epoch(0) != schedule.epoch(1)
    assert schedule.epoch(0) != a_schedule(seed=1).epoch(0)


def test_weights_become_counts_that_can_be_checked():
    schedule = a_schedule(40, emotions=("calm", "angry"), weights=(1.0, 3.0))
    assert schedule.clips_per_category(0) == {"angry": 60, "calm": 20}
    heard = Counter(at for update in schedule.epoch(0) for at in update)
    assert all(heard[at] == (3 if at % 2 else 1) for at in range(40))


def test_a_fraction_is_heard_in_that_share_of_the_epochs():
    schedule = a_schedule(20, weights=(0.5,))
    heard = sum(sum(schedule.repetitions(epoch)) for epoch in range(100))
    assert heard == pytest.approx(1000, rel=0.1)


def test_categories_can_be_heard_equally_often():
    schedule = a_schedule(40, emotions=("calm", "calm", "calm", "angry"), temperature=0.0)
    assert schedule.clips_per_category(0) == {"angry": 30, "calm": 30}


def test_a_clip_is_never_repeated_beyond_the_limit():
    schedule = a_schedule(4, weights=(100.0,), epoch_limit=5)
    assert schedule.repetitions(0) == [5, 5, 5, 5]


@given(ranks=st.integers(1, 5), clips=st.integers(1, 30), tokens=st.integers(400, 2000))
def test_processes_share_an_update_without_overlap(ranks, clips, tokens):
    schedule = a_schedule(clips, clips, max_tokens=tokens, max_clips=6)
    update = schedule.epoch(0)[0]
    parts = [schedule.share(update, rank, ranks) for rank in range(ranks)]
    heard = [at for micro_batches in parts for batch in micro_batches for at in batch]
    assert sorted(heard) == sorted(update)
    for batch in (batch for micro_batches in parts for batch in micro_batches):
        longest = max(schedule.lengths[at] for at in batch)
        assert len(batch) == 1 or len(batch) * longest <= tokens
        assert len(batch) <= 6


def test_buckets_keep_padding_low():
    schedule = a_schedule(400, 8, bucket_clips=64)
    used = padded = 0
    for update in schedule.epoch(0):
        lengths = [schedule.lengths[at] for at in update]
        used += sum(lengths)
        padded += max(lengths) * len(lengths)
    assert 1 - used / padded < 0.10
