"""The comparison says what is wrong, and only that."""

from dataclasses import replace

import pytest

from curator.demo.compare import as_dict, compare, table, total
from curator.demo.truth import Truth
from curator.demo.truth_lookup import Whose, cuts_a_word, whose
from curator.demo.word_errors import WordErrors
from curator.domain.decision import State
from curator.domain.span import Span
from tests.demo.planted import a_clip, a_truth, an_utterance

TRUTH = a_truth(
    an_utterance(1000, 4000, category="greeting"),
    an_utterance(5000, 8000, speaker="first", category=None),
    an_utterance(9000, 12_000, category="excitement", fault="clipped"),
    an_utterance(13_000, 16_000, fault="cut"),
    cut_at=16_000,
)


def the_right_clips():
    return [
        a_clip(1, 900, 4100, emotion="greeting"),
        a_clip(2, 4900, 8100, "other_voice", state=State.DROPPED),
        a_clip(3, 8900, 12_100, "clipped", state=State.DROPPED),
        a_clip(4, 12_900, 16_000, "cut_word", state=State.DROPPED),
    ]


def test_everything_found_passes_every_line():
    found = compare(TRUTH, the_right_clips())
    assert found.passed
    assert found.words == WordErrors(0, 4)
    assert found.kept_categories == {"greeting": 1}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_fault_that_is_not_told_misses_its_line(number):
    clips = the_right_clips()
    clips[number] = replace(clips[number], findings=())
    missed = [line.measure for line in compare(TRUTH, clips).lines if line.passed is False]
    assert len(missed) == 1


def test_a_host_taken_for_another_voice_misses_its_line():
    clips = [*the_right_clips()[1:], a_clip(1, 900, 4100, "other_voice")]
    found = compare(TRUTH, clips)
    assert (found.host_flagged, found.host_clips, found.passed) == (1, 3, False)


def test_no_clips_at_all_pass_nothing_that_wants_a_clip():
    found = compare(TRUTH, [])
    assert [line.passed for line in found.lines[:6]] == [False, True, False, True, False, False]


def test_an_edge_is_inside_a_word_only_further_than_thirty_milliseconds_from_its_ends():
    assert cuts_a_word(TRUTH, Span(1030, 3970)) == (False, False)
    assert cuts_a_word(TRUTH, Span(1031, 3969)) == (True, True)


def test_an_edge_at_the_planted_cut_is_not_counted_against_the_program():
    assert compare(TRUTH, the_right_clips()).cuts == 0


def test_a_clip_of_two_voices_belongs_to_neither():
    assert whose(TRUTH, Span(1000, 8000)) is Whose.BOTH
    assert whose(TRUTH, Span(900, 5200)) is Whose.HOST
    assert whose(TRUTH, Span(4100, 4900)) is Whose.NOBODY


def test_text_of_a_clip_that_holds_half_a_sentence_is_measured_on_that_half():
    clips = [a_clip(1, 900, 2500, text="a b"), *the_right_clips()[1:]]
    assert compare(TRUTH, clips).words == WordErrors(0, 2)


def test_clips_that_share_a_sentence_are_read_as_one():
    clips = [a_clip(1, 900, 2500, text="a b"), a_clip(5, 2500, 4100, text="c x")]
    assert compare(TRUTH, clips).words == WordErrors(1, 4)


def test_dropped_clips_do_not_count_as_words():
    clips = [replace(clip, state=State.DROPPED) for clip in the_right_clips()]
    assert compare(TRUTH, clips).words.said == 0


def test_recordings_add_up():
    one = compare(TRUTH, the_right_clips())
    both = total([one, one])
    assert (both.recordings, both.words, both.clips) == (2, WordErrors(0, 8), 8)
    assert both.passed


def test_the_table_names_what_was_missed():
    lines = compare(TRUTH, the_right_clips()[:3]).lines
    missed = [line for line in table(lines).splitlines() if line.endswith("FAIL")]
    assert len(missed) == 1
    assert "truncated clips" in missed[0]


def test_programs_get_the_same_as_people():
    found = compare(TRUTH, the_right_clips())
    assert set(as_dict(found)) == {line.measure for line in found.lines}


def test_a_truth_survives_saving(tmp_path):
    TRUTH.save(tmp_path / "truth.json")
    assert Truth.load(tmp_path / "truth.json") == TRUTH
