"""Conversion between samples, pixels and times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.span import Span
from curator.ui.widgets.timeline import MARGIN, Timeline, clock

RATE = 22_050
TEN_HOURS = 10 * 3600 * RATE

moves = st.lists(
    st.one_of(
        st.tuples(st.just("zoom"), st.floats(0.01, 100.0), st.floats(0, 900)),
        st.tuples(st.just("scroll"), st.floats(-5000, 5000), st.just(0.0)),
    ),
    max_size=12,
)


@given(samples=st.integers(100, TEN_HOURS), moves=moves)
def test_the_view_never_leaves_the_recording(samples: int, moves):
    view = Timeline.whole(samples, RATE, 900)
    for what, amount, x in moves:
        view = view.zoomed(amount, x) if what == "zoom" else view.scrolled(amount)
    assert view.x(0) <= MARGIN + 1e-6
    assert view.x(samples) >= 900 - MARGIN - 1e-3
    assert 0 <= view.span.start <= view.span.stop <= samples
    assert len(view.ticks()) <= 12


@given(st.floats(0.2, 8.0), st.floats(200, 700))
def test_zooming_keeps_what_is_under_the_pointer(times: float, x: float):
    view = Timeline.whole(TEN_HOURS, RATE, 900).showing(Span(10**8, 10**8 + 10**6))
    before = view.first + x * view.per_pixel
    after = view.zoomed(times, x)
    assert after.x(before) == pytest.approx(x, abs=0.01)


def test_a_clip_is_shown_with_room_around_it():
    view = Timeline.whole(TEN_HOURS, RATE, 900).showing(Span(10**6, 10**6 + 90_000))
    assert 90 < view.x(10**6) < 130
    assert 770 < view.x(10**6 + 90_000) < 810


@pytest.mark.parametrize(
    ("seconds", "step", "text"),
    [
        (0, 1, "0:00"),
        (3.25, 0.01, "0:03.25"),
        (59.996, 0.01, "1:00.00"),
        (63.2, 0.1, "1:03.2"),
        (7200, 60, "2:00:00"),
        (35_999.999, 0.001, "9:59:59.999"),
    ],
)
def test_times_are_as_exact_as_they_need_to_be(seconds: float, step: float, text: str):
    assert clock(seconds, step) == text
