"""A query selects the same clips in Python, in SQL and on columns."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.clip_query import Compared, OneOf, Query, parse
from curator.domain.query_terms import FIELDS, MEASURES, POSSESSIONS
from curator.store import clip_search
from curator.ui.clip_data.clip_columns import ClipColumns
from tests.helpers.crowd import a_crowd
from tests.helpers.queries import queries

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def crowds():
    """Function that returns, per seed, the project, its clips and its columns."""
    with tempfile.TemporaryDirectory() as folder:
        projects = []
        for seed in SEEDS:
            (place := Path(folder, str(seed))).mkdir()
            projects.append(a_crowd(place, seed=seed))
        crowds = [(p, p.clips.find(), ClipColumns(p)) for p in projects]
        yield lambda: crowds  # hypothesis prints the arguments of a failed test
        for project in projects:
            project.close()


def agreed(crowds, query):
    """Numbers of clips a query selects per crowd, the same clips in all three engines."""
    counts = []
    for project, clips, columns in crowds():
        by_clip = [clip.id for clip in clips if query.matches(clip)]
        assert project.clips.ids(query) == by_clip, query
        assert columns.ids[columns.where(query)].tolist() == by_clip, query
        counts.append(len(by_clip))
    return counts


@given(query=queries())
@settings(max_examples=300, deadline=None)
def test_three_engines_select_the_same_clips(crowds, query):
    agreed(crowds, query)


@given(query=queries())
@settings(max_examples=300, deadline=None)
def test_the_text_of_a_query_selects_the_same_clips(crowds, query):
    agreed(crowds, parse(str(query)))
    assert parse(str(query)) == query


@given(number=st.floats(0, 39), comparison=st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
@settings(max_examples=50, deadline=None)
@pytest.mark.parametrize("name", [*MEASURES, "snr", "clipping"])
def test_comparisons_with_values_of_clips_agree(crowds, name, number, comparison):
    _, clips, _ = crowds()[0]
    clip = clips[int(number)]  # equality only holds for a value that occurs
    number = {"duration": clip.seconds, **clip.scores}.get(name, number)
    agreed(crowds, Query((Compared(name, comparison, number),)))


@pytest.mark.parametrize("possession", POSSESSIONS)
def test_every_possession_divides_the_clips_and_agrees(crowds, possession):
    counts = agreed(crowds, Query((OneOf("has", (possession,)),)))
    assert 0 < sum(counts) < sum(len(clips) for _, clips, _ in crowds())


def test_each_engine_knows_every_term():
    examples = {
        "state": "kept",
        "emotion": "tension",
        "finding": "clipped",
        "recording": "x",
        "language": "en",
        "cluster": "1",
        "id": "1",
        "has": "text",
    }
    assert set(examples) == set(FIELDS)
    for field, value in examples.items():
        where, _ = clip_search.condition(parse(f"{field}:{value}"))
        assert where
    assert clip_search.MEASURE_SQL.keys() == set(MEASURES)
    assert clip_search.POSSESSION_SQL.keys() == POSSESSIONS.keys()
