"""Events as they grow: in portions, with half lines, cut back, damaged, from elsewhere."""

import json
import math
import os
import socket
from pathlib import Path

import pytest

from curator.domain.system import start_of
from curator.ui.training.run_list import RunSummary, runs_below, summary_of
from curator.ui.training.run_record import PORTION, RunRecord
from curator.ui.training.trainings import Trainings, newest_bundle
from tests.helpers.training_runs import IMPROVING, OVERFITTED, a_run, speech_on_the_way


def whole(run) -> RunRecord:
    record = RunRecord(run)
    while record.read():
        pass
    return record


def test_a_record_has_what_the_events_say(tmp_path):
    record = whole(a_run(tmp_path / "run", OVERFITTED))
    assert list(record.evaluation["mel_ce"].values) == list(OVERFITTED.values())
    assert list(record.evaluation["mel_ce"].steps) == [epoch * 10 for epoch in OVERFITTED]
    assert len(record.training["mel_ce"].steps) == 290
    assert record.started.total_steps == 290
    assert record.ended == "finished"


def test_half_a_line_waits_for_its_other_half(tmp_path):
    run = a_run(tmp_path / "run", IMPROVING)
    path = run / "events.jsonl"
    data = path.read_bytes()
    at = data.rindex(b'{"event"') + 20
    path.write_bytes(data[:at])
    record = whole(run)
    assert record.ended == ""
    with path.open("ab") as file:
        file.write(data[at:])
    assert not record.read()
    assert record.ended == "finished"
    assert record.damaged == 0


def test_a_log_that_a_resumed_run_cut_back_is_read_anew(tmp_path):
    run = a_run(tmp_path / "run", IMPROVING)
    path = run / "events.jsonl"
    record = whole(run)
    lines = path.read_bytes().splitlines(keepends=True)
    resumed = b'{"event": "resumed", "time": "x", "step": 100, "damaged_checkpoints": []}\n'
    path.write_bytes(b"".join(lines[:100]) + resumed * 200)  # longer than before, yet another one
    while record.read():
        pass
    assert record.ended == ""
    assert len(record.training["mel_ce"].steps) < 100


def test_damaged_and_unknown_lines_are_passed_over(tmp_path):
    run = a_run(tmp_path / "run", IMPROVING)
    with (run / "events.jsonl").open("ab") as file:
        file.write(b'{"event": "step", "st\n\xff\xfe\n{"event": "dreamt", "of": [1]}\n')
        file.write(b'{"event": "step", "step": "many"}\n')
    record = whole(run)
    assert record.damaged == 3
    assert record.ended == "finished"


def test_a_loss_that_is_no_number_leaves_a_gap(tmp_path):
    run = a_run(tmp_path / "run", {0: 5.0, 1: math.nan, 2: 4.0})
    values = list(whole(run).evaluation["mel_ce"].values)
    assert values[0] == 5.0
    assert math.isnan(values[1])
    assert values[2] == 4.0


def test_a_portion_is_all_that_is_read_at_once(tmp_path):
    run = a_run(tmp_path / "run", {0: 5.0, 200: 4.0})
    assert (run / "events.jsonl").stat().st_size > PORTION
    record = RunRecord(run)
    assert record.read()
    assert 0 < len(record.training["mel_ce"].steps) < 2000
    while record.read():
        pass
    assert len(record.training["mel_ce"].steps) == 2000


def test_a_summary_needs_only_both_ends(tmp_path):
    run = a_run(tmp_path / "run", {0: 5.0, 200: 4.0}, ending=None)
    assert summary_of(run) == RunSummary(run, 2000, 2000, "", "improves")
    with (run / "events.jsonl").open("a") as file:
        for step in range(2001, 4000):  # the guard's word is far from the end now
            file.write(json.dumps({"event": "step", "step": step, "padding": "x" * 100}) + "\n")
        file.write('{"event": "paus')
    assert summary_of(run) == RunSummary(run, 3999, 2000, "", "improves")


def test_runs_are_found_by_their_folder(tmp_path):
    assert runs_below(tmp_path / "nowhere") == []
    run = a_run(tmp_path / "runs" / "one", IMPROVING)
    assert runs_below(tmp_path / "runs") == [run]
    assert runs_below(run) == [run]


@pytest.mark.parametrize("record", ["decoder.json", "codebook.json"])
def test_a_fine_tuned_decoder_or_codebook_is_no_run(tmp_path, record):
    run = a_run(tmp_path / "one", IMPROVING)
    voice = a_run(tmp_path / "voice", IMPROVING)
    (voice / record).touch()
    a_run(tmp_path / "other.making", IMPROVING)
    assert runs_below(tmp_path) == [run]
    assert runs_below(voice) == []


def test_a_folder_that_may_not_be_read_hides_no_run_and_no_bundle(tmp_path, monkeypatch):
    run = a_run(tmp_path / "one", IMPROVING)
    for name in ("closed", "bundle"):
        (tmp_path / name).mkdir()
    (tmp_path / "bundle" / "bundle.json").touch()
    is_file = Path.is_file

    def refusing(path: Path) -> bool:
        if path.parent.name == "closed":
            raise PermissionError(path)
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refusing)
    assert runs_below(tmp_path) == [run]
    assert newest_bundle(tmp_path) == tmp_path / "bundle"
    assert newest_bundle(tmp_path / "nowhere") is None


def test_measures_of_what_was_spoken_are_points_with_their_intervals(tmp_path):
    run = a_run(tmp_path / "run", OVERFITTED)
    speech_on_the_way(run, [0, 150], sounds=False)
    record = whole(run)
    assert record.damaged == 0
    assert set(record.measures) == {"wer", "run_on"}
    wer = record.measures["wer"]
    assert list(wer.steps) == [0, 150]
    assert wer.samples == 7
    assert all(
        low < value < high for low, value, high in zip(wer.low, wer.values, wer.high, strict=True)
    )
    assert record.spoken[0].text == "Sentence 0 of the host."
    assert record.spoken[0].out == str(run / "speech" / "00000000-s0.wav")
    assert record.verdict[0] == "overfits"


def test_means_of_few_sentences_have_no_interval_and_odd_ones_are_damaged(tmp_path):
    run = a_run(tmp_path / "run", IMPROVING)
    speech_on_the_way(run, [0], sentences=2, sounds=False)
    with (run / "events.jsonl").open("a") as file:
        file.write('{"event": "speech_means", "step": 5, "measures": {"wer": [1]}}\n')
        file.write('{"event": "speech_means", "step": 6, "measures": {}, "fault": "no"}\n')
    record = whole(run)
    assert math.isnan(record.measures["wer"].low[0])
    assert list(record.measures["wer"].steps) == [0]
    assert record.damaged == 1


def test_a_lock_of_another_process_names_nobody_to_stop(tmp_path):
    def owner(**fields) -> int | None:
        about = {"pid": os.getpid(), "host": socket.gethostname(), **fields}
        (tmp_path / "lock").write_text(json.dumps(about))
        return Trainings().process_of(tmp_path)

    assert owner(start=start_of(os.getpid())) == os.getpid()
    assert owner(start="12345") is None
    assert owner(start="") is None
    assert owner() is None
    for pid in (-1, 0, 1, True, 10**400):
        assert owner(pid=pid, start="12345") is None
