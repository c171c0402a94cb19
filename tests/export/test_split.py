from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.export.split import (
    EVAL_SHARE,
    MIN_CLIPS,
    MIN_EVAL,
    SplitClip,
    _draw,
    same_sentence,
    split,
)

CATEGORIES = ("greeting", "question", "tension", "")


@st.composite
def some_recording(draw, name="a", first=1, shared=()):
    """Clips of one recording in pause groups of 1 to 4; some say one of the shared sentences."""
    clips = []
    for group in range(draw(st.integers(0, 25))):
        for _ in range(draw(st.integers(1, 4))):
            number = first + len(clips)
            own = f"sentence {name} {number}"
            text = draw(st.sampled_from([own, own, own, *shared]))
            category = draw(st.sampled_from(CATEGORIES))
            clips.append(SplitClip(number, f"{name}-{group}", text, category))
    return clips


quick = settings(max_examples=40, deadline=None)
SHARED = ("Correct!", "That is right.")


def a_set(count, *, group=1, category="greeting", name="a", first=1):
    return [
        SplitClip(first + i, f"{name}-{i // group}", f"{name} {first + i}", category)
        for i in range(count)
    ]


def by_category(clips, sides):
    return Counter(clip.category for clip in clips if sides.side[clip.clip_id] == "eval")


@quick
@given(some_recording(shared=SHARED), st.integers(0, 3))
def test_no_sentence_and_no_pause_group_is_on_both_sides(clips, seed):
    sides = split(clips, seed=seed)
    for shared in (lambda c: c.group, lambda c: same_sentence(c.text)):
        seen = {}
        for clip in clips:
            side = sides.side[clip.clip_id]
            assert seen.setdefault(shared(clip), side) == side


@quick
@given(some_recording(shared=SHARED))
def test_every_clip_has_a_side_and_training_is_never_empty(clips):
    sides = split(clips)
    assert sides.side.keys() == {clip.clip_id for clip in clips}
    assert not clips or sides.count("train") >= len(clips) / 2


@quick
@given(some_recording(shared=SHARED), st.randoms())
def test_the_order_of_the_clips_does_not_matter(clips, random):
    mixed = random.sample(clips, len(clips))
    assert split(clips) == split(mixed)


@st.composite
def plain_recording(draw, name="a", first=1):
    """Clips with sentences of their own, each pause group of one category."""
    clips = []
    for group in range(draw(st.integers(0, 40))):
        category = draw(st.sampled_from(CATEGORIES))
        for _ in range(draw(st.integers(1, 4))):
            number = first + len(clips)
            clips.append(SplitClip(number, f"{name}-{group}", f"{name} {number}", category))
    return clips


def drawn_for_evaluation(clip):
    """What the clip's pause group alone says; nothing but the seed and its name enter."""
    return _draw(0, clip.group) < EVAL_SHARE


def ruled_by_quota(clips):
    """The categories in which the draws alone would give too few or too many clips."""
    total = Counter(clip.category for clip in clips)
    drawn = Counter(clip.category for clip in clips if drawn_for_evaluation(clip))
    if not drawn:
        return set(total)
    enough = {k: max(MIN_EVAL, int(n * EVAL_SHARE / 2)) for k, n in total.items()}
    least = {k: enough[k] if n >= MIN_CLIPS else 0 for k, n in total.items()}
    most = {k: max(least[k], int(2 * n * EVAL_SHARE)) for k, n in total.items()}
    ruled = {k for k in total if not least[k] <= drawn[k] <= most[k]}
    return set(total) if not drawn - Counter({k: drawn[k] for k in ruled}) else ruled


@quick
@given(plain_recording(), plain_recording("b", first=1000), st.integers(0, 40))
def test_adding_a_recording_moves_only_what_a_quota_asks_to_move(clips, more, extra):
    more = more + a_set(extra, name="c", first=5000)
    before, after = split(clips).side, split([*clips, *more]).side
    ruled = ruled_by_quota(clips) | ruled_by_quota([*clips, *more])
    moved = {clip.category for clip in clips if before[clip.clip_id] != after[clip.clip_id]}
    assert moved <= ruled


def test_in_a_large_set_adding_recordings_moves_nothing():
    clips = [c for i, k in enumerate(CATEGORIES) for c in
             a_set(300, group=2, category=k, name=k or "x", first=1 + 1000 * i)]  # fmt: skip
    before = split(clips)
    for number in range(3):
        clips += a_set(100, group=3, name=f"new{number}", first=10_000 + 1000 * number)
        after = split(clips)
        assert {clip: after.side[clip] for clip in before.side} == before.side


@quick
@given(st.integers(0, 50), st.integers(MIN_CLIPS, 60), st.integers(1, 3))
def test_a_category_with_enough_clips_has_evaluation_clips(seed, count, group):
    clips = [
        *a_set(count, group=group, category="greeting", name="a"),
        *a_set(200, group=group, category="neutral", name="b", first=1000),
    ]
    sides = split(clips, seed=seed)
    found = by_category(clips, sides)
    assert MIN_EVAL <= found["greeting"] <= max(MIN_EVAL + group, count * 0.2 + group)
    assert 10 <= found["neutral"] <= 40
    assert not sides.notes


def test_the_share_is_met_on_average():
    shares = [split(a_set(200), share=0.1, seed=seed).count("eval") / 200 for seed in range(40)]
    assert sum(shares) / len(shares) == pytest.approx(0.1, abs=0.015)


def test_another_seed_gives_another_split():
    assert split(a_set(100), seed=0).side != split(a_set(100), seed=1).side


def test_a_much_repeated_sentence_is_for_training():
    clips = a_set(100, group=2)
    said_often = [SplitClip(c.clip_id, c.group, "Correct!", c.category) for c in clips[:60:2]]
    sides = split(
        [*said_often, *(c for c in clips if c.clip_id not in {s.clip_id for s in said_often})]
    )
    assert {sides.side[clip.clip_id] for clip in said_often} == {"train"}
    assert sides.count("eval") >= MIN_EVAL


@pytest.mark.parametrize("count", [2, 3, 5, 10, 14])
def test_a_tiny_set_has_an_evaluation_part_too(count):
    sides = split(a_set(count))
    assert 1 <= sides.count("eval") <= count / 2
    assert not sides.notes


def test_a_set_of_one_stretch_says_that_it_has_no_evaluation_part():
    sides = split(a_set(20, group=20))
    assert sides.count("eval") == 0
    assert "No evaluation clips" in sides.notes[0]


def test_one_clip_is_for_training():
    assert split(a_set(1)).side == {1: "train"}


def test_an_empty_set_is_split_without_a_word():
    assert split([]).side == {}
    assert split([]).notes == ()


def test_a_category_tied_to_the_rest_is_said_to_lack_evaluation_clips():
    tied = [SplitClip(i, "one long stretch", f"x {i}", "tension") for i in range(1, 21)]
    sides = split([*tied, *a_set(100, first=1000)])
    (note,) = sides.notes
    assert note.startswith("tension: only 0 of 2 evaluation clips")


def test_a_share_of_nothing_leaves_all_for_training():
    assert split(a_set(50), share=0).count("eval") == 0


@pytest.mark.parametrize("share", [-0.1, 0.6, 1.0])
def test_a_senseless_share_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        split(a_set(5), share=share)


def test_sentences_are_the_same_when_only_marks_and_accents_differ():
    assert same_sentence("Café, s'il vous plaît!") == same_sentence("CAFE sil vous plait")
    assert same_sentence("Yes.") != same_sentence("No.")
