"""The view of a run: phases, speed, categories, overlays, comparison, the form and its errors."""

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from curator.domain.errors import CuratorError
from curator.ui.session import Session
from curator.ui.training.evaluated import read_evaluated
from curator.ui.training.run_record import RunRecord
from curator.ui.training.trainer_process import BundleCheck, Estimate, Usable
from curator.ui.widgets.row_selection import select_row
from tests.helpers.factories import a_project
from tests.helpers.training_runs import (
    FLAT,
    IMPROVING,
    KINDS,
    OVERFITTED,
    a_run,
    a_small_bundle,
    an_evaluation,
    speech_on_the_way,
)


@pytest.fixture
def session(session_of, tmp_path: Path) -> Session:
    (tmp_path / "show").mkdir()
    return session_of(a_project(tmp_path / "show"))


def test_a_run_is_listed_with_its_phase_before_it_has_events(qtbot, opened, tmp_path):
    (tmp_path / "runs").mkdir()
    page = opened(tmp_path / "runs")
    run = tmp_path / "runs" / "new"
    page.runs.started.add(run)
    row = page.runs.runs.index

    def state() -> str:
        page.runs.update()
        qtbot.waitUntil(lambda: not page.runs.busy, timeout=60_000)
        return str(row(0, 2).data())

    assert state() == "starting"
    run.mkdir()
    (run / "run.json").write_text("{}")
    (run / "phase.json").write_text(json.dumps({"phase": "preparing", "done": 12, "of": 80}))
    assert state() == "preparing, 12 of 80"
    page.ui.list.selectRow(0)
    qtbot.waitUntil(lambda: "12 of 80" in page.ui.view.where.text(), timeout=60_000)
    (run / "phase.json").write_text(json.dumps({"phase": "first_evaluation"}))
    assert state() == "evaluating step 0"
    a_run(tmp_path / "elsewhere", {0: 5.0, 1: 4.0}, ending=None)
    (run / "phase.json").unlink()
    (run / "events.jsonl").write_bytes((tmp_path / "elsewhere" / "events.jsonl").read_bytes())
    assert state() == "improves, not ended"


def test_speed_and_remaining_time_come_from_the_last_steps(tmp_path):
    record = RunRecord(a_run(tmp_path / "run", {0: 5.0, 1: 4.0}, ending=None))
    while record.read():
        pass
    assert record.step_s == 0.5
    assert record.left_s == 0.0
    record.started.total_steps = 130
    assert record.left_s == 60.0


