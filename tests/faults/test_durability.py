"""What is renamed is on the disk before, and its folder after: seen by strace."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from curator.domain.decision import keep
from tests.conftest import ROOT
from tests.helpers.sets import a_set
from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
    pytest.mark.timeout(600),
]

CALLS = "openat,rename,renameat,renameat2,fsync,fdatasync,syncfs"
SYNCED = re.compile(r"\b(fsync|fdatasync|syncfs)\(\d+<([^>]*)>")
RENAMED = re.compile(r'\brename\w*\((?:[^"]*, )?"([^"]*)", (?:[^"]*, )?"([^"]*)"')
CREATED = re.compile(r'\bopenat\([^"]*"([^"]*)", [A-Z_|]*O_CREAT')
EXEMPT = ("/home/", "/settings/")  # settings and caches of other programs


@dataclass(frozen=True)
class Call:
    """A "rename" from one path to another, a "sync" of a path ("*" is all), a file's "creation"."""

    name: str
    path: str
    to: str = ""


def traced(log: Path, program: str, *words: object) -> list[Call]:
    """Run a command under strace; its renames and syncs in order."""
    done = subprocess.run(
        ["strace", "-f", "-y", "-s", "4096", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o",
         str(log), sys.executable, "-m", program, *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ptrace" in done.stderr and "not permitted" in done.stderr:
        pytest.skip("this user may not trace processes")
    assert done.returncode == 0, done.stderr
    return list(calls_in(log.read_text(errors="replace")))


def calls_in(text: str) -> Iterator[Call]:
    for line in text.splitlines():
        if "= -1" in line:
            continue
        if match := SYNCED.search(line):
            yield Call("sync", "*" if match[1] == "syncfs" else match[2])
        elif match := RENAMED.search(line):
            yield Call("rename", match[1], match[2])
            yield Call("creation", match[2])
        elif match := CREATED.search(line):
            yield Call("creation", match[1])


def not_durable(calls: list[Call], root: Path) -> list[str]:
    """Renames below ``root`` without a sync of all content before, or of the folder after."""
    faults = []
    for at, call in enumerate(calls):
        is_inner = any(call.to.startswith(f"{each.path}/") for each in renames(calls[at + 1 :]))
        is_exempt = is_inner or any(part in call.to for part in EXEMPT)
        if call.name != "rename" or not call.to.startswith(str(root)) or is_exempt:
            continue
        before = {each.path for each in calls[:at] if each.name == "sync"}
        after = {each.path for each in calls[at:] if each.name == "sync"}
        inside = {
            each.path
            for each in calls[:at]
            if each.name == "creation" and each.path.startswith(f"{call.path}/")
            if Path(each.path.replace(call.path, call.to, 1)).exists()
        }
        missing = {call.path, *inside} - before
        if missing and "*" not in before:
            faults.append(f"{call.to}: not on the disk before: {sorted(missing)[:3]}")
        if not {"*", str(Path(call.to).parent)} & after:
            faults.append(f"{call.to}: its folder is not on the disk")
    return faults


def renames(calls: list[Call]) -> list[Call]:
    return [call for call in calls if call.name == "rename"]


def test_curator_syncs_around_every_rename(tmp_path):
    with a_set(tmp_path, "show", [(1, "wav")]) as project:
        project.decisions.apply(keep(project.clips.ids()))
    show, new = project.path, tmp_path / "new.curator"
    sound = next(tmp_path.rglob("*.wav"))
    count = 0
    for words in (
        ("new", new, "--language", "en"),
        ("import", new, sound),
        ("snapshot", show, "monday"),
        ("export", show, tmp_path / "bundle"),
        ("export", show, tmp_path / "lists", "--format", "ljspeech"),
    ):
        calls = traced(tmp_path / "strace.log", "curator", *words)
        count += len(renames(calls))
        assert not not_durable(calls, tmp_path), words
    assert count >= 6


def test_trainer_syncs_around_every_rename(tmp_path):
    bundle, run = a_bundle(tmp_path / "bundle", 8, least_s=0.7, most_s=1.2), tmp_path / "run"
    changes = (*TOY, "sched.total_steps=2", "run.threads=1", f"data.cache={tmp_path}/cache")
    settings = [part for change in changes for part in ("--set", change)]
    count = 0
    for words in (
        ("train", bundle, run, "--preset", "tiny-cpu", *settings),
        ("export", run, tmp_path / "voice"),
        ("report", run, "--out", tmp_path / "report.html"),
        ("pack", bundle, tmp_path / "pack.zip", "--preset", "tiny-cpu", *settings[:2]),
    ):
        calls = traced(tmp_path / "strace.log", "trainer", *words)
        count += len(renames(calls))
        faults = [fault for fault in not_durable(calls, tmp_path) if "/cache/" not in fault]
        assert not faults, words
    assert count >= 5
