"""Letters that tell the categories of a set apart."""

import pytest

from curator.domain.emotion import EmotionSet, distinct_letters
from curator.domain.resources import resources


@pytest.mark.parametrize(
    ("names", "signs"),
    [
        (["Tension", "Transition", "Joy"], ["Te", "Tr", "J"]),
        (["Tension", "Transition", "Tender"], ["Te", "Tr", "Tn"]),
        (["Ten", "Tense"], ["Te", "Tn"]),
        (["Aa", "Aa", "AA"], ["Aa", "A2", "A3"]),
        (["T", "T-", "tea"], ["T2", "T3", "Te"]),
        ([], []),
    ],
)
def test_no_two_categories_have_the_same_letters(names, signs):
    assert distinct_letters(names) == signs
    assert len(set(signs)) == len(names)


def test_every_shipped_set_has_distinct_letters():
    for path in (resources() / "categories").glob("*.toml"):
        signs = [each.sign for each in EmotionSet.from_toml(path.read_text("utf-8")).emotions]
        assert len(set(signs)) == len(signs), path
