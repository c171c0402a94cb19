"""The report where people open it."""

import pytest

from tests.helpers.browser import PLAY_ALL, visit
from tests.helpers.training_runs import OVERFITTED, a_run, a_small_bundle, an_evaluation
from trainer.report import write_report


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    bundle = a_small_bundle(folder / "bundle")
    run = a_run(folder / "run", OVERFITTED, bundle=bundle, every=10)
    an_evaluation(run, [0, 150], sentences=2)
    write_report(run, folder / "report.html")
    return folder / "report.html"


@pytest.mark.slow
def test_it_opens_offline_plays_and_complains_of_nothing(page, tmp_path):
    visited = visit(page, [PLAY_ALL], tmp_path, width=390, dark=True)
    (found,) = visited.found
    assert found["played"] == [True] * 18
    assert found["width"] == found["inside"] == 390
    assert not visited.console
    assert not visited.asked
