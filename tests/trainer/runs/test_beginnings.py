"""Runs that were killed at their very beginning, half lines, locks and leftovers."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.trainer.toy_runs import history
from trainer.config import to_toml
from trainer.errors import BrokenRun
from trainer.runs import files
from trainer.runs.events import EventLog, of_kind, read_events
from trainer.runs.files import remove_leftovers, write_atomically
from trainer.runs.lock import LOCK, RunInUse, locked
from trainer.runs.process_identity import machine, own_mark, start_of
from trainer.runs.run import open_run

STEPS = ("sched.total_steps=6", "ckpt.every_steps=3", "eval.every_steps=3")


def finished(run) -> bool:
    return [event["step"] for event in of_kind(read_events(run), "finished")] == [6]


@pytest.fixture
def whole(toy, tmp_path):
    assert toy("train", tmp_path / "whole", *STEPS) == 0
    return tmp_path / "whole"


@pytest.mark.parametrize("left", [(), ("lock",), ("config.toml",), ("config.toml", "run.json")])
def test_a_run_killed_before_its_first_event_is_started_again(toy, whole, tmp_path, left):
    run = tmp_path / "run"
    run.mkdir()
    for name in left:
        data = (whole / name).read_bytes() if name != "lock" else b""
        (run / name).write_bytes(data)
    assert toy("train", run, *STEPS) == 0
    assert history(run) == history(whole)
    assert finished(run)


def test_a_run_killed_before_its_first_event_is_resumed(toy, whole, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("config.toml", "run.json"):
        (run / name).write_bytes((whole / name).read_bytes())
    (run / "lock").write_bytes(b"")
    (run / "events.jsonl").write_bytes(b'{"event": "rejected", "clip": "a", "reas')
    assert toy("resume", run) == 0
    assert history(run) == history(whole)


def test_a_persons_own_configuration_is_not_taken_for_the_start_of_a_run(toy, tmp_path, capsys):
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.toml").write_text("[optim]\nlr = 1e-5\n")
    assert toy("train", run, *STEPS) == 1
    assert "already exists" in capsys.readouterr().err
    assert [path.name for path in run.iterdir()] == ["config.toml"]


def test_events_before_the_first_checkpoint_count_once(toy, whole, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("config.toml", "run.json"):
        (run / name).write_bytes((whole / name).read_bytes())
    lines = (whole / "events.jsonl").read_bytes().splitlines(keepends=True)
    killed = [line for line in lines if b'"checkpoint"' not in line and b'"finished"' not in line]
    (run / "events.jsonl").write_bytes(b"".join(killed)[:-7])
    assert toy("resume", run) == 0
    assert history(run) == history(whole)
    assert [event["step"] for event in of_kind(read_events(run), "resumed")] == [0]


def test_an_event_after_half_a_line_is_a_line_of_its_own(toy, whole):
    path = whole / "events.jsonl"
    before = read_events(whole)
    path.write_bytes(path.read_bytes()[:-20])
    EventLog(path).add("exported", step=6, folder="out")
    assert [event["event"] for event in read_events(whole)] == [
        *(event["event"] for event in before[:-1]),
        "exported",
    ]
    path.write_bytes(path.read_bytes().rstrip(b"\n"))  # whole, but for its end
    EventLog(path).add("spoken", step=6, text="Hi.", seconds=1.0)
    assert [event["event"] for event in read_events(whole)[-2:]] == ["exported", "spoken"]
    assert toy("resume", whole) == 0


def test_a_line_that_does_not_fit_on_the_disk_leaves_no_half(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.add("checkpoint", step=1)
    data = path.read_bytes()
    real = os.fdopen

    class FullDisk:
        """A file that takes ten bytes and no more."""

        def __init__(self, *arguments, **options):
            self.file = real(*arguments, **options)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.file.close()

        def __getattr__(self, name):
            return getattr(self.file, name)

        def write(self, line):
            return self.file.write(line[:10])

    monkeypatch.setattr(files.os, "fdopen", FullDisk)
    with pytest.raises(OSError, match="No space left"):
        log.add("checkpoint", step=2)
    assert path.read_bytes() == data


def a_lock(run, **fields) -> None:
    (run / LOCK).write_text(json.dumps({"host": socket.gethostname(), "group": "", **fields}))


def test_locks_of_ended_processes_are_taken_over(whole):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    a_lock(whole, pid=child.pid, start="1")
    with locked(whole):
        pass
    a_lock(whole, pid=os.getppid(), start="1")  # its pid belongs to another process now
    with locked(whole):
        pass
    a_lock(whole, pid=os.getppid())  # by an older version, before the system was started
    os.utime(whole / LOCK, (1, 1))
    with locked(whole):
        pass
    for text in ("", "{", "[]", '{"pid": null}', '{"pid": "x"}'):
        (whole / LOCK).write_text(text)
        with locked(whole):
            assert json.loads((whole / LOCK).read_text())["start"] == start_of(os.getpid())
    assert not (whole / LOCK).exists()


def test_locks_of_running_processes_and_of_other_machines_hold(whole):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    time.sleep(0.1)
    for fields in (
        {"pid": child.pid, "start": start_of(child.pid)},
        {"pid": child.pid},
        {"pid": 1, "host": "another"},
    ):
        a_lock(whole, **fields)
        with pytest.raises(RunInUse), locked(whole):
            pass
    child.communicate()


def test_a_run_in_use_is_not_started_again_over_it(toy, whole, tmp_path, capsys):
    run = tmp_path / "run"
    run.mkdir()
    config = open_run(whole).config
    (run / "config.toml").write_bytes(to_toml(config).encode())
    a_lock(run, pid=os.getppid(), start=start_of(os.getppid()))
    assert toy("train", run, *STEPS) == 1
    assert "is being trained by process" in capsys.readouterr().err
    assert (run / "config.toml").exists()


def test_leftovers_of_ended_processes_are_removed_and_others_kept(tmp_path):
    ended = f"{machine()}-2147483000-17"
    names = {
        f".pack.zip.{ended}-0.tmp": False,
        f".report.html.{own_mark()}-9.tmp": True,
        ".report.html.00000000-17-17-3.tmp": True,  # of another machine
        "mine.tmp": True,
        ".notes.1234.tmp": True,
    }
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("x")
    (tmp_path / f".link.{ended}-1.tmp").symlink_to(tmp_path / "mine.tmp")
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {n for n, kept in names.items() if kept}
    assert (tmp_path / "mine.tmp" / "a").exists()


@pytest.mark.posix(reason="Windows flushes no folders")
def test_files_and_their_folder_are_flushed_around_the_rename(tmp_path, monkeypatch):
    order = []
    real_sync, real_replace = os.fsync, type(tmp_path).replace

    def sync(descriptor):
        order.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real_sync(descriptor)

    monkeypatch.setattr(files.os, "fsync", sync)
    monkeypatch.setattr(
        type(tmp_path), "replace", lambda a, b: (order.append("rename"), real_replace(a, b))[1]
    )
    write_atomically(tmp_path / "a.json", b"{}")
    assert order[1:] == ["rename", str(tmp_path)]
    order.clear()

    def build(folder):
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_text("x")

    files.build_once(tmp_path / "base", build)
    names = [name.rpartition("/")[2] for name in order]
    assert names[:2] == ["file", "inner"]
    assert names[3:] == ["rename", tmp_path.name]


def test_a_record_of_another_shape_is_a_sentence(whole):
    for value in ([], 1, {"bundle": 5}, {"bundle": "b", "manifest_sha256": {}},
                  {"bundle": "b", "manifest_sha256": "c", "identity": []}):  # fmt: skip
        (whole / "run.json").write_text(json.dumps(value))
        with pytest.raises(BrokenRun):
            open_run(whole)
