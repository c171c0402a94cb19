"""The project's sentences by rule: kinds are what they are called, lengths fit, syllables exist."""

import re
import tomllib
import unicodedata
from itertools import pairwise

import pytest

from trainer.resources import resources
from trainer.speech.sentence_split import LONGEST, pieces

LANGUAGES = ("en", "hu", "vi")
SHORTEST_LONG = 300  # characters; a passage of several breaths
NUMBERS = {
    "en": r"\b(ten|seven|twel|four|fifty|nineteen|million|hundred|quarter|two|twenty)",
    "hu": r"\b(tíz|két|hetedik|négy|száz|ezer|millió|tizenkett|egymillió)",
    "vi": r"\b(mười|hai|bảy|bốn|trăm|năm|nghìn|tỷ|ba|một)\b",
}
TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
# A Vietnamese word is one syllable: beginning, vowels, end. A stopped end has two tones only.
BEGINNING = "ngh|ng|nh|th|tr|ch|kh|ph|gh|gi|qu|[bcdđghklmnpqrstvx]"
VOWELS = "iê|yê|ia|uô|ua|ươ|ưa|oa|oă|oe|uâ|uê|uy|uyê|uya|uơ|[aăâeêioôơuưy]"
END = "ch|ng|nh|[cmnptiyuo]"
STOPPED = ("c", "ch", "p", "t")
SYLLABLE = re.compile(rf"({BEGINNING})?({VOWELS})({END})?\Z")


def sentences(language: str) -> list[dict]:
    path = resources() / "sentences" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_is_what_it_is_called(language):
    for each in sentences(language):
        text, kind = each["text"], each["kind"]
        words = text.split()
        assert (len(words) <= 3) == (kind == "short"), text
        assert text[0].isupper(), text
        assert text[-1] in ".!?…", text
        assert kind != "question" or text.endswith("?"), text
        assert kind != "number" or re.search(NUMBERS[language], text.lower()), text
        if kind == "name":
            inner = [word for before, word in pairwise(words) if before[-1] not in ".!?"]
            assert any(word[0].isupper() for word in inner), text
        assert (kind == "long") == (len(text) >= SHORTEST_LONG), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_fits_what_the_models_take_at_once(language):
    limits = [LONGEST]
    for path in (resources() / "targets").glob("*.toml"):
        text = tomllib.loads(path.read_text(encoding="utf-8"))["text"]
        limits.append(text.get("max_characters", {}).get(language, text["usual_characters"]))
    for each in sentences(language):
        parts = pieces(each["text"])
        assert max(map(len, parts)) <= min(limits), each["text"]
        assert (len(parts) > 1) == (each["kind"] == "long"), each["text"]
        assert " ".join(parts) == each["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_signs_between_the_words_stand_where_they_belong(language):
    for each in sentences(language):
        text = each["text"]
        assert not re.search(r"\s[,.!?;:]|\s\s|[,;:](?=\w)|^\s|\s$", text), text
        assert all(c.isalpha() or c in " .,!?;:'’-–…" for c in text), text


def test_every_vietnamese_word_is_a_syllable_with_a_tone_it_can_have():
    words = [
        word for each in sentences("vi") for word in re.findall(r"[^\W\d_]+", each["text"].lower())
    ]
    assert len(words) > 300
    assert not [word for word in words if not is_syllable(word)]


@pytest.mark.parametrize("wrong", ["tốt̀", "brang", "hoz", "chăc", "mật̉", "ươp", "viêt"])
def test_what_is_no_syllable_is_seen(wrong):
    assert not is_syllable(wrong)


def is_syllable(word: str) -> bool:
    plain, tones = without_tone(word)
    found = SYLLABLE.match(plain)
    if found is None or len(tones) > 1:
        return False
    return found[3] not in STOPPED or bool(set(tones) & {"sắc", "nặng"})


def without_tone(word: str) -> tuple[str, list[str]]:
    """The word without its tone's sign, and what tones it had."""
    apart = unicodedata.normalize("NFD", word)
    plain = "".join(sign for sign in apart if sign not in TONES)
    return unicodedata.normalize("NFC", plain), [TONES[sign] for sign in apart if sign in TONES]


def test_hungarian_words_can_be_said():
    vowels = set("aáeéiíoóöőuúüű")
    for each in sentences("hu"):
        for word in re.findall(r"[^\W\d_]+", each["text"].lower()):
            assert set(word) & vowels or word == "s", word
            assert not re.search(r"(.)\1\1|[áéíóőúű]{3}|[wqx]", word), word
