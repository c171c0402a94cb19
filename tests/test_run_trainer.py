"""`trainer` is ours from wherever it is started, though coqui-tts brings a package of that name."""

import subprocess
import sys
from pathlib import Path

import pytest

from curator.run_trainer import trainer_command, trainer_environment, trainer_home

ROOT = Path(__file__).resolve().parents[1]


def said_by(command, folder, **options) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_our_package_is_found_in_the_checkout():
    assert trainer_home() == ROOT


def test_our_package_is_first_and_what_was_there_stays(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    assert trainer_environment()["PYTHONPATH"].startswith(str(ROOT))
    assert trainer_environment()["PYTHONPATH"].endswith("elsewhere")


def test_started_as_a_process_from_another_folder_it_is_ours(tmp_path):
    said = said_by(trainer_command("--help"), tmp_path, env=trainer_environment())
    assert "prepare" in said


def test_the_command_trainer_is_ours_in_another_folder(tmp_path):
    command = Path(sys.executable).with_name("trainer")
    if not command.exists():
        pytest.skip("the project is not installed into this environment")
    assert "prepare" in said_by([command, "--help"], tmp_path)


def test_its_processes_find_it_too(tmp_path):
    code = "import trainer.bundle.manifest as m, sys; print(m.__file__)"
    said = said_by([sys.executable, "-c", code], tmp_path, env=trainer_environment())
    assert Path(said.strip()).parent == ROOT / "trainer" / "bundle"
