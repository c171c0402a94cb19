"""Queries as people might type them, for hypothesis."""

from hypothesis import strategies as st

from curator.domain.clip_query import (
    COMPARISONS,
    MEASURES,
    POSSESSIONS,
    SCORE_KEYS,
    Compared,
    InRecording,
    Not,
    Numbered,
    OneOf,
    Query,
    Words,
)
from curator.domain.decision import State

EMOTIONS = ("greeting", "tension", "neutral")
FINDINGS = ("clipped", "cut_word", "other_voice")
LANGUAGES = ("en", "hu", "vie")
TEXTS = ("Árvíztűrő tükör", "welcome", "The answer", "straße", "10:30", 'say "so"', "-", "\\", "ő")

_parts = st.sampled_from(TEXTS).flatmap(
    lambda text: st.builds(
        lambda a, b: text[min(a, b) : max(a, b) + 1],
        st.integers(0, len(text) - 1),
        st.integers(0, len(text) - 1),
    )
)
_text = st.one_of(_parts, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))
_figures = st.one_of(
    st.integers(-5, 40).map(float), st.floats(allow_nan=False, allow_infinity=False)
)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


def _numbered(field: str) -> st.SearchStrategy[Numbered]:
    numbers = st.one_of(st.integers(-1, 40), st.integers(-(2**63) + 1, 2**63 - 1))
    several = st.lists(numbers, min_size=1, max_size=4, unique=True).map(tuple)
    return st.builds(Numbered, st.just(field), several)


plain_terms = st.one_of(
    st.builds(Words, _text),
    st.builds(InRecording, _text),
    st.builds(OneOf, st.just("state"), _some(tuple(state.value for state in State))),
    st.builds(OneOf, st.just("emotion"), _some((*EMOTIONS, "none"))),
    st.builds(OneOf, st.just("finding"), _some((*FINDINGS, "any", "none"))),
    st.builds(OneOf, st.just("language"), _some(LANGUAGES)),
    st.builds(OneOf, st.just("has"), _some(tuple(POSSESSIONS))),
    _numbered("id"),
    _numbered("cluster"),
    st.builds(
        Compared,
        st.sampled_from([*MEASURES, *sorted(SCORE_KEYS)]),
        st.sampled_from(sorted(COMPARISONS)),
        _figures,
    ),
)


def queries() -> st.SearchStrategy[Query]:
    """Up to three terms, some negated."""
    term = st.one_of(plain_terms, st.builds(Not, plain_terms))
    return st.lists(term, max_size=3).map(lambda terms: Query(tuple(terms)))
