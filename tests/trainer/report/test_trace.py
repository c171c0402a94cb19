"""Every number of a report is in a file of the run, at the address that stands beside it."""

import re

import pytest

from tests.helpers.training_runs import (
    IMPROVING,
    OVERFITTED,
    a_run,
    a_small_bundle,
    an_evaluation,
    speech_on_the_way,
)
from tests.trainer.report.following import Files, Page, worked_out
from trainer.optim.early_stopping import FEWEST_CLIPS, judge
from trainer.report import write_report
from trainer.resources import resources


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """A whole report: with bundle, evaluation, price and runs beside it."""
    folder = tmp_path_factory.mktemp("runs")
    bundle = a_small_bundle(folder / "bundle")
    run = a_run(folder / "run-three", OVERFITTED, bundle=bundle)
    an_evaluation(run, [0, 150, 290])
    speech_on_the_way(run, [0, 150, 290])
    a_run(folder / "run-one", IMPROVING, bundle=bundle)
    a_run(folder / "run-two", OVERFITTED, bundle=bundle)
    write_report(run, folder / "report.html", price=0.8)
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    return page, Files(run, bundle, resources(), {"price": 0.8})


def test_no_number_stands_outside_of_a_traced_one(reported):
    page, _ = reported
    assert not [text for text in page.loose if re.search(r"\d", text)]
    assert len(page.figures) > 300


def test_every_number_is_what_its_addresses_give(reported):
    page, files = reported
    seen, unchecked = set(), set()
    for attributes, text in page.figures:
        how, form = attributes["data-how"], attributes["data-form"]
        places = attributes["data-source"].split(" | ")
        seen.add(how)
        if how in ("folder", "beside"):
            folder = files.run if how == "folder" else files.run.parent / text
            assert (folder / "run.json").is_file()
            assert text == folder.name
            continue
        if how == "key":
            place, _, key = places[0].rpartition("/")
            assert key == text
            assert text in files.column(place)[0]
            continue
        columns = [files.column(place) for place in places]
        if how == "judged":
            series = list(zip(columns[0], columns[1], strict=True))
            assert text == judge(series, columns[3][0], clips=columns[2][0]).sentence
            continue
        if text == "–":
            few = how.split()[-1] in ("low", "high") and len(columns[0]) < FEWEST_CLIPS
            assert few or not [value for value in columns[0] if value is not None], (how, places)
            continue
        expected = worked_out(how, columns)
        if expected is ...:
            unchecked.add(how)
            assert all(columns)
        else:
            assert text == format(expected, form), (how, places)
    intervals = {"low", "high", "paired low", "paired high", "apart low", "apart high"}
    assert unchecked <= intervals | {"clipwise low", "clipwise high"}
    assert {"value", "mean", "gain", "exp", "money", "clipwise", "paired", "most gain"} <= seen


def test_every_curve_names_the_events_it_is_drawn_from(reported):
    page, files = reported
    assert page.drawn
    assert all(files.column(source) for source in page.drawn)


def test_intervals_hold_their_mean(reported):
    page, _ = reported
    by_place = {}
    for attributes, _ in page.figures:
        by_place[attributes["data-how"], attributes["data-source"]] = attributes["value"]
    checked = 0
    for (how, place), value in by_place.items():
        if how.split()[-1] == "low" and value:
            middle = {"low": "mean"}.get(how, how.removesuffix(" low"))
            high = by_place.get((how.replace("low", "high"), place), "inf")
            if (middle, place) in by_place:
                inside = float(by_place[middle, place])
                assert float(value) - 1e-9 <= inside <= float(high) + 1e-9
                checked += 1
    assert checked > 10
