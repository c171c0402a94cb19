import pytest

from curator.domain.fact import Transcript
from curator.export.checks import check, folded, length_fault, text_fault, written_samples
from tests.helpers.bundles import target
from tests.helpers.factories import a_clip


def reason(text: str, language: str = "en") -> str | None:
    fault = text_fault(text, language, target())
    return fault and fault.reason_key


def test_a_plain_sentence_is_fine():
    assert reason("Welcome back — that's “question” number 7, isn't it?") is None


@pytest.mark.parametrize("language", sorted(target().alphabets))
def test_every_language_speaks_its_own_alphabet_in_both_cases(language):
    known = sorted(target().alphabets[language])
    letters = [character for character in known if character.isalpha()]
    assert len(letters) > 50
    for character in known:
        assert reason(letters[0] + character, language) is None


def test_a_turkish_capital_dotted_i_is_known_in_turkish_only():
    assert reason("İyi günler", "tr") is None
    assert reason("İyi", "en") == "unknown_characters"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty_text"),
        (" \t\n ", "empty_text"),
        ("?! ...", "no_letters"),
        ("42", None),
        ("He said ☃ loudly", "unknown_characters"),
        ("100 € please", "unknown_characters"),
        ("one|two", "unknown_characters"),
        ("a\x00b", "unknown_characters"),
        ("half a pair \ud83d", "unknown_characters"),
        ("a" * 250, None),
        ("a" * 251, "text_too_long"),
        ("a " * 125, None),
    ],
)
def test_texts_are_refused_for_the_first_reason(text, expected):
    assert reason(text) == expected


def test_unknown_characters_are_named():
    fault = text_fault("a☃b\u200bc", "en", target())
    assert "'☃' (U+2603) and U+200B" in fault.sentence


def test_many_unknown_characters_are_counted():
    fault = text_fault("a☃你好世界再见朋友", "en", target())
    assert " and 1 more" in fault.sentence


def test_letters_written_as_two_characters_are_put_together_first():
    assert folded("Cafe\u0301  au\nlait ") == "Café au lait"
    assert reason("Cafe\u0301", "fr") is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en-GB", None), ("EN", None), ("xx", "language_unsupported"), ("", "language_unsupported")],
)
def test_a_language_may_have_a_region_and_must_be_one_the_target_speaks(language, expected):
    assert reason("Hello", language) == expected


@pytest.mark.parametrize(
    ("samples", "expected"),
    [(11_024, "too_short"), (11_025, None), (255_995, None), (255_996, "too_long")],
)
def test_both_limits_of_length_are_allowed_lengths(samples, expected):
    fault = length_fault(samples, target())
    assert (fault and fault.reason_key) == expected


@pytest.mark.parametrize(
    ("samples", "rate", "expected"),
    [(44_100, 44_100, 22_050), (3, 44_100, 2), (1, 44_100, 1), (1, 48_000, 0), (160, 16_000, 221)],
)
def test_the_written_length_is_rounded_half_up(samples, rate, expected):
    assert written_samples(samples, rate, 22_050) == expected


def test_a_clip_is_judged_in_the_language_it_was_transcribed_in():
    german = Transcript("Schöne Grüße", (), "de", 0.9, 0.0, 1.0)
    clip = a_clip(1, text="Schöne Grüße", transcript=german)
    assert check([clip], target(), language="en") == []


def test_a_clip_nobody_transcribed_is_judged_in_the_projects_language():
    untold = Transcript("", (), "", 0.0, 0.0, 1.0)
    clip = a_clip(1, text="Szép estét", transcript=untold)
    assert check([clip], target(), language="hu") == []
    (refusal,) = check([clip], target(), language="xx")
    assert refusal.reason_key == "language_unsupported"


def test_every_reason_is_one_that_the_target_lists():
    texts = ["", "?!", "☃a", "a" * 300]
    found = {reason(text) for text in texts} | {reason("a", "xx")}
    found |= {length_fault(n, target()).reason_key for n in (1, 10**6)}
    assert found <= set(target().refusal_order)
