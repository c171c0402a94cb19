"""Folding of texts of all languages: the same on both sides, once is enough, never in silence."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.languages import _fold, folded, folds, languages
from curator.domain.target import read_target
from curator.domain.text_rules import text_fault
from trainer.bundle.preflight import text_reason
from trainer.languages import folded as trainers_folded
from trainer.target import read_target as read_trainers_target

TARGETS = ("xtts_v2", "chatterbox")
OURS = {key: read_target(key) for key in TARGETS}
THEIRS = {key: read_trainers_target(key) for key in TARGETS}
VARIANTS = sorted(map(chr, _fold()))
SPACES = [" ", "\u00a0", "\u202f", "\u3000", "\n", "\t"]


@st.composite
def texts(draw):
    """(language, text of its letters with variants, spaces and other characters, as NFC or NFD)."""
    language = draw(st.sampled_from(sorted(OURS["xtts_v2"].alphabets)))
    letters = st.sampled_from(sorted(OURS["xtts_v2"].alphabets[language]))
    others = st.sampled_from([*VARIANTS, *SPACES])
    sign = st.one_of(letters, letters, others, st.characters(exclude_categories=["Cs"]))
    form = draw(st.sampled_from(["NFC", "NFD"]))
    return language, unicodedata.normalize(form, "".join(draw(st.lists(sign, max_size=40))))


@settings(max_examples=600, deadline=None)
@given(texts())
def test_folding_is_the_same_on_both_sides_done_once_and_noted(case):
    language, text = case
    plain = folded(text)
    assert plain == trainers_folded(text)
    assert folded(plain) == plain
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    assert (plain == spaced) or folds([text])
    assert folds([plain]) == ""
    for key in TARGETS:
        fault, reason = (
            text_fault(text, language, OURS[key]),
            text_reason(text, language, THEIRS[key]),
        )
        assert (fault and fault.reason_key) == (reason and reason.key)
        assert fault is None or (fault.reason_key in OURS[key].refusal_order)


def test_every_replacement_is_final():
    for variant in VARIANTS:
        plain = folded(f"a{variant}b")
        assert folded(plain) == plain == trainers_folded(plain)
        assert folds([f"a{variant}b"])


def test_own_names_of_all_languages_are_never_changed():
    for language in languages().values():
        assert folded(language.own) == language.own
        assert folds([language.own]) == ""
