"""The listening page: what is in it, and how it behaves where people open it."""

import json

import pytest

from tests.helpers.browser import PLAY_ALL, visit
from tests.helpers.training_runs import IMPROVING, OVERFITTED, a_run, a_small_bundle, an_evaluation
from trainer.cli.parser import main
from trainer.errors import BrokenRun
from trainer.listening import as_page, ends_of_categories, page_data, voices_of
from trainer.report.statistics import binomial_p_value


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listening")
    bundle = a_small_bundle(folder / "bundle")
    found = []
    for name, series in (("one", OVERFITTED), ("two", IMPROVING)):
        run = a_run(folder / name, series, bundle=bundle, every=10)
        an_evaluation(run, [0, 150, 290], sentences=2)
        found.append(run)
    return found


def test_three_sounds_a_sentence(runs):
    data = page_data(voices_of(runs[:1]))
    assert len(data["rows"]) == 6
    for row in data["rows"]:
        assert len(row["sounds"]) == 3
        assert all(key in data["sounds"] for key in row["sounds"])
    assert data["names"] == ["one, step 150", "one, the base"]


def test_the_order_is_decided_by_the_seed_and_hides_who_is_who(runs):
    voices = voices_of(runs)
    first, again = (page_data(voices, 3)["pairs"] for _ in range(2))
    assert first == again
    assert page_data(voices, 4)["pairs"] != first
    assert {pair["first"] for pair in page_data(voices, 3)["pairs"]} == {0, 1}
    assert [voice.checkpoint for voice in voices] == [150, 290]


def test_best_and_worst_are_named_with_the_reason(runs):
    kinds = {kind: (best, worst) for kind, best, worst in ends_of_categories(voices_of(runs)[0])}
    assert set(kinds) == {"greeting", "question", "tension"}
    assert "word error rate" in "".join(kinds["tension"][1])


def test_a_run_that_never_spoke_is_refused(runs, tmp_path):
    run = a_run(tmp_path / "mute", IMPROVING, steps=False)
    with pytest.raises(BrokenRun, match="has not spoken"):
        voices_of([run])


def test_missing_sounds_are_said_and_not_compared(runs, tmp_path):
    run = a_run(tmp_path / "gone", IMPROVING, steps=False)
    an_evaluation(run, [0, 290], sounds=False, sentences=2)
    data = page_data(voices_of([run]))
    assert data["pairs"] == []
    assert set(data["missing"].values()) == {"The audio file is missing.", "No audio."}


def test_texts_cannot_become_markup(runs, tmp_path):
    run = a_run(tmp_path / "run", IMPROVING, steps=False)
    an_evaluation(run, [0, 290], sentences=2, sounds=False)
    path = run / "evaluation" / "results.jsonl"
    path.write_text(path.read_text().replace("Say it 0 times!", "</script><b>0"))
    page = as_page(voices_of([run]))
    assert "</script><b>" not in page
    assert "<b>0" not in page


@pytest.mark.slow
def test_it_is_heard_rated_and_compared_blindly_offline(runs, tmp_path):
    out = tmp_path / "listen.html"
    assert main(["listen", *map(str, runs), "--out", str(out), "--seed", "3"]) == 0
    data = page_data(voices_of(runs), 3)
    rate = """
    const input = document.querySelector(".ratings input");
    input.value = "8"; input.dispatchEvent(new Event("input"));
    const wrong = document.querySelectorAll(".ratings input")[1];
    wrong.value = "11"; wrong.dispatchEvent(new Event("input"));
    return JSON.parse(window.ratingsFile());
    """
    judge = (
        """
    document.getElementById("to-blind").click();
    const seen = [];
    const prefer = """
        + json.dumps([pair["first"] for pair in data["pairs"]])
        + """;
    for (const first of prefer) {  // always the first voice, wherever it stands
      seen.push(document.getElementById("outcome").textContent);
      document.querySelector(`[data-choice="${first}"]`).click();
    }
    return {seen, outcome: document.getElementById("outcome").textContent};
    """
    )
    visited = visit(out, [PLAY_ALL, rate, judge], tmp_path, width=390)
    played, ratings, judged = visited.found
    assert played["played"] == [True] * 18
    assert played["width"] == 390
    assert not visited.asked
    assert not visited.console
    assert ratings["ratings"] == {data["rows"][0]["sample"]: {"voice": 8}}
    assert ratings["kind"] == "ratings"
    assert judged["seen"] == [""] * 6  # nothing is shown before the end
    assert (
        "one, step 150: preferred 6 times. two, step 290: preferred 0 times." in judged["outcome"]
    )
    assert f"p = {binomial_p_value(6, 6):.2f}, two-sided binomial test" in judged["outcome"]
    assert "significantly prefers one, step 150" in judged["outcome"]
