"""Tables of a comparison of runs."""

from curator.ui.training.comparison_view import ComparisonView


def test_measures_are_named_without_the_number_of_sentences(qtbot):
    view = ComparisonView()
    qtbot.addWidget(view)
    row = {"category": None, "run": "b", "difference": -0.1, "low": -0.2, "high": 0.0}
    measures = ("run_on", "early_stop", "wer", "similarity")
    view.show_comparison(
        {
            "runs": [
                {"run": name, "state": "improves", "best": 2.0, "best_step": 4, "minutes": None}
                for name in ("a", "b")
            ],
            "obstacles": {},
            "outcome": [{**row, "measure": measure, "better": True} for measure in measures],
            "data": {},
            "settings": {},
        }
    )
    names = [view.outcome.item(at, 0).text() for at in range(len(measures))]
    assert names[:2] == ["Overran", "Stopped early"]
    assert not any("%" in name for name in names)


def test_runs_without_an_evaluation_say_what_to_do(qtbot):
    view = ComparisonView()
    qtbot.addWidget(view)
    view.show_comparison(
        {
            "runs": [
                {"run": name, "state": "", "best": None, "best_step": None, "minutes": None}
                for name in ("a", "b")
            ],
            "obstacles": {},
            "outcome": [],
            "data": {},
            "settings": {},
        }
    )
    assert "Evaluate each run" in view.note.text()
