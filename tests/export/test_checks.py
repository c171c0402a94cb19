import pytest

from curator.domain.fact import Transcript
from curator.domain.languages import NATIVE, folded, folds, languages
from curator.domain.target import read_target
from curator.domain.text_rules import text_fault
from curator.export.checks import check, length_fault, text_notes, written_samples
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
    family = target()
    for character in known:
        assert text_fault(letters[0] + character, language, family) is None


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
    fault = text_fault("a☃b\ue000c", "en", target())
    assert "'☃' (U+2603) and U+E000" in fault.sentence


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


SENTENCES = {
    "ar": "مرحبا، كيف حالك؟",
    "he": "שָׁלוֹם, מה שלומך?",
    "hi": "नमस्ते, आप कैसे हैं।",
    "ja": "こんにちは、カメラと日本語です。",
    "ko": "안녕하세요, 반갑습니다.",
    "zh": "你好，世界。",
}


@pytest.mark.parametrize(("key", "count"), [("xtts_v2", 17), ("chatterbox", 23)])
def test_every_native_language_of_a_family_accepts_its_own_sentences(key, count):
    family = read_target(key)
    native = [code for code, treatment in family.treatments.items() if treatment == NATIVE]
    assert len(native) == count
    for code in native:
        text = SENTENCES.get(code, languages()[code].own + ".")
        assert text_fault(text, code, family) is None, (code, text)


@pytest.mark.parametrize("key", ["xtts_v2", "chatterbox"])
def test_vietnamese_is_accepted_and_announced_as_an_addition(key):
    family = read_target(key)
    untold = Transcript("", (), "", 0.0, 0.0, 1.0)
    clip = a_clip(1, text="Tiếng Việt có sáu thanh điệu, kể cả thanh ngã.", transcript=untold)
    assert check([clip], family, language="vi") == []
    assert text_notes([clip], family, "vi") == (
        f"Vietnamese will be added to {family.name}'s vocabulary in training.",
    )
    assert text_notes([clip], family, "en") == ()


def test_a_language_that_is_no_ones_is_refused():
    assert reason("你好", "yue") == "language_unsupported"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ár\u00advíz\u200btűrő\ufeff", "árvíztűrő"),
        ("\u200fjobbról\u202c", "jobbról"),
        ("‚okos‘ ‹idézet›", "’okos’ ’idézet’"),
        ("O`Neil ﬁve ＯＫ！", "O'Neil five OK!"),
        ("kék\u2011zöld", "kék-zöld"),
    ],
)
def test_invisible_characters_and_variants_are_folded_with_a_note(text, expected):
    assert folded(text) == expected == folded(folded(text))
    assert reason(text, "hu") is None
    assert "folded in 1 text: U+" in folds([text, expected])


def test_plain_texts_need_no_note():
    assert folds(["Árvíztűrő tükörfúrógép", "“quoted” — text…"]) == ""


def test_every_reason_is_one_that_the_target_lists():
    texts = ["", "?!", "☃a", "a" * 300]
    found = {reason(text) for text in texts} | {reason("a", "xx")}
    found |= {length_fault(n, target()).reason_key for n in (1, 10**6)}
    assert found <= set(target().refusal_order)
