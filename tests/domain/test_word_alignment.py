"""Times of typed words."""

from curator.domain.fact import Word
from curator.domain.word_alignment import is_estimated, realigned

WORDS = (
    Word(100, 200, " Good", 0.9),
    Word(200, 300, " evening", 0.4),
    Word(400, 600, " ladys", 0.3),
    Word(600, 700, " and", 0.9),
)


def test_words_that_stay_keep_their_times_and_their_confidence():
    words = realigned(WORDS, "good evening, ladys AND")
    assert [(word.start, word.stop, word.probability) for word in words] == [
        (word.start, word.stop, word.probability) for word in WORDS
    ]
    assert [word.text for word in words] == ["good", "evening,", "ladys", "AND"]
    assert not is_estimated(WORDS, "good evening, ladys AND")


def test_words_that_replace_others_share_their_time_by_length():
    words = realigned(WORDS, "Good evening lad ies and")
    assert words[2:4] == (Word(400, 500, "lad", 1.0), Word(500, 600, "ies", 1.0))
    assert is_estimated(WORDS, "Good evening lad ies and")


def test_an_added_word_lies_between_its_neighbours():
    words = realigned(WORDS, "Good evening dear ladys and gentlemen")
    assert (words[2].start, words[2].stop, words[2].text) == (300, 400, "dear")
    assert (words[-1].start, words[-1].stop) == (700, 700)


def test_a_removed_word_leaves_the_others_where_they_are():
    assert [word.start for word in realigned(WORDS, "Good ladys and")] == [100, 400, 600]


def test_times_never_go_back():
    for text in ("x", "a b c d e f", "and ladys evening Good", "", "évening ládys"):
        words = realigned(WORDS, text)
        assert len(words) == len(text.split()) or len(text.split()) == 1
        starts = [word.start for word in words]
        assert starts == sorted(starts)


def test_a_text_without_spaces_is_aligned_by_its_characters():
    words = realigned((Word(0, 100, "今日", 0.8), Word(100, 200, "は", 0.7)), "今日も")
    assert [(word.text, word.start) for word in words] == [("今", 0), ("日", 50), ("も", 100)]


def test_without_a_transcript_there_are_no_times():
    assert {(word.start, word.stop) for word in realigned((), "one two")} == {(0, 0)}
