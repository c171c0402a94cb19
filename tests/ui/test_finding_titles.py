"""Findings and scores are written as words, not as keys."""

from curator.domain.findings import FINDING_KEYS
from curator.stages.scoring.scorers import scorers
from curator.ui.finding_titles import FINDING_TITLES, finding_title
from curator.ui.map.measures import measures


def test_every_finding_has_a_title_of_its_own():
    assert set(FINDING_TITLES) == FINDING_KEYS
    assert len(set(FINDING_TITLES.values())) == len(FINDING_TITLES)
    assert finding_title("of_another_version") == "Of another version"


def test_no_score_is_named_by_its_key():
    several = {key for info in scorers() if len(info.produces) > 1 for key in info.produces}
    names = {each.key: each.name for each in measures()}
    for key in several:
        assert ": " not in names[key], key
    assert len(set(names.values())) == len(names)
