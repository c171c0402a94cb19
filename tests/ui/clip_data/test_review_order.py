"""Sort orders of the clip list and the Wilson interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.clip_query import Query
from curator.domain.decision import drop, keep
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.review_order import WORST_FIRST, gain, sample, wilson_interval
from tests.helpers.factories import a_finding, a_project


def in_order(columns, order):
    return columns.ids[order.arrange(columns, columns.where(Query()))].tolist()


def test_worst_first_puts_errors_before_warnings_before_nothing(tmp_path):
    with a_project(tmp_path, 4) as project:
        fine, warned, wrong, decided = project.clips.ids()
        project.facts.set_findings(
            {warned: [a_finding("quiet", "warning")], wrong: [a_finding("clipped")]}
        )
        project.decisions.apply(keep([decided]))
        assert in_order(ClipColumns(project), WORST_FIRST) == [wrong, warned, fine, decided]


def test_what_a_person_drops_comes_sooner_and_what_they_keep_later(tmp_path):
    with a_project(tmp_path, 40) as project:
        ids = project.clips.ids()
        quiet, noisy = ids[:20], ids[20:]
        project.facts.set_findings({c: [a_finding("quiet", "warning")] for c in quiet})
        project.facts.set_findings({c: [a_finding("noisy")] for c in noisy})
        columns = ClipColumns(project)
        assert in_order(columns, WORST_FIRST)[0] == noisy[0]
        project.decisions.apply(drop(quiet[:15]))
        project.decisions.apply(keep(noisy[:15]))
        columns.follow(None)
        assert in_order(columns, WORST_FIRST)[0] == quiet[15]
        assert ((gain(columns) >= 0) & (gain(columns) <= 1)).all()


def test_a_sample_is_random_and_the_same_for_the_same_seed(tmp_path):
    with a_project(tmp_path, 60) as project:
        columns = ClipColumns(project)
        first = in_order(columns, sample(1))
        assert first == in_order(columns, sample(1))
        assert sorted(first) == project.clips.ids()
        assert first not in (project.clips.ids(), in_order(columns, sample(2)))


def test_of_50_heard_3_bad_says_between_2_and_16_percent():
    low, high = wilson_interval(3, 50)
    assert (round(100 * low), round(100 * high)) == (2, 16)


@pytest.mark.parametrize(("bad", "heard"), [(0, 0), (0, 10), (10, 10)])
def test_the_ends_stay_within_all_and_nothing(bad, heard):
    low, high = wilson_interval(bad, heard)
    assert 0 <= low <= high <= 1


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_that_was_seen_lies_within(counts):
    bad, heard = counts
    low, high = wilson_interval(bad, heard)
    assert low <= bad / heard + 1e-12
    assert bad / heard <= high + 1e-12
