import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.span import Span

SAMPLES = 10 * 3600 * 192_000
RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 37_800, 44_100, 48_000, 96_000, 192_000])
samples = st.integers(0, SAMPLES)
spans = st.builds(lambda a, b: Span(min(a, b), max(a, b)), samples, samples)


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (6, 5), (-3, -1)])
def test_a_span_that_stops_before_it_starts_or_starts_before_zero_is_refused(start, stop):
    with pytest.raises(ValueError, match="0 <= start <= stop"):
        Span(start, stop)


def test_a_span_knows_its_length_and_place_in_seconds():
    span = Span(66_150, 132_300)
    assert span.samples == 66_150
    assert span.seconds(22_050) == 3.0
    assert span.start_s(22_050) == 3.0
    assert span.stop_s(22_050) == 6.0


@given(spans, RATES)
def test_seconds_come_back_to_the_same_samples(span, rate):
    assert Span.from_seconds(span.start_s(rate), span.stop_s(rate), rate) == span


@given(spans, spans)
def test_overlap_is_mutual_and_no_longer_than_either(a, b):
    assert a.overlap(b) == b.overlap(a) <= min(a.samples, b.samples)
    assert a.overlap(a) == a.samples


def test_spans_that_only_touch_do_not_overlap():
    assert Span(0, 10).overlap(Span(10, 20)) == 0


@given(spans, st.data())
def test_the_parts_of_a_split_joined_are_the_whole(span, data):
    first, second = span.split(data.draw(st.integers(span.start, span.stop)))
    assert first.join(second) == span
    assert first.samples + second.samples == span.samples


def test_a_shifted_span_keeps_its_length():
    assert Span(10, 30).shifted(5) == Span(15, 35)
    assert Span(10, 30).shifted(-10) == Span(0, 20)


@given(spans, samples)
def test_what_lies_within_a_recording_never_reaches_beyond_it(span, length):
    inside = span.within(length)
    assert inside.stop <= length
    assert inside.samples <= span.samples


@given(spans, RATES, RATES)
def test_another_rate_moves_an_edge_by_half_a_sample_at_most(span, rate, new_rate):
    moved = span.at_rate(rate, new_rate)
    assert abs(moved.start * rate - span.start * new_rate) * 2 <= rate
    assert abs(moved.stop * rate - span.stop * new_rate) * 2 <= rate


@given(spans, RATES)
def test_the_same_rate_changes_nothing(span, rate):
    assert span.at_rate(rate, rate) is span


def test_spans_sort_by_time():
    assert sorted([Span(5, 9), Span(0, 9), Span(0, 3)]) == [Span(0, 3), Span(0, 9), Span(5, 9)]
