"""Whatever is merged into whatever: nothing twice, no label lost, all conflicts named."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.decision import Field
from curator.domain.merge_planning import MergePlanner, MyRecording
from curator.domain.merging import Labelled, OtherSet, Rule, SameSound
from curator.domain.recording import Recording
from curator.domain.span import Span

RATE = 100
SAMPLES = 10_000
RECORDINGS = {1: MyRecording(RATE, SAMPLES), 2: MyRecording(2 * RATE, 2 * SAMPLES)}
"""The second of mine is the first of theirs in another rate, ten samples late."""

SAME = (
    SameSound(11, 1, 0.0, 100.0, 0.0, is_exact=True),
    SameSound(12, 2, 0.0, 100.0, 0.1, is_exact=False),
)
NEW = 13


def an_other_recording(key):
    return Recording(key, Path(f"/{key}.wav"), f"{key:064x}", 1, 1, RATE, 1, SAMPLES, "wav", "", "")


@st.composite
def clips(draw, recordings, scale):
    """Clips that hardly overlap one another, as segmentation and people make them."""
    made = []
    number = 0
    for recording in recordings:
        factor = scale.get(recording, 1)
        at = 20
        for _ in range(draw(st.integers(0, 5))):
            start = at + draw(st.integers(0, 200))
            stop = start + draw(st.integers(60, 500))
            at = stop + draw(st.integers(-20, 100))
            number += 1
            values = draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        Field.STATE: st.sampled_from(["kept", "dropped"]),
                        Field.EMOTION: st.sampled_from(["tension", "neutral"]),
                        Field.TEXT: st.sampled_from(["yes", "no"]),
                    },
                )
            )
            span = Span(start * factor, stop * factor)
            seen = values.get(Field.TEXT, draw(st.sampled_from(["", "yes"])))
            moved = draw(st.booleans()) and draw(st.booleans())
            made.append(Labelled(number, recording, span, values, moved, seen))
    return made


MINE = clips((1, 2), {2: 2})
THEIRS = clips((11, 12, NEW), {})


def planned(mine, theirs, held=()):
    other = OtherSet("other", tuple(map(an_other_recording, (11, 12, NEW))), tuple(theirs), ())
    return MergePlanner(mine, RECORDINGS, held).plan(other, SAME)


def overlaps(one, other):
    return 2 * one.overlap(other) > min(one.samples, other.samples)


@settings(max_examples=60, deadline=None)
@given(MINE, THEIRS, st.sampled_from([Rule.MINE, Rule.THEIRS, Rule.NEWER]))
def test_no_sound_is_there_twice_and_nothing_that_stays_makes_room(mine, theirs, rule):
    plan = planned(mine, theirs).decided(rule)
    gone = set(plan.go)
    left = [(clip.recording, clip.span) for clip in mine if clip.id not in gone]
    for each in plan.come:
        if each.recording is not None:
            assert not any(
                recording == each.recording and overlaps(span, each.span)
                for recording, span in left
            )
    coming = [(each.recording or -each.clip.recording, each.span) for each in plan.come]
    assert len(set(coming)) == len(coming)


@settings(max_examples=60, deadline=None)
@given(MINE, THEIRS)
def test_every_label_of_theirs_is_taken_is_mine_or_is_a_conflict(mine, theirs):
    plan = planned(mine, theirs)
    coming = {each.clip.id for each in plan.come}
    paired = dict(plan.pairs)
    asked = {clip.id for each in plan.conflicts for clip in each.theirs}
    own = {clip.id: clip for clip in mine}
    for clip in theirs:
        if clip.id in coming or not clip.is_decided:
            continue
        if clip.id not in paired:
            assert clip.id in asked
            continue
        here = own[paired[clip.id]]
        for field, value in clip.values.items():
            known = {here.values.get(field), plan.takes.get(field, {}).get(here.id)}
            if field is Field.TEXT:
                known.add(here.seen)
            assert value in known or any(
                each.field is field and here in each.mine and clip in each.theirs
                for each in plan.conflicts
            )
    counted = len(coming) + len(paired) + plan.left_out
    cut_otherwise = {
        clip.id for c in plan.conflicts if c.field is Field.PRESENCE for clip in c.theirs
    }
    assert counted + len(cut_otherwise) == len(theirs)


@settings(max_examples=30, deadline=None)
@given(MINE, THEIRS)
def test_clips_that_hold_the_voice_never_go_unasked(mine, theirs):
    plan = planned(mine, theirs, held=[clip.id for clip in mine])
    assert plan.go == ()


@settings(max_examples=30, deadline=None)
@given(MINE)
def test_merging_a_set_into_itself_changes_nothing(mine):
    there = [clip for clip in mine if clip.recording == 1]
    theirs = [
        Labelled(clip.id, 11, clip.span, clip.values, clip.moved, clip.seen) for clip in there
    ]
    plan = planned(mine, theirs)
    assert (plan.come, plan.go, plan.taken, plan.conflicts) == ((), (), 0, ())
    assert len(plan.pairs) == len(there)


def test_new_clips_with_the_same_sound_are_joined_and_counted():
    theirs = [
        Labelled(1, NEW, Span(0, 100), {Field.TEXT: "yes"}),
        Labelled(2, NEW, Span(20, 100), {Field.TEXT: "no", Field.STATE: "kept"}),
        Labelled(3, NEW, Span(80, 300), {}),
    ]
    plan = planned([], theirs)
    assert [each.clip.id for each in plan.come] == [1, 3]
    assert plan.come[0].clip.values == {Field.TEXT: "yes", Field.STATE: "kept"}
    assert plan.copies == 1
    assert "Joined with another clip there that has the same audio: 1 clip." in plan.sentences
