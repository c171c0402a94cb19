from hypothesis import given, settings
from hypothesis import strategies as st

from curator.stages.segmentation.cut_plan import Joint, LengthLimits, Stretch, plan

LENGTHS = LengthLimits(least_s=0.5, body_least_s=3.0, body_most_s=11.0, most_s=11.5, quiet_s=0.14)


def speech(*seconds_and_pauses):
    """Stretches from: seconds of speech, seconds of pause, seconds of speech..."""
    stretches, at = [], 0.0
    for index, seconds in enumerate(seconds_and_pauses):
        if index % 2 == 0:
            stretches.append(Stretch(at, at + seconds))
        at += seconds
    return stretches


def test_a_sentence_stays_together_over_its_commas():
    joints = [Joint(0.25, sentence_end=False, same_voice=True)] * 2
    assert plan(speech(2, 0.25, 2, 0.25, 3), joints, LENGTHS) == [(0, 3)]


def test_two_voices_are_never_in_one_clip():
    joints = [Joint(0.3, sentence_end=True, same_voice=False)]
    assert plan(speech(1, 0.3, 1), joints, LENGTHS) == [(0, 1), (1, 2)]


def test_a_short_clip_is_better_than_one_that_may_hold_two_voices():
    joints = [Joint(0.35, sentence_end=True, same_voice=None)]
    assert plan(speech(4, 0.35, 0.5), joints, LENGTHS) == [(0, 1), (1, 2)]


def test_a_pause_of_more_than_half_a_second_parts_clips_even_of_one_voice():
    joints = [Joint(0.7, sentence_end=False, same_voice=True)]
    assert plan(speech(1, 0.7, 1), joints, LENGTHS) == [(0, 1), (1, 2)]


def test_short_sentences_of_one_voice_are_joined():
    joints = [Joint(0.3, sentence_end=True, same_voice=True)] * 2
    assert plan(speech(1.2, 0.3, 1.5, 0.3, 1.4), joints, LENGTHS) == [(0, 3)]


def test_a_long_sentence_is_cut_at_its_longest_pause():
    joints = [
        Joint(0.1, sentence_end=False),
        Joint(0.3, sentence_end=False, same_voice=True),
        Joint(0.1, sentence_end=False),
    ]
    assert plan(speech(4, 0.1, 4, 0.3, 4, 0.1, 4), joints, LENGTHS) == [(0, 2), (2, 4)]


def test_a_cut_does_not_go_through_a_word_that_is_known():
    joints = [Joint(0.15, in_word=True), Joint(0.15)]
    assert plan(speech(5, 0.15, 3, 0.15, 5), joints, LENGTHS) == [(0, 2), (2, 3)]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0.05, 11),
            st.floats(0, 3),
            st.sampled_from([None, True, False]),
            st.sampled_from([None, True, False]),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_every_stretch_is_in_one_clip_and_none_is_too_long(drawn):
    numbers = [n for seconds, pause, _, _ in drawn for n in (seconds, pause)][:-1]
    joints = [Joint(p, sentence_end=e, same_voice=v) for _, p, e, v in drawn[:-1]]
    stretches = speech(*numbers)
    clips = plan(stretches, joints, LENGTHS)
    assert [i for start, stop in clips for i in range(start, stop)] == list(range(len(stretches)))
    for start, stop in clips:
        if stop - start > 1:
            assert stretches[stop - 1].stop_s - stretches[start].start_s <= LENGTHS.most_s
        assert all(j.pause_s < 0.6 and j.same_voice is not False for j in joints[start : stop - 1])
