"""The program as a person starts it, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from curator.cli.arguments import WindowRequest, window_request
from tests.helpers.factories import a_project

HEAVY = {
    "torch", "faster_whisper", "ctranslate2", "onnxruntime", "resemblyzer", "umap", "numba",
    "sklearn", "librosa", "pandas", "transformers",
}  # fmt: skip
NOT_YET = {"av", "soundfile"}
"""Decoders: a tenth of the start-up time, and no first page needs them."""


def started(*arguments: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "curator", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=200,
        check=False,
    )


def loaded(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.split("\n")}


@pytest.mark.parametrize("with_project", [False, True], ids=["first start", "a project"])
def test_the_window_opens_paints_and_ends_without_anything_heavy(
    with_project: bool, tmp_path: Path
):
    arguments = ["--quit-after-paint"]
    if with_project:
        with a_project(tmp_path) as project:
            arguments.append(str(project.path))
    done = started(*arguments, tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "PySide6" in loaded(done)
    assert not loaded(done) & (HEAVY | NOT_YET)


def test_a_project_that_is_not_there_is_said_on_the_terminal_too(tmp_path: Path):
    done = started(str(tmp_path / "no.curator"), "--quit-after-paint", tmp_path=tmp_path)
    assert "no.curator" in done.stderr


def test_what_is_typed_asks_for_the_window_or_for_a_command(tmp_path: Path):
    show = tmp_path / "show.curator"
    assert window_request([]) == WindowRequest(None, False)
    assert window_request([str(show)]) == WindowRequest(show, False)
    assert window_request(["--quit-after-paint", str(show)]) == WindowRequest(show, True)
    for command in (["clips", str(show)], ["--help"], ["--version"], ["nonsense"], ["new"]):
        assert window_request(command) is None
