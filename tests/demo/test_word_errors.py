"""Word errors, also of clips that hold only a part of a sentence."""

import jiwer
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from curator.demo.word_errors import WordErrors, normaliser, word_errors

WORDS = st.lists(st.sampled_from("abcd"), max_size=8)


@given(said=WORDS, heard=WORDS)
def test_the_count_is_that_of_jiwer(said, heard):
    assume(said)
    theirs = jiwer.process_words(" ".join(said), " ".join(heard))
    errors = theirs.substitutions + theirs.deletions + theirs.insertions
    assert word_errors(said, heard) == WordErrors(errors, len(said))


def test_words_before_a_clip_that_starts_inside_the_sentence_are_no_errors():
    said = ["the", "rules", "are", "simple"]
    assert word_errors(said, ["are", "simple"], free_start=4) == WordErrors(0, 2)


def test_words_after_a_clip_that_stops_inside_the_sentence_are_no_errors():
    said = ["the", "rules", "are", "simple"]
    assert word_errors(said, ["the", "rules"], free_stop=4) == WordErrors(0, 2)


def test_words_left_out_in_the_middle_are_errors_all_the_same():
    said = ["the", "rules", "are", "simple"]
    assert word_errors(said, ["the", "simple"], free_start=1, free_stop=1).wrong == 2


def test_invented_words_are_errors():
    assert word_errors([], ["thank", "you"]) == WordErrors(2, 0)


def test_errors_add_up():
    assert WordErrors(1, 10) + WordErrors(2, 30) == WordErrors(3, 40)
    assert (WordErrors(1, 10) + WordErrors(2, 30)).rate == pytest.approx(0.075)


def test_case_numbers_and_spelling_are_made_equal():
    normal = normaliser()
    assert normal("He travelled FIVE miles.") == normal("he traveled 5 miles")
