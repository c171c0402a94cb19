import pytest

from curator.domain.fact import Transcript
from curator.domain.hallucination import (
    characters_per_second,
    compression,
    outside_fence,
    pace_fence,
    repeated_loop,
    signs,
    stock_phrase,
)


def said(text, language="en", no_speech=0.0):
    return Transcript(text, (), language, 0.9, no_speech, compression(text))


@pytest.mark.parametrize(
    "text",
    [
        "Which river flows through the city of London and out into the North Sea?",
        "No, no, no!",
        "Yes.",
        "Well done, well done.",
        "I think that you think that I think too much.",
        "",
    ],
)
def test_what_people_say_is_not_called_invented(text):
    assert signs(said(text), max(1.0, len(text) / 15), (8.0, 22.0)) == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thanks for watching!", "en"),
        ("Thank you for watching and don't forget to subscribe.", "en"),
        ("Untertitel der Amara.org-Community", "de"),
        ("Sous-titres réalisés par la communauté", "fr"),
        ("Köszönöm a figyelmet!", "hu"),
        ("Редактор субтитров А. Семкин", "ru"),
        ("ご視聴ありがとうございました", "ja"),
        ("Thanks for watching!", "de"),
    ],
)
def test_phrases_of_subtitles_are_known_in_their_languages(text, language):
    assert stock_phrase(text, language)


def test_a_stock_phrase_inside_a_longer_word_is_none():
    assert stock_phrase("He denied it, as thanks for watchings are rare.", "en") == ""


def test_a_loop_is_named_by_its_words():
    assert repeated_loop("and so it goes and so it goes and so it goes on") == "and so it goes"
    assert repeated_loop("no no no no") == "no"


def test_a_text_that_repeats_itself_is_doubted_for_its_compression():
    (first, *_) = signs(said("I'm going to go to the store. " * 12), 30.0, None)
    assert "Repetitive text" in first


def test_text_where_nobody_speaks_is_doubted():
    (reason,) = signs(said("Hello there.", no_speech=0.9), 1.0, None)
    assert "no speech" in reason


def test_text_too_long_for_its_time_is_doubted():
    (reason,) = signs(said("So much text in so short a time cannot be."), 1.0, (8.0, 22.0))
    assert "characters per second" in reason


def test_a_short_answer_in_much_quiet_is_not_too_slow():
    assert signs(said("Yes."), 1.0, (8.0, 22.0)) == ()


def test_the_fence_holds_what_is_usual_and_leaves_out_what_is_not():
    paces = {clip: 14.0 + clip % 5 for clip in range(20)} | {99: 45.0, 98: 2.0}
    assert set(outside_fence(paces)) == {98, 99}


def test_a_few_clips_make_no_fence():
    assert pace_fence([10.0, 50.0, 12.0]) is None
    assert outside_fence({1: 10.0, 2: 50.0}) == {}


def test_no_sound_has_no_pace():
    assert characters_per_second("text", 0.0) == 0.0
