"""Text search compared with a search in each text."""

from hypothesis import given
from hypothesis import strategies as st

from curator.ui.clip_data.text_search import TextSearch

LETTERS = st.text(alphabet="abő ß", max_size=8)


@given(texts=st.lists(LETTERS, max_size=12), part=LETTERS)
def test_it_finds_what_searching_each_text_finds(texts: list[str], part: str):
    assert TextSearch(texts).holding(part).tolist() == [part in text for text in texts]


@given(texts=st.lists(st.text(max_size=20), max_size=5), part=st.text(min_size=1, max_size=3))
def test_any_letters_will_do(texts: list[str], part: str):
    if "\x1f" not in part:
        assert TextSearch(texts).holding(part).tolist() == [part in text for text in texts]
