"""How what people wrote is divided when a clip is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from tests.helpers.factories import a_clip


def corrected(text, heard="one two three four"):
    return replace(a_clip(text=heard), text=text, text_decided=True)


@given(st.integers(1, 88_199))
def test_parts_of_a_clip_meet_and_hold_all_its_words(at):
    clip = corrected("Alpha beta, gamma delta.")
    first, second = split(clip, at).come
    assert first.span.join(second.span) == clip.span
    assert f"{first.text} {second.text}".split() == clip.text.split()


def test_a_text_without_times_is_divided_by_length():
    clip = replace(corrected("aaaa bbbb"), transcript=None)
    first, second = split(clip, clip.span.samples // 2).come
    assert (first.text, second.text) == ("aaaa", "bbbb")


def test_an_empty_text_stays_empty():
    assert [piece.text for piece in split(corrected(" "), 1000).come] == ["", ""]


def test_clips_nobody_corrected_have_no_text_of_a_person():
    first, second = a_clip(1), a_clip(2, start_s=5.0)
    assert [piece.text for piece in split(first, 1000).come] == [None, None]
    (whole,) = merge(second, first).come
    assert whole.text is None
    assert whole.span == Span(first.span.start, second.span.stop)


@pytest.mark.parametrize("at", [0, 88_200, 100_000])
def test_a_clip_is_not_split_at_its_edges(at):
    with pytest.raises(CuratorError, match="between its edges"):
        split(a_clip(), at)
