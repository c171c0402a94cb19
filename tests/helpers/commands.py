"""The command line as people use it: real processes, killed and interrupted for real."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_S = 900


def curator(*words: object, **kwargs) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*words), capture_output=True, text=True, timeout=PATIENCE_S, check=False, **kwargs
    )


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "curator", *map(str, words)]


def done(*words: object) -> str:
    """Run a command that must succeed; returns its stdout."""
    result = curator(*words)
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


def clips_of(project: Path, query: str = "") -> list[dict[str, object]]:
    return [
        json.loads(line) for line in done("clips", project, "--json", "--query", query).splitlines()
    ]


def killed(after_s: float, *words: object) -> bool:
    """Start a command and kill -9 it; whether it was still running then."""
    process = subprocess.Popen(
        command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def interrupted(event: str, step: str, *words: object) -> tuple[int, str]:
    """Start a command with --json and press Ctrl-C at the first ``event`` of ``step``.

    Returns the exit code and stderr.
    """
    process = subprocess.Popen(
        command(*words, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        said = json.loads(line)
        if said.get("event") == event and said.get("step") == step:
            process.send_signal(signal.SIGINT)
            break
    _, errors = process.communicate(timeout=PATIENCE_S)
    return process.returncode, errors


def orphaned_workers() -> list[int]:
    """The worker processes whose parent is gone, from /proc."""
    orphans = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                status = (entry / "status").read_text()
            except OSError:
                continue  # it ended while we looked
            if b"curator.jobs.worker" in words and "\nPPid:\t1\n" in status:
                orphans.append(int(entry.name))
    return orphans


def assert_no_worker_outlives_its_parent() -> None:
    """A worker that has just started finds its parent gone once its imports are done."""
    deadline = time.monotonic() + 60
    while orphaned_workers() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert orphaned_workers() == []
