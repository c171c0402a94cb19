"""Runs of coqui's trainer: what is in their logs, and what is made of them."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.stock_logs import STEPS, write_stock_run
from tests.helpers.training_runs import (
    EXPLODING,
    FLAT,
    IMPROVING,
    NOT_A_NUMBER,
    OVERFITTED,
)
from trainer.cli.parser import main
from trainer.errors import BrokenRun
from trainer.stock_runs.report import advice, contents
from trainer.stock_runs.run import find_stock_run, read_stock_run

EPOCHS = 30
REAL = Path(__file__).with_name("real")  # see README.md there
REAL_MEL = [7.131, 6.681, 6.284, 6.090]
REAL_TEXT = [5.931, 5.350, 4.720, 4.120]


def eighty_clips():
    """The analysis of 80 clips and 30 epochs: best at epoch 15, then worse, 'no overfitting'."""
    falling = np.interp(np.arange(16), [0, 15], [5.380, 4.280])
    rising = np.interp(np.arange(16, 30), [15, 29], [4.280, 5.069])
    return [(float(mel), 3.1) for mel in (*falling, *rising)]


@pytest.mark.parametrize("older", [False, True])
def test_the_analysis_of_80_clips_comes_out_right(tmp_path, older):
    files = ["best_model.pth", f"best_model_{16 * STEPS}.pth", f"checkpoint_{30 * STEPS}.pth"]
    folder = write_stock_run(tmp_path, eighty_clips(), checkpoints=files, older=older)
    run = read_stock_run(folder)
    assert run.verdict.state == "overfits"
    assert run.verdict.sentence.startswith("Overfitting: best at epoch 15, 18% worse at the end")
    assert advice(run) == (
        "Best at epoch 15 (mel_ce 4.280), worse since. Use epoch 15: best_model_320.pth."
    )


def test_without_its_checkpoint_the_best_one_that_is_there_is_named(tmp_path):
    files = [f"checkpoint_{epoch * STEPS}.pth" for epoch in (10, 20, 30)]
    run = read_stock_run(write_stock_run(tmp_path, eighty_clips(), checkpoints=files))
    assert "Its checkpoint is not in the folder" in advice(run)
    assert f"of epoch 19: checkpoint_{20 * STEPS}.pth" in advice(run)
    none = read_stock_run(write_stock_run(tmp_path / "none", eighty_clips()))
    assert advice(none).endswith("Use epoch 15 if its checkpoint still exists; none is in the"
                                 " folder.")  # fmt: skip


PLANTED = [
    (OVERFITTED, "overfits", "Overfitting: best at epoch"),
    (IMPROVING, "improves", "Improving"),
    (FLAT, "flat", "No measurable improvement"),
    (EXPLODING, "falls_apart", "Diverged: worse than the base model"),
    (NOT_A_NUMBER, "falls_apart", "Diverged: mel_ce is not finite"),
    ({0: 5.00, 10: 4.60, 20: 4.40, 30: 4.398, 40: 4.397, 50: 4.396}, "flat", "Improved, then"),
    ({0: 5.0}, "not_measured", "No verdict"),
]


@pytest.mark.parametrize(("curve", "state", "words"), PLANTED)
@pytest.mark.parametrize("events", [False, True], ids=["log", "tensorboard"])
def test_planted_curves_get_the_guards_verdict(tmp_path, curve, state, words, events):
    series = [(value, 3.0) for value in curve.values()]
    run = read_stock_run(
        write_stock_run(tmp_path, series[1:], base=series[0], log=not events, events=events)
    )
    assert [item.base for item in run.evaluations] == [True, *[False] * (len(series) - 1)]
    assert run.verdict.state == state
    assert run.verdict.sentence.startswith(words)
    if state == "falls_apart" and curve is EXPLODING:
        assert advice(run).startswith("Use no epoch of this run: the base was best")
    contents(run)


def test_the_text_loss_is_in_raw_nats(tmp_path):
    run = read_stock_run(write_stock_run(tmp_path, [(5.0, 3.25), (4.5, 2.75)]))
    assert [item.text_ce for item in run.evaluations] == pytest.approx([3.25, 2.75])
    assert [item.step for item in run.evaluations] == [STEPS, 2 * STEPS]
    assert [item.epoch for item in run.evaluations] == [0, 1]
    assert run.training[0] == (0, pytest.approx(4.7))
    assert run.epochs == 2


def test_a_checkpoint_between_two_evaluations_belongs_to_the_nearer_one(tmp_path):
    files = [f"checkpoint_{16 * STEPS - 5}.pth", f"checkpoint_{20 * STEPS}.pth"]
    run = read_stock_run(write_stock_run(tmp_path, eighty_clips(), checkpoints=files))
    # checkpoint_N.pth is written within an update, after N others.
    assert list(run.checkpoints) == [16 * STEPS - 4, 20 * STEPS + 1]
    assert [item.epoch for item, _ in run.kept()] == [15, 19]
    assert advice(run).endswith("Use epoch 15: checkpoint_315.pth, 4 updates before it.")


def test_the_report_says_what_cannot_be_known(tmp_path, capsys):
    folder = write_stock_run(tmp_path / "run" / "training" / "GPT_XTTS_FT", eighty_clips())
    assert find_stock_run(tmp_path) == folder
    assert main(["report", str(tmp_path)]) == 0
    assert "Best at epoch 15 (mel_ce 4.280), worse since." in capsys.readouterr().out
    text = (folder / "report.md").read_text()
    for words in (
        "the base was not evaluated before the first epoch",
        "leaves out the first batch of every evaluation",
        "the loss of single clips is not logged",
        "| 15 | 320 | 4.280 | 3.100 |",
    ):
        assert words in text
    assert "<svg" in (folder / "report.html").read_text()


def test_the_report_is_read_by_other_programs(tmp_path, capsys):
    folder = write_stock_run(tmp_path, eighty_clips(), checkpoints=["best_model_320.pth"])
    assert main(["report", str(folder), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["kind"] == "stock"
    assert record["best_epoch"] == 15
    assert record["ship"].endswith("best_model_320.pth")
    assert len(record["evaluations"]) == EPOCHS
    assert len(record["training"]) == 2 * EPOCHS


def test_values_that_are_no_numbers_stay_out_of_the_best(tmp_path):
    run = read_stock_run(write_stock_run(tmp_path, [(5.0, 3.0), (math.nan, math.nan)]))
    assert run.best is not None
    assert run.best.epoch == 0


@pytest.mark.parametrize("text", ["", "\x00\x01 > EPOCH: 0/9\n", " | > avg_loss: none\n"])
def test_a_log_without_losses_is_refused_by_a_sentence(tmp_path, text):
    (tmp_path / "trainer_0_log.txt").write_text(text)
    with pytest.raises(BrokenRun, match="without losses"):
        read_stock_run(tmp_path)


@pytest.mark.parametrize("without", ["", "trainer_0_log.txt", "events.out*"])
def test_a_real_run_is_read_from_its_log_its_events_or_both(tmp_path, without):
    shutil.copytree(REAL, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.glob(without) if without else ():
        path.unlink()
    for name in ("best_model.pth", "best_model_21.pth", "checkpoint_21.pth"):
        (tmp_path / name).write_bytes(b"")
    run = read_stock_run(tmp_path)
    assert [item.epoch for item in run.evaluations] == [0, 1, 2, 3]
    assert [item.step for item in run.evaluations] == [0, 7, 14, 21]
    assert [item.base for item in run.evaluations] == [True, False, False, False]
    assert [item.mel_ce for item in run.evaluations] == pytest.approx(REAL_MEL, abs=1e-3)
    assert [item.text_ce for item in run.evaluations] == pytest.approx(REAL_TEXT, abs=1e-3)
    assert [step for step, _ in run.training] == [0, 4, 8, 12, 16, 20]
    assert run.config["lr"] == 0.002
    assert advice(run).endswith("Use epoch 3: best_model_21.pth.")
    assert run.verdict.state == "improves"


def test_a_damaged_event_file_is_read_as_far_as_possible(tmp_path):
    write_stock_run(tmp_path, [(5.0, 3.0), (4.8, 3.0), (4.6, 3.0)], log=False, events=True)
    (path,) = tmp_path.glob("events.out*")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 150])
    assert 1 <= len(read_stock_run(tmp_path).evaluations) < 3
