"""The page as a person meets it: choosing, following, pausing, beginning."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from curator.domain.errors import CuratorError
from curator.ui.session import Session
from curator.ui.training import trainer_process
from curator.ui.training.start_panel import free_name
from tests.helpers.factories import a_project
from tests.helpers.stalls import watched
from tests.helpers.training_runs import (
    FLAT,
    IMPROVING,
    OVERFITTED,
    a_run,
    a_small_bundle,
    speech_on_the_way,
)


@pytest.fixture
def session(session_of, tmp_path: Path) -> Session:
    """Session whose project has a folder of its own, apart from runs and bundles."""
    (tmp_path / "show").mkdir()
    return session_of(a_project(tmp_path / "show"))


def said(session) -> str:
    return session.messages.all[-1].text


def test_the_list_says_how_far_each_run_is(opened, tmp_path):
    a_run(tmp_path / "runs" / "one", OVERFITTED)
    a_run(tmp_path / "runs" / "two", {0: 5.0, 1: 4.0}, ending=None)
    page = opened(tmp_path / "runs")
    rows = {tuple(page.runs.index(row, column).data() for column in range(3)) for row in range(2)}
    assert rows == {
        ("one", "290 of 290", "overfits, finished"),
        ("two", "10 of 10", "improves, not ended"),
    }


def test_the_list_keeps_to_the_rules(qtmodeltester, opened, tmp_path):
    page = opened(tmp_path)
    qtmodeltester.check(page.runs)
    a_run(tmp_path / "one", FLAT)
    page.show_folder(tmp_path)
    assert page.runs.rowCount() == 1


def test_an_empty_folder_says_what_to_do(opened, tmp_path):
    (tmp_path / "runs").mkdir()
    page = opened(tmp_path / "runs")
    assert "Export a bundle, then begin a training." in page.empty.text()
    assert page.front.currentIndex() == 0


def test_a_run_that_grows_is_followed(qtbot, opened, tmp_path):
    run = a_run(tmp_path / "runs" / "one", {0: 5.0, 1: 4.0}, ending=None)
    page = opened(tmp_path / "runs")
    assert page.record.step == 10
    assert "Nothing else" not in page.view.where.text()
    with (run / "events.jsonl").open("a") as file:
        file.write('{"event": "step", "step": 11, "mel_ce": 3.9}\n')
        file.write(
            '{"event": "guard", "step": 11, "state": "overfits", "sentence": "It overfits."}\n'
        )
        file.write('{"event": "spoken", "step": 11, "text": "Hello", "out": "a.wav"}\n')
        file.write('{"event": "st')
    page.look_again()
    qtbot.waitUntil(lambda: page.record.step == 11, timeout=60_000)
    qtbot.waitUntil(lambda: page.view.guard.text() == "It overfits.", timeout=60_000)
    assert page.view.guard.property("role") == "warning"
    assert page.view.samples.item(0).text() == "step 11: Hello"
    assert "step 11 of 10" in page.view.where.text()


def test_curves_are_told_in_words_too(opened, tmp_path):
    a_run(tmp_path / "one", OVERFITTED)
    page = opened(tmp_path)
    assert page.view.curves.accessibleDescription() == "5.069 at step 290, 5.380 at the beginning."
    page.next_loss()
    assert "eos_ce" in page.view.curves.accessibleName()
    assert page.view.grab().toImage().width() > 0


def test_what_was_spoken_on_the_way_is_a_curve_of_its_own(opened, tmp_path):
    run = a_run(tmp_path / "one", OVERFITTED)
    speech_on_the_way(run, [0, 150, 290], sounds=False)
    page = opened(tmp_path)
    assert page.view.buttons["next_loss"].text() == "Next curve"
    titles = []
    for _ in range(5):
        page.next_loss()
        titles.append(page.view.curves.accessibleName())
    assert titles[2] == "Word errors, share of words, 7 sentences"
    assert titles[3] == "Ran on, share of 7 sentences"
    assert "mel_ce" in titles[4]
    assert page.view.samples.item(0).text() == "step 0: Sentence 0 of the host."
    assert page.view.grab().toImage().width() > 0


def test_pausing_asks_the_process_that_the_lock_names(opened, tmp_path, monkeypatch):
    run = a_run(tmp_path / "one", IMPROVING, ending=None)
    page = opened(tmp_path)
    with pytest.raises(CuratorError, match="No process of this machine"):
        page.pause()
    (run / "lock").write_text(json.dumps({"pid": 4711, "host": "elsewhere"}))
    with pytest.raises(CuratorError, match="No process of this machine"):
        page.pause()
    killed = []
    (run / "lock").write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
    real = os.kill
    monkeypatch.setattr(os, "kill", lambda pid, kind: killed.append(kind) or real(pid, 0))
    page.pause()
    assert signal.SIGTERM in killed
    page.stop()
    (question,) = page.findChildren(QMessageBox)
    assert "Pause saves it first" in question.text()
    question.close()
    assert signal.SIGKILL not in killed
    with pytest.raises(CuratorError, match="trained already"):
        page.resume()


def test_what_is_filled_in_becomes_a_command(opened, tmp_path):
    bundle = a_small_bundle(tmp_path / "bundle")
    page = opened(tmp_path / "runs")
    page.new_training()
    assert page.front.currentWidget() is page.start
    with pytest.raises(CuratorError, match="no bundle"):
        page.begin()
    page.start.bundle.setText(str(bundle))
    page.start.epochs.setText("2,5")
    run = tmp_path / "runs" / "run-1"
    assert page.start.arguments() == [
        "train", str(bundle), str(run), "--preset", "tiny-cpu", "--set", "sched.epochs=2.5",
        "--set", "sched.total_steps=0",
    ]  # fmt: skip
    page.start.epochs.setText("no")
    with pytest.raises(CuratorError, match="above 0"):
        page.start.arguments()
    page.start.epochs.setText("")
    page.start.spoken.setText("7")
    assert page.start.arguments()[-2:] == ["--set", "eval.speak_sentences=7"]
    page.start.spoken.setText("a few")
    with pytest.raises(CuratorError, match="whole number"):
        page.start.arguments()
    page.start.spoken.setText("")
    page.start.name.setText("../away")
    with pytest.raises(CuratorError, match="name"):
        page.start.arguments()
    page.back()
    assert page.front.currentIndex() == 0


def test_going_on_with_more_data_begins_with_the_chosen_run(opened, tmp_path):
    run = a_run(tmp_path / "runs" / "run-1", IMPROVING)
    bundle = a_small_bundle(tmp_path / "bundle")
    page = opened(tmp_path / "runs")
    page.go_on_with_more()
    page.start.bundle.setText(str(bundle))
    assert page.start.arguments()[2:] == [str(tmp_path / "runs" / "run-2"), "--from", str(run)]


def test_a_free_name_is_not_taken(tmp_path):
    (tmp_path / "run-1").mkdir()
    assert free_name(tmp_path, "run") == "run-2"


def test_comparing_takes_the_lowest_row_as_before(opened, tmp_path, monkeypatch):
    for at, name in enumerate(("old", "new")):
        run = a_run(tmp_path / name, IMPROVING)
        os.utime(run / "events.jsonl", (at * 1000, at * 1000))
    page = opened(tmp_path)
    with pytest.raises(CuratorError, match="cannot be compared"):
        page.compare()
    asked = []
    monkeypatch.setattr(trainer_process, "compare", lambda runs, out: asked.append(runs))
    monkeypatch.setattr(page.session.errands, "ask", lambda what, task: None)
    page.list.selectAll()
    page.compare()
    assert [run.name for run in asked[0]] == ["old", "new"]


def test_missing_sounds_are_said(qtbot, opened, tmp_path):
    run = a_run(tmp_path / "one", IMPROVING)
    with (run / "events.jsonl").open("a") as file:
        file.write('{"event": "spoken", "step": 5, "text": "Hi", "out": "gone.wav"}\n')
    page = opened(tmp_path)
    page.play()
    qtbot.waitUntil(lambda: bool(page.session.messages.all), timeout=60_000)
    assert "gone.wav is missing" in said(page.session)


def end_what_is_left(page, run) -> None:
    if page.trainings.process_of(run) is not None:
        page.trainings.stop(run)


@pytest.mark.slow
def test_forty_runs_of_ten_thousand_events_hold_nothing_up(qtbot, opened, tmp_path):
    first = a_run(tmp_path / "runs" / "run-00", {0: 5.0, 500: 4.0, 1000: 3.9})
    data = (first / "events.jsonl").read_bytes()
    for at in range(1, 40):
        folder = Path(f"{first}").with_name(f"run-{at:02d}")
        folder.mkdir()
        (folder / "events.jsonl").write_bytes(data)
    with watched() as watch:
        page = opened(tmp_path / "runs")
        for row in (5, 20, 39):
            page.list.selectRow(row)
            qtbot.waitUntil(lambda: not page._reading.isActive(), timeout=60_000)
            assert len(page.record.training["mel_ce"].steps) == 10_000
    watch.require_none()


@pytest.mark.slow
def test_the_trainer_is_asked_and_a_training_outlives_the_page(qtbot, opened, request, tmp_path):
    from tests.trainer.bundles import a_bundle

    bundle = a_bundle(tmp_path / "bundle", 8, least_s=0.6, most_s=1.0)
    page = opened(tmp_path / "runs")
    page.new_training()
    page.start.bundle.setText(str(bundle))
    page.check_and_plan()
    text = page.start.said
    qtbot.waitUntil(lambda: "clips can be used" in text.toPlainText(), timeout=120_000)
    assert "RTX 4090" in text.toPlainText() or "memory about" in text.toPlainText()
    run = page.start.run
    page.start.epochs.setText("20000")
    words = page.start.arguments()
    for change in ("model.backend=toy", "stop.patience=0"):
        words += ["--set", change]
    request.addfinalizer(lambda: end_what_is_left(page, run))
    page.trainings.begin(words, run)
    qtbot.waitUntil(lambda: (run / "events.jsonl").is_file(), timeout=120_000)
    page.look_again()
    page.list.selectRow(0)
    qtbot.waitUntil(lambda: page.record is not None and page.record.step > 0, timeout=120_000)
    page.close_page()
    another = opened(tmp_path / "runs")
    qtbot.waitUntil(another.view.buttons["pause"].isEnabled, timeout=120_000)
    another.pause()

    def has_paused() -> bool:
        another.look_again()
        return another.record.ended == "paused"

    qtbot.waitUntil(has_paused, timeout=120_000)
