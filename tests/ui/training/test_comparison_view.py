"""Tables of a comparison of runs."""

import json
import shutil

import pytest

from curator.ui.training.comparison_view import ComparisonView
from curator.ui.training.evaluated import read_evaluated
from curator.ui.training.measure_texts import MEASURE_TITLES, difference_text, reason
from tests.helpers.training_runs import (
    IMPROVING,
    OVERFITTED,
    a_run,
    a_small_bundle,
    an_evaluation,
)
from trainer.compare import read_runs
from trainer.compare.document import NAMES, as_object
from trainer.evaluate.measures import measures


@pytest.fixture
def view(qtbot) -> ComparisonView:
    view = ComparisonView()
    qtbot.addWidget(view)
    return view


@pytest.fixture
def compared(tmp_path) -> dict:
    """The trainer's comparison of two runs, in which every measure has a value that rises."""
    bundle = a_small_bundle(tmp_path / "bundle")
    for run, (name, losses) in enumerate((("a", OVERFITTED), ("b", IMPROVING))):
        folder = a_run(tmp_path / name, losses, bundle=bundle)
        an_evaluation(folder, [150, 290], sounds=False)
        results = folder / "evaluation" / "results.jsonl"
        about, *rows = map(json.loads, results.read_text().splitlines())
        for at, row in enumerate(rows):
            row["measures"] = {
                key: 0.1 * (run + 1) + 0.001 * (at % 4)
                for measure in measures() for key in measure.keys
            }  # fmt: skip
        results.write_text("".join(json.dumps(row) + "\n" for row in (about, *rows)))
    return as_object(read_runs([tmp_path / "a", tmp_path / "b"]))


def cells(view: ComparisonView, column: int) -> list[str]:
    return [view.outcome.item(row, column).text() for row in range(view.outcome.rowCount())]


def test_every_measure_of_a_comparison_has_a_title_with_its_unit(view, compared):
    keys = {row["measure"] for row in compared["outcome"]}
    assert keys == set(NAMES)  # all that the trainer compares
    view.show_comparison(compared)
    assert set(cells(view, 0)) == {MEASURE_TITLES[key] for key in keys}


def test_every_measure_of_an_evaluation_has_a_title():
    unnamed = {key for measure in measures() if not measure.shown for key in measure.keys}
    assert unnamed <= set(MEASURE_TITLES)
    assert len(set(MEASURE_TITLES.values())) == len(MEASURE_TITLES)
    assert all(title.endswith(")") for title in MEASURE_TITLES.values())  # the unit


def test_a_measure_of_another_version_is_not_shown_by_its_key(view, compared):
    row = next(row for row in compared["outcome"] if row["measure"] == "wer")
    view.show_comparison({**compared, "outcome": [{**row, "measure": "new_measure"}]})
    assert cells(view, 0) == ["Other measure"]


def test_differences_are_in_the_unit_of_the_title(view, compared):
    view.show_comparison(compared)
    first = {key: at for at, key in reversed(list(enumerate(cells(view, 0))))}
    differences, intervals = cells(view, 3), cells(view, 4)
    assert differences[first["Word error rate (%)"]] == "+10.00"
    assert intervals[first["Word error rate (%)"]] == "+10.00 … +10.00"
    assert differences[first["Speaker similarity (cosine)"]] == "+0.100"
    assert difference_text("clipping", -0.0004) == "-0.04"


def test_verdicts_say_better_only_where_a_measure_has_a_direction(view, compared):
    view.show_comparison(compared)
    first = {key: at for at, key in reversed(list(enumerate(cells(view, 0))))}
    verdicts = cells(view, 5)
    assert verdicts[first["Word error rate (%)"]] == "worse"
    assert verdicts[first["Speaker similarity (cosine)"]] == "better"
    assert verdicts[first["Speech rate (letters/s)"]] == "different"


def test_the_list_of_samples_shows_no_keys(tmp_path):
    run = a_run(tmp_path / "run", OVERFITTED)
    an_evaluation(run, [150], sounds=False)
    samples = read_evaluated(run).samples
    texts = [reason(sample, "") for sample in samples]
    assert any(text.startswith("overran, word errors ") for text in texts)
    words = {word for text in texts for word in text.replace(",", "").split()}
    assert not words & {key for measure in measures() for key in measure.keys} - {"similarity"}


def test_runs_without_an_evaluation_say_what_to_do(view, compared, tmp_path):
    for name in ("a", "b"):
        shutil.rmtree(tmp_path / name / "evaluation")
    view.show_comparison(as_object(read_runs([tmp_path / "a", tmp_path / "b"])))
    assert "Evaluate each run" in view.note.text()
    view.show_comparison(compared)
    assert "Evaluate each run" not in view.note.text()
