"""A fault at any write of a checkpoint never loses the last good one."""

import errno
import os
from pathlib import Path

import pytest
import torch

from trainer.errors import BrokenRun
from trainer.optim.optimizer import require_shapes
from trainer.runs import checkpoint, files
from trainer.runs.events import EventLog, read_events
from trainer.runs.run import open_run

STATE = {"events_bytes": 0}


def tensors(value):
    return {"weights": {"a.b": torch.full((4, 3), float(value))}, "optimizer": {}}


def save(folder, step):
    return checkpoint.save(folder, step, tensors(step), STATE)


def test_what_was_saved_is_read_back(tmp_path):
    save(tmp_path, 7)
    found, broken = checkpoint.newest(tmp_path)
    assert (found.step, broken, dict(found.state)) == (7, [], STATE)
    assert torch.equal(found.tensors("weights")["a.b"], torch.full((4, 3), 7.0))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits for groups")
def test_every_file_has_the_permissions_of_a_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        saved = save(tmp_path, 1)
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in saved.folder.iterdir()}
    assert set(modes.values()) == {0o640}, modes


FAULTS = [
    (checkpoint, "sync_file", 1),
    (checkpoint, "sync_file", 2),
    (checkpoint, "sync_file", 4),
    (checkpoint, "sha256_of", 1),
    (checkpoint, "sha256_of", 3),
    (checkpoint, "sync_folder", 1),
    (Path, "write_text", 1),
    (Path, "write_text", 2),
    (Path, "replace", 1),
    (Path, "mkdir", 2),
]


@pytest.mark.parametrize(("where", "name", "nth"), FAULTS)
def test_a_fault_at_any_write_keeps_the_last_good_one(tmp_path, monkeypatch, where, name, nth):
    save(tmp_path, 1)
    right, calls = getattr(where, name), []

    def failing(*arguments, **more):
        calls.append(name)
        if len(calls) == nth:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return right(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, failing)
        with pytest.raises(OSError, match="No space left"):
            save(tmp_path, 2)
    found, broken = checkpoint.newest(tmp_path)
    assert (found.step, broken) == (1, [])
    assert not list(tmp_path.glob("*.tmp"))
    assert save(tmp_path, 2).step == 2


def test_what_a_kill_left_half_written_is_never_picked(tmp_path):
    save(tmp_path, 1)
    half = tmp_path / "step-00000002.4711.tmp"
    half.mkdir()
    (half / "weights.safetensors").write_bytes(b"half")
    assert checkpoint.newest(tmp_path)[0].step == 1
    checkpoint.prune(tmp_path, [1])
    assert not half.exists()


@pytest.mark.parametrize("name", ["weights.safetensors", "state.json", "manifest.json"])
@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_checkpoint_is_passed_over(tmp_path, name, damage):
    save(tmp_path, 1)
    path = save(tmp_path, 2).folder / name
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-2] if damage == "cut" else whole[:-9] + b"#" + whole[-8:])
    found, broken = checkpoint.newest(tmp_path)
    assert (found.step, broken) == (1, [2])


def test_a_full_disk_while_training_is_a_sentence_and_the_run_goes_on_later(
    toy, tmp_path, monkeypatch, capsys
):
    right, calls = files.sync_file, []

    def full(path):
        calls.append(path)
        if len(calls) > 4:  # the first checkpoint is four files
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        right(path)

    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "sync_file", full)
        assert toy("train", run, "sched.total_steps=10") == 1
    assert "No space left on device" in capsys.readouterr().err
    assert checkpoint.newest(run / "checkpoints")[0].step == 5
    assert toy("resume", run) == 0
    assert read_events(run)[-1]["event"] == "finished"


def test_what_happened_after_the_checkpoint_is_set_aside_not_lost(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.add("step", step=1)
    size = log.size()
    log.add("step", step=2)
    log.truncate(size)
    assert [event["step"] for event in read_events(tmp_path)] == [1]
    assert b'"step": 2' in (tmp_path / "discarded.jsonl").read_bytes()


def test_a_half_written_last_line_of_the_log_is_left_out(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.add("step", step=1)
    with log.path.open("a") as file:
        file.write('{"event": "st')
    assert [event["step"] for event in read_events(tmp_path)] == [1]


def test_the_clock_may_jump(toy, tmp_path, monkeypatch):
    import time

    wild = iter(range(10**9, 0, -(10**6)))
    monkeypatch.setattr(time, "time", lambda: float(next(wild)))
    assert toy("train", tmp_path / "run", "sched.total_steps=4", "stop.max_minutes=60") == 0
    assert read_events(tmp_path / "run")[-1]["event"] == "finished"
    assert open_run(tmp_path / "run").config.stop.max_minutes == 60


def test_a_checkpoint_of_other_contents_is_a_sentence(tmp_path):
    saved = checkpoint.save(tmp_path, 5, {"weights": {"a": torch.zeros(2)}}, {"best": 5})
    with pytest.raises(BrokenRun, match="has no 'epoch'"):
        saved.value("epoch")
    with pytest.raises(BrokenRun, match="does not fit this run: a has the shape"):
        require_shapes(saved.tensors("weights"), {"a": torch.zeros(3, 2)})
    for state in ({"best": "5"}, {"epoch": -1}, {"evaluations": [5]}, {"events_bytes": 1e99}):
        checkpoint.save(tmp_path, 6, {}, state)
        assert checkpoint.read(checkpoint.path_of(tmp_path, 6)) is None
    (saved.folder / "ema.safetensors").write_bytes(b"not in the manifest")
    assert checkpoint.read(saved.folder) is None
