"""Runs against each other: data, settings, outcome."""

import hashlib
import json
import shutil

import pytest

from tests.helpers.training_runs import (
    IMPROVING,
    a_run,
    a_small_bundle,
    an_evaluation,
)
from trainer.cli.parser import main
from trainer.compare import find_runs, read_runs
from trainer.compare.data import change_between
from trainer.compare.document import as_document, as_object
from trainer.errors import BrokenRun, WrongUsage
from trainer.report.page import as_html, as_text


def changed(bundle, target, edit):
    """A copy of a bundle whose manifest lines went through ``edit``."""
    shutil.copytree(bundle, target)
    path = target / "manifest.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in edit(rows)))
    return target


def edited(rows):
    """One dropped, one added, one relabelled, one text and one edge changed."""
    rows = [{**row, "source": {**row["source"]}} for row in rows if row["id"] != "clip-002"]
    by_id = {row["id"]: row for row in rows}
    by_id["clip-003"]["emotion"] = "tension"
    by_id["clip-004"]["text"] = "Another text."
    by_id["clip-005"]["source"]["stop_s"] += 0.5
    by_id["clip-006"]["split"] = "eval"
    return [*rows, {**rows[0], "id": "clip-900", "source": {**rows[0]["source"], "start_s": 77.0}}]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    bundle = a_small_bundle(folder / "bundle")
    alone = a_run(folder / "runs" / "quiz-alone", IMPROVING, bundle=bundle)
    better = {epoch: value - 0.3 for epoch, value in IMPROVING.items()}
    more = changed(bundle, folder / "more", edited)
    both = a_run(folder / "runs" / "combined", better, bundle=more, changes=["optim.lr=1e-5"])
    an_evaluation(alone, [0, 290], gain=0.1)
    an_evaluation(both, [0, 290], gain=0.3)
    return alone, both


def test_what_changed_in_the_data_is_named(runs):
    compared = read_runs(runs)
    change = change_between(*compared.runs.values())
    assert [row["id"] for row in change.added] == ["clip-900"]
    assert [row["id"] for row in change.dropped] == ["clip-002"]
    assert [(one["emotion"], two["emotion"]) for one, two in change.relabelled] == [
        ("greeting", "tension")
    ]
    assert [two["text"] for _, two in change.retexted] == ["Another text."]
    assert [two["id"] for _, two in change.recut] == ["clip-005"]
    assert [two["id"] for _, two in change.moved] == ["clip-006"]
    told = as_text(as_document(compared))
    assert "| tension | 9 | 9 | 0 | 1 | 1 | 0 | 0 |" in told
    assert "Relabelled, 1: clip-003 (greeting to tension)." in told


def test_clips_that_look_alike_are_paired_once(tmp_path):
    bundle = a_small_bundle(tmp_path / "bundle")

    def same_place(rows):
        return [{**row, "source": {**row["source"], "start_s": 0, "stop_s": 1}} for row in rows]

    one = changed(bundle, tmp_path / "one", same_place)
    two = changed(bundle, tmp_path / "two", lambda rows: same_place(rows)[:-3])
    runs = [a_run(tmp_path / f"run-{at.name}", {0: 5.0, 1: 4.0}, bundle=at) for at in (one, two)]
    change = change_between(*read_runs(runs).runs.values())
    assert len(change.same) == 24
    assert len(change.dropped) == 3
    assert not change.added


def test_the_outcome_has_intervals_and_says_what_they_show(runs):
    told = as_object(read_runs(runs))
    found = {(each["measure"], each["category"]): each for each in told["outcome"]}
    loss = found["mel_ce", None]
    assert loss["low"] - 1e-9 <= loss["difference"] <= loss["high"] + 1e-9 < 0
    assert loss["difference"] == pytest.approx(-0.3, abs=0.06)
    assert loss["shown"]
    assert loss["better"] == 1
    words = found["wer", None]
    assert words["pairs"] == 12
    assert words["better"] == 1
    assert not found["dnsmos", None]["shown"]
    assert not found["wer", "tension"]["shown"]  # four pairs are too few


def test_settings_that_differ_are_beside_each_other(runs):
    told = as_object(read_runs(runs))
    assert told["settings"] == {"optim.lr": {"quiz-alone": 5e-06, "combined": 1e-05}}


def test_losses_on_other_clips_or_of_other_models_are_not_compared(runs, tmp_path):
    alone, _ = runs
    bundle = json.loads((alone / "run.json").read_text())["bundle"]
    other = a_run(tmp_path / "chatter", IMPROVING, clips=7, bundle=type(alone)(bundle))
    assert "Its evaluation clips are others" in as_text(as_document(read_runs([alone, other])))
    about = json.loads((other / "run.json").read_text())
    about["identity"]["backend"] = "chatterbox"
    (other / "run.json").write_text(json.dumps(about))
    compared = read_runs([alone, other])
    told = as_text(as_document(compared))
    assert "It is another model" in told
    assert "chatter against quiz-alone: nothing can be compared." in told
    assert as_object(compared)["outcome"] == []


def test_a_decoder_in_the_making_is_not_compared(runs, tmp_path):
    for run in runs:
        shutil.copytree(run, tmp_path / run.name)
    shutil.copytree(runs[0], tmp_path / "voice.making")
    assert [run.name for run in find_runs([tmp_path])] == ["combined", "quiz-alone"]


def test_runs_are_found_by_their_folder_and_none_is_altered(runs, capsys):
    above = runs[0].parent

    def content():
        return {
            path: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in above.rglob("*")
            if path.is_file()
        }

    before = content()
    assert find_runs([above]) == sorted(run.resolve() for run in runs)
    assert main(["compare", str(runs[0]), str(runs[1])]) == 0
    assert (
        "combined against quiz-alone: better: mel_ce on the same clips" in capsys.readouterr().out
    )
    assert main(["compare", str(above), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["run"] == "combined"
    out = above.parent / "compared.html"
    assert main(["compare", *map(str, runs), "--html", str(out)]) == 0
    assert "<h2>Outcome</h2>" in out.read_text()
    assert content() == before


def test_one_run_or_none_is_refused(runs, tmp_path):
    with pytest.raises(WrongUsage):
        read_runs(runs[:1])
    with pytest.raises(BrokenRun):
        find_runs([tmp_path])


def test_the_page_is_made_of_the_same_blocks(runs):
    page = as_html(as_document(read_runs(runs)))
    assert "quiz-alone" in page
    assert "<script" not in page