def test_curves_by_category_and_of_several_runs(opened, tmp_path):
    for at, (name, values) in enumerate((("one", OVERFITTED), ("two", FLAT))):
        a_run(tmp_path / name, values)
        os.utime(tmp_path / name / "events.jsonl", (1e9 + at, 1e9 + at))  # the newest is first
    page = opened(tmp_path)
    view = page.ui.view
    keys = [view.curve.itemData(at) for at in range(view.curve.count())]
    assert keys == [
        "mel_ce",
        "eos_ce",
        "text_ce",
        *(f"{k}/category" for k in ("mel_ce", "eos_ce", "text_ce")),
        "lr",
        "grad_norm",
    ]
    assert [line.name for line in view.curves._plot.lines] == ["training", "validation"]
    assert view.curves._plot.unit == "nats"
    view.curve.setCurrentIndex(3)
    view.curve.activated.emit(3)
    lines = view.curves._plot.lines
    assert [line.name for line in lines] == ["Greeting", "Question", "Tension"]
    first = min(KINDS)
    assert lines[0].series.values[0] == pytest.approx(FLAT[0] + 0.1 * KINDS.index(first))
    view.curve.setCurrentIndex(0)
    view.curve.activated.emit(0)
    page.ui.list.selectAll()
    page.runs.update()
    names = [line.name for line in view.curves._plot.lines]
    assert len(names) == 4
    assert {name.partition(": ")[0] for name in names} == {"one", "two"}
    QTest.keyPress(page.ui.list, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
    select_row(page.ui.list, 0)  # whatever keys are held
    QTest.keyRelease(page.ui.list, Qt.Key.Key_Control)
    assert len(view.curves._plot.lines) == 2


def test_test_sentences_during_training_can_be_played_in_the_listening_view(opened, tmp_path):
    run = a_run(tmp_path / "one", OVERFITTED)
    speech_on_the_way(run, [0, 150], sounds=False)
    an_evaluation(run, [0, 150], sentences=1, sounds=False)
    assert read_evaluated(run).steps_during == [0, 150]
    page = opened(tmp_path)
    page.commands.listen()
    combo = page.ui.listening.checkpoint
    texts = [combo.itemText(at) for at in range(combo.count())]
    assert texts == ["base model", "step 150", "step 150, during training",
                     "base model, during training"]  # fmt: skip
    combo.setCurrentIndex(2)
    assert page.ui.listening.table.rowCount() == 7
    assert page.ui.listening.sample.wav == "speech/00000150-s0.wav"
    with pytest.raises(CuratorError, match="two evaluated checkpoints"):
        page.commands.toggle_blind()


def test_fields_show_their_errors_as_they_are_typed(opened, tmp_path):
    page = opened(tmp_path)
    page.commands.new_training()
    start = page.ui.start
    for field, text, error in (
        (start.bundle, str(tmp_path), "not a bundle"),
        (start.base, str(tmp_path / "gone"), "no such folder"),
        (start.epochs, "-3", "above 0"),
        (start.spoken, "few", "whole number"),
        (start.price, "nan", "above 0"),
        (start.name, "a/b", "valid folder name"),
    ):
        before = field.text()
        field.setText(text)
        assert error in start.errors[field].text()
        assert not start.errors[field].isHidden()
        field.setText(before)
        assert start.errors[field].isHidden()
    start.bundle.setText(str(a_small_bundle(tmp_path / "bundle")))
    start.price.setText("0,5")
    assert start.hourly_price == "0.5"
    assert start.arguments()[0] == "train"


def test_the_plan_shows_this_machine_beside_rented_ones(opened, tmp_path):
    page = opened(tmp_path)
    page.commands.new_training()
    plan = Estimate("RTX 4090, 24 GB", 900, 30.0, 11.26, True, 0.5, 2.0, "24gb", 0.25)
    small = Estimate("RTX 4060, 8 GB", 900, 30.0, 9.1, False, 2.0, 2.0, "8gb", 1.0)
    usable = Usable(80, 78, 600.0, {"too_long": 2})
    page.ui.start.show_check(BundleCheck(24.0, "24gb", "...", usable, plan, (plan, small)))
    table = page.ui.start.plans
    rows = [[table.item(at, column).text() for column in range(7)] for at in range(3)]
    assert rows == [
        ["This machine: RTX 4090, 24 GB", "30 min", "–", "11.3 GB", "2.0 GB", "900", "24gb"],
        ["RTX 4090, 24 GB", "30 min", "0.25", "11.3 GB", "2.0 GB", "900", "24gb"],
        ["RTX 4060, 8 GB", "2 h", "1.00", "9.1 GB, does not fit", "2.0 GB", "900", "8gb"],
    ]
    assert (
        "78 of 80 clips are usable, 10.0 min. Rejected: Too long 2." in page.ui.start.summary.text()
    )
    page.ui.start.show_check(BundleCheck(None, "tiny-cpu", "...", usable))
    assert table.item(0, 0).text() == "This machine: no GPU"
    assert "This machine has no GPU" in page.ui.start.summary.text()


def test_runs_are_compared_inside_the_window(qtbot, opened, tmp_path):
    bundle = a_small_bundle(tmp_path / "bundle")
    for name, values in (("one", OVERFITTED), ("two", IMPROVING)):
        a_run(tmp_path / "runs" / name, values, bundle=bundle)
    page = opened(tmp_path / "runs")
    page.ui.list.selectAll()
    page.commands.compare()
    view = page.ui.comparison
    qtbot.waitUntil(lambda: page.ui.front.currentWidget() is view, timeout=120_000)
    assert "compared with" in view.heading.text()
    cells = [view.outcome.item(0, column).text() for column in range(6)]
    assert cells[0] == "Audio loss (mel_ce, nats)"
    assert cells[5] in ("better", "worse", "no significant difference")
    assert view.runs.rowCount() == 2
    page.commands.back()
    assert page.ui.front.currentWidget() is page.ui.view


@pytest.mark.slow
@pytest.mark.model
def test_evaluate_and_speak_in_the_window(qtbot, opened, tmp_path):
    from tests.trainer.bundles import a_bundle
    from tests.trainer.toy_runs import TOY
    from trainer.cli.parser import main

    bundle = a_bundle(tmp_path / "bundle", 10, least_s=0.6, most_s=1.0)
    run = tmp_path / "runs" / "toy"
    words = [f"--set={change}" for change in (*TOY, "sched.total_steps=5")]
    assert main(["train", str(bundle), str(run), "--preset", "tiny-cpu", *words]) == 0
    page = opened(tmp_path / "runs")
    ui = page.ui
    page.commands.evaluate()
    assert ui.front.currentWidget() is ui.listening
    assert "measuring the real clips" in ui.listening.doing.text()
    qtbot.waitUntil(lambda: ui.listening.table.rowCount() > 0, timeout=240_000)
    qtbot.waitUntil(lambda: "samples" in ui.listening.doing.text(), timeout=240_000)
    page.commands.cancel_evaluation()
    assert ui.listening.doing.isHidden()
    count = len(read_evaluated(run).samples)
    page.commands.evaluate()
    qtbot.waitUntil(lambda: len(read_evaluated(run).samples) > count, timeout=240_000)
    page.commands.cancel_evaluation()

    page.commands.back()
    page.commands.speak()
    assert ui.front.currentWidget() is ui.speaking
    with pytest.raises(CuratorError, match="Enter a text"):
        page.commands.speak_text()
    ui.speaking.text.setPlainText("Good evening.")
    ui.speaking.second.setCurrentIndex(ui.speaking.second.findData(0))
    page.commands.speak_text()
    table = ui.speaking.table
    qtbot.waitUntil(
        lambda: (
            table.rowCount() == 2 and "…" not in (table.item(0, 3).text(), table.item(1, 3).text())
        ),
        timeout=240_000,
    )
    voices = {table.item(row, 0).text() for row in range(2)}
    assert voices == {"A: step 5", "B: base model"}
    assert table.item(0, 2).text().endswith(" s")
    page.commands.hear_second()
    page.commands.back()
