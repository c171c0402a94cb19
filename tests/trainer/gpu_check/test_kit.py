"""Folder for the GPU check on a machine without network; nothing is downloaded here."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.cli.parser import main
from trainer.errors import TrainerError
from trainer.gpu_check import kit
from trainer.gpu_check.plain_machine import UNUSED, UnusedPackages


def fake_pip(size):
    """A run() that writes one file of a size where pip would download."""

    def run(command, *, check):
        assert check
        folder = command[command.index("--dest") + 1]
        with (Path(folder) / "fake-1.0-py3-none-any.whl").open("wb") as file:
            file.truncate(size)

    return run


def test_a_kit_has_the_trainer_its_resources_and_a_script(tmp_path):
    shown = []
    assert kit.write_kit(tmp_path / "kit", shown.append, fake_pip(2**20)) == 1.0
    assert shown == ["1 wheels, 1.0 MiB. There: bash gpu-check.sh"]
    script = tmp_path / "kit" / "gpu-check.sh"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    code = "import trainer, trainer.resources as r; print(trainer.__file__, r.resources())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path / "kit")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [
        str(tmp_path / "kit/trainer/__init__.py"), str(tmp_path / "kit/resources"),
    ]  # fmt: skip


def test_what_does_not_fit_or_cannot_be_written_is_refused(tmp_path, monkeypatch, capsys):
    with pytest.raises(TrainerError, match="The wheels have 61 MiB; the limit is 60"):
        kit.write_kit(tmp_path / "large", print, fake_pip(61 * 2**20))
    assert main(["doctor", "--gpu-check-kit", str(tmp_path / "large")]) == 1
    assert "is not empty" in capsys.readouterr().err
    monkeypatch.setattr(kit.sys, "executable", "/nowhere/python")
    with pytest.raises(TrainerError, match="pip cannot download the wheels"):
        kit.write_kit(tmp_path / "offline", print)


def test_packages_that_no_network_calls_are_replaced_only_where_they_are_missing(monkeypatch):
    hook = UnusedPackages()
    assert hook.find_spec("scipy.signal") is None
    name = f"{UNUSED[0]}.no_such_module"
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, hook])
    module = importlib.import_module(name)
    sys.modules.pop(name)
    with pytest.raises(NotImplementedError, match="is not part of the GPU check"):
        module.anything(1)
    assert importlib.import_module("onnx").__version__  # the installed one
