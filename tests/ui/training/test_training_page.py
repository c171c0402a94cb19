"""The page as a person meets it: choosing, following, pausing, beginning."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from curator.domain.decision import keep
from curator.domain.errors import CuratorError
from curator.domain.system import start_of
from curator.ui.session import Session
from curator.ui.training import requirements, trainer_process
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
    rows = {
        tuple(page.runs.runs.index(row, column).data() for column in range(3)) for row in range(2)
    }
    assert rows == {
        ("one", "290 of 290", "overfits, finished"),
        ("two", "10 of 10", "improves, not ended"),
    }


def test_the_list_keeps_to_the_rules(qtmodeltester, opened, tmp_path):
    page = opened(tmp_path)
    qtmodeltester.check(page.runs.runs)
    a_run(tmp_path / "one", FLAT)
    page.show_folder(tmp_path)
    assert page.runs.runs.rowCount() == 1


def test_the_run_that_got_the_focus_alone_is_selected_too(opened, tmp_path):
    a_run(tmp_path / "runs" / "one", FLAT)
    page = opened(tmp_path / "runs")
    chosen, first = page.ui.list.selectionModel(), page.runs.runs.index(0, 0)
    for follow in (page.shown, page.runs.update):
        chosen.clear()
        chosen.setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        follow()
        assert [index.row() for index in chosen.selectedRows()] == [0]


def test_an_empty_folder_says_what_to_do(opened, tmp_path):
    (tmp_path / "runs").mkdir()
    page = opened(tmp_path / "runs")
    assert page.ui.empty.text() == "No training yet"
    assert page.ui.front.currentIndex() == 0
    assert page.ui.left.isHidden()
    assert page.ui.requirements.folder.text() == str(tmp_path / "runs")
    assert page.ui.requirements.rows["kept"].button.property("weight") == "first"
    a_run(tmp_path / "runs" / "one", FLAT)
    page.runs.update()
    assert not page.ui.left.isHidden()


def test_the_form_is_shown_at_once_if_nothing_is_missing(opened, session, tmp_path, monkeypatch):
    session.apply(keep(session.project.clips.ids()[:2]))
    bundle = a_small_bundle(tmp_path / "show" / "show-bundle")
    monkeypatch.setattr(requirements, "is_usable", lambda _part: True)
    page = opened(tmp_path / "runs")
    assert page.ui.front.currentWidget() is page.ui.start
    assert page.ui.start.bundle.text() == str(bundle)
    page.commands.back()
    assert page.ui.front.currentWidget() is page.ui.requirements
    assert page.ui.requirements.new.property("weight") == "first"
    session.apply(keep(session.project.clips.ids()[:3]))
    assert page.ui.front.currentWidget() is page.ui.requirements


def test_a_page_without_runs_leads_to_what_is_missing(qtbot, opened, session, tmp_path):
    page = opened(tmp_path / "runs")
    rows = page.ui.requirements.rows
    assert rows["kept"].button.isVisible()
    with qtbot.waitSignal(session.query_asked) as asked:
        rows["kept"].button.click()
    assert asked.args == ["state:undecided"]
    with qtbot.waitSignal(session.page_asked) as asked:
        rows["bundle"].button.click()
    assert asked.args == ["export"]
    session.apply(keep(session.project.clips.ids()[:2]))
    assert rows["kept"].state.text() == "2 clips"
    assert not rows["kept"].button.isVisible()
    a_small_bundle(tmp_path / "show" / "show-bundle")
    page.shown()
    assert rows["bundle"].state.text() == "show-bundle"
    page.ui.requirements.new.click()
    assert page.ui.front.currentWidget() is page.ui.start


def test_requirements_are_hidden_where_there_are_runs(opened, tmp_path):
    a_run(tmp_path / "runs" / "one", FLAT)
    page = opened(tmp_path / "runs")
    assert not page.ui.requirements.list.isVisibleTo(page.ui.requirements)


def test_a_run_that_grows_is_followed(qtbot, opened, tmp_path):
    run = a_run(tmp_path / "runs" / "one", {0: 5.0, 1: 4.0}, ending=None)
    page = opened(tmp_path / "runs")
    assert page.runs.record.step == 10
    assert "Nothing else" not in page.ui.view.where.text()
    with (run / "events.jsonl").open("a") as file:
        file.write('{"event": "step", "step": 11, "mel_ce": 3.9}\n')
        file.write(
            '{"event": "guard", "step": 11, "state": "overfits", "sentence": "It overfits."}\n'
        )
        file.write('{"event": "spoken", "step": 11, "text": "Hello", "out": "a.wav"}\n')
        file.write('{"event": "st')
    page.runs.update()
    qtbot.waitUntil(lambda: page.runs.record.step == 11, timeout=60_000)
    qtbot.waitUntil(lambda: page.ui.view.guard.text() == "It overfits.", timeout=60_000)
    assert page.ui.view.guard.property("role") == "warning"
    assert page.ui.view.samples.item(0).text() == "step 11: Hello"
    assert "step 11 of 10" in page.ui.view.where.text()


def test_curves_are_told_in_words_too(opened, tmp_path):
    a_run(tmp_path / "one", OVERFITTED)
    page = opened(tmp_path)
    assert page.ui.view.curves.accessibleDescription() == "5.069 at step 290, 5.380 at step 0."
    page.commands.next_loss()
    assert "eos_ce" in page.ui.view.curves.accessibleName()
    assert page.ui.view.grab().toImage().width() > 0


def test_all_curves_are_seen_small_beside_the_large_one(qtbot, opened, tmp_path):
    run = a_run(tmp_path / "one", OVERFITTED)
    speech_on_the_way(run, [0, 150, 290], sounds=False)
    page = opened(tmp_path)
    view = page.ui.view
    keys = [view.curve.itemData(at) for at in range(view.curve.count())]
    assert [small.key for small in view.strip.plots] == keys
    assert not view.strip.isHidden()
    small = {small.key: small for small in view.strip.plots}
    assert [key for key, each in small.items() if each.is_current] == ["mel_ce"]
    assert small["mel_ce"].value == pytest.approx(5.069, abs=0.001)
    view.strip.plots[0].step_pointed.emit(0.0)
    assert small["mel_ce"].value == pytest.approx(5.38)
    assert view.curves.pointed == 0.0
    QTest.mouseClick(small["wer"], Qt.MouseButton.LeftButton)
    assert view.curves.accessibleName() == "Word error rate, 7 sentences"
    assert small["wer"].is_current
    before = small["mel_ce"].grab().toImage()
    view.axes.logarithmic.setChecked(True)
    assert small["mel_ce"].grab().toImage() != before
    page.resize(700, 700)
    qtbot.waitUntil(view.strip.isHidden)


def test_what_was_spoken_on_the_way_is_a_curve_of_its_own(opened, tmp_path):
    run = a_run(tmp_path / "one", OVERFITTED)
    speech_on_the_way(run, [0, 150, 290], sounds=False)
    page = opened(tmp_path)
    titles = []
    for _ in range(5):
        page.commands.next_loss()
        titles.append(page.ui.view.curves.accessibleName())
    assert titles[2] == "Word error rate, 7 sentences"
    assert titles[3] == "Overran, share of 7 sentences"
    assert "mel_ce" in titles[4]
    newest = page.ui.view.samples.item(0).text()
    assert newest.startswith("step 290: Sentence 6 of the host. · word errors ")
    assert page.ui.view.samples.item(20).text().startswith("step 0: Sentence 0 of the host.")
    assert page.ui.view.grab().toImage().width() > 0


def test_pausing_asks_the_process_that_the_lock_names(opened, tmp_path, monkeypatch):
    run = a_run(tmp_path / "one", IMPROVING, ending=None)
    page = opened(tmp_path)
    with pytest.raises(CuratorError, match="No process on this machine"):
        page.commands.pause()
    (run / "lock").write_text(json.dumps({"pid": 4711, "host": "elsewhere"}))
    with pytest.raises(CuratorError, match="No process on this machine"):
        page.commands.pause()
    killed = []
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "start": start_of(os.getpid())}
    (run / "lock").write_text(json.dumps(owner))
    real = os.kill
    monkeypatch.setattr(os, "kill", lambda pid, kind: killed.append(kind) or real(pid, 0))
    page.commands.pause()
    assert signal.SIGTERM in killed
    page.commands.stop()
    (question,) = page.findChildren(QMessageBox)
    assert "Pause saves it first" in question.text()
    question.close()
    assert signal.SIGKILL not in killed
    with pytest.raises(CuratorError, match="already training"):
        page.commands.resume()


def test_what_is_filled_in_becomes_a_command(opened, tmp_path):
    bundle = a_small_bundle(tmp_path / "bundle")
    page = opened(tmp_path / "runs")
    page.commands.new_training()
    assert page.ui.front.currentWidget() is page.ui.start
    with pytest.raises(CuratorError, match="not a bundle"):
        page.commands.begin()
    page.ui.start.bundle.setText(str(bundle))
    page.ui.start.epochs.setText("2,5")
    run = tmp_path / "runs" / "run-1"
    assert page.ui.start.arguments() == [
        "train", str(bundle), str(run), "--preset", "tiny-cpu", "--set", "sched.epochs=2.5",
        "--set", "sched.total_steps=0",
    ]  # fmt: skip
    page.ui.start.epochs.setText("no")
    with pytest.raises(CuratorError, match="above 0"):
        page.ui.start.arguments()
    page.ui.start.epochs.setText("")
    page.ui.start.spoken.setText("7")
    assert page.ui.start.arguments()[-2:] == ["--set", "eval.speak_sentences=7"]
    page.ui.start.spoken.setText("a few")
    with pytest.raises(CuratorError, match="whole number"):
        page.ui.start.arguments()
    page.ui.start.spoken.setText("")
    page.ui.start.name.setText("../away")
    with pytest.raises(CuratorError, match="name"):
        page.ui.start.arguments()
    page.commands.back()
    assert page.ui.front.currentIndex() == 0


def test_going_on_with_more_data_begins_with_the_chosen_run(opened, tmp_path):
    run = a_run(tmp_path / "runs" / "run-1", IMPROVING)
    bundle = a_small_bundle(tmp_path / "bundle")
    page = opened(tmp_path / "runs")
    page.commands.go_on_with_more()
    page.ui.start.bundle.setText(str(bundle))
    assert page.ui.start.arguments()[2:] == [str(tmp_path / "runs" / "run-2"), "--from", str(run)]


def test_a_free_name_is_not_taken(tmp_path):
    (tmp_path / "run-1").mkdir()
    assert free_name(tmp_path, "run") == "run-2"


def test_comparing_takes_the_lowest_row_as_before(opened, tmp_path, monkeypatch):
    for at, name in enumerate(("old", "new")):
        run = a_run(tmp_path / name, IMPROVING)
        os.utime(run / "events.jsonl", (at * 1000, at * 1000))
    page = opened(tmp_path)
    with pytest.raises(CuratorError, match="at least two runs"):
        page.commands.compare()
    asked = []
    monkeypatch.setattr(trainer_process, "compare", asked.append)
    monkeypatch.setattr(page.session.errands, "ask", lambda what, task: None)
    page.ui.list.selectAll()
    page.commands.compare()
    assert [run.name for run in asked[0]] == ["old", "new"]


def test_missing_sounds_are_said(qtbot, opened, tmp_path):
    run = a_run(tmp_path / "one", IMPROVING)
    with (run / "events.jsonl").open("a") as file:
        file.write('{"event": "spoken", "step": 5, "text": "Hi", "out": "gone.wav"}\n')
    page = opened(tmp_path)
    page.commands.play()
    qtbot.waitUntil(lambda: bool(page.session.messages.all), timeout=60_000)
    assert "Cannot play gone.wav" in said(page.session)


def end_what_is_left(page, run) -> None:
    if page.commands.trainings.process_of(run) is not None:
        page.commands.trainings.stop(run)


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
            page.ui.list.selectRow(row)
            qtbot.waitUntil(lambda: not page.runs.busy, timeout=60_000)
            assert len(page.runs.record.training["mel_ce"].steps) == 10_000
    watch.require_none()


@pytest.mark.slow
def test_the_trainer_is_asked_and_a_training_outlives_the_page(qtbot, opened, request, tmp_path):
    from tests.trainer.bundles import a_bundle

    bundle = a_bundle(tmp_path / "bundle", 8, least_s=0.6, most_s=1.0)
    page = opened(tmp_path / "runs")
    page.commands.new_training()
    page.ui.start.bundle.setText(str(bundle))
    page.commands.check_and_plan()
    start = page.ui.start
    qtbot.waitUntil(lambda: "8 of 8 clips are usable" in start.summary.text(), timeout=120_000)
    machines = [start.plans.item(row, 0).text() for row in range(start.plans.rowCount())]
    assert machines[0].startswith("This machine")
    assert any("RTX 4090" in machine for machine in machines[1:])
    run = page.ui.start.run
    page.ui.start.epochs.setText("20000")
    words = page.ui.start.arguments()
    for change in ("model.backend=toy", "stop.patience=0"):
        words += ["--set", change]
    request.addfinalizer(lambda: end_what_is_left(page, run))
    page.commands.trainings.begin(words, run)
    qtbot.waitUntil(lambda: (run / "events.jsonl").is_file(), timeout=120_000)
    page.runs.update()
    page.ui.list.selectRow(0)
    qtbot.waitUntil(
        lambda: page.runs.record is not None and page.runs.record.step > 0, timeout=120_000
    )
    page.close_page()
    another = opened(tmp_path / "runs")
    qtbot.waitUntil(another.ui.view.buttons["pause"].isEnabled, timeout=120_000)
    another.commands.pause()

    def has_paused() -> bool:
        another.runs.update()
        return another.runs.record.ended == "paused"

    qtbot.waitUntil(has_paused, timeout=120_000)


@pytest.mark.parametrize(
    ("ending", "level", "text"),
    [
        ("finished", "information", "Training run-1 finished."),
        ("stopped", "information", "Training run-1 stopped early. All steps are done"),
        ("paused", "information", "Paused training run-1. Resume continues it."),
        ("failed", "error", "Training run-1 failed. All steps are done"),
        (None, "error", "out of memory"),
    ],
)
def test_the_end_of_a_training_is_said_on_every_page(
    opened, session, tmp_path, ending, level, text
):
    a_run(tmp_path / "run-1", {0: 4.0, 1: 3.0}, ending=ending)
    page = opened(tmp_path)
    page.commands.trainings.ended.emit(tmp_path / "run-1", "line\nout of memory")
    last = session.messages.all[-1]
    assert (str(last.level), last.text) == (level, text)


def test_a_cancelled_evaluation_is_no_error(opened, session, tmp_path):
    a_run(tmp_path / "run-1", {0: 4.0, 1: 3.0})
    page = opened(tmp_path)
    page.commands.evaluating.job.cancelled.emit(tmp_path / "run-1")
    last = session.messages.all[-1]
    assert str(last.level) == "information"
    assert last.text == "Cancelled the evaluation of run-1. Evaluate again to continue."
