"""The language table: codes, names and aliases."""

import pytest

from curator.domain.languages import language_code, language_names, languages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hu", "hu"),
        ("HU", "hu"),
        ("Hungarian", "hu"),
        (" magyar ", "hu"),
        ("hun", "hu"),
        ("Tiếng Việt", "vi"),
        ("vie", "vi"),
        ("pt-BR", "pt"),
        ("pt_br", "pt"),
        ("ZH-cn", "zh"),
        ("jp", "ja"),
        ("all_zh", "zh"),
        ("nb", "no"),
        ("tok", "tok"),
        ("auto", ""),
        ("und", ""),
        ("", ""),
        ("4", ""),
        ("Klingonese", ""),
    ],
)
def test_languages_are_known_by_code_name_and_alias(text, code):
    assert language_code(text) == code


def test_names_are_listed_in_order_of_their_english_name():
    names = language_names()
    assert len(names) == len(languages())
    assert [english for _, english, _ in names] == sorted(english for _, english, _ in names)
    assert ("vi", "Vietnamese", "Tiếng Việt") in names


def test_every_name_means_its_own_language():
    for code, english, own in language_names():
        assert {language_code(name) for name in (code, english, own)} == {code}
