"""`curator setup` with a fake uv: what is installed, in which order, and what a person is told."""

import json
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from curator.cli import setup as command
from curator.cli.arguments import run
from curator.domain.errors import CuratorError
from curator.environment import accelerator, install, installed
from curator.environment.accelerator import ACCELERATORS
from curator.environment.installed import InstalledParts, python_of
from curator.environment.parts import PARTS, is_gpu_library, name_of
from curator.environment.reporting import ReportingRun

ROOT = Path(__file__).resolve().parents[2]
CPU, CUDA = ACCELERATORS["cpu"], ACCELERATORS["cuda12.8"]


class FakeUv:
    """Stands in for uv and the new interpreter; fails at the command number ``fails_at``."""

    def __init__(self, fails_at: int = 0) -> None:
        self.commands: list[list[str]] = []
        self.installed: list[str] = []
        self.fails_at = fails_at

    def __call__(self, words) -> int:
        self.commands.append([str(word) for word in words])
        if len(self.commands) == self.fails_at:
            return 2
        if "venv" in words:
            python = python_of(Path(words[-1]))
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        if "-r" in words:
            self.installed += Path(words[-1]).read_text("utf-8").splitlines()
        return 0


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """An empty user data folder, on x86-64 Linux without torch in this environment."""
    path = tmp_path / "data" / "environments" / "torch"
    for module in (installed, install, command):
        monkeypatch.setattr(module, "environment_folder", lambda: path)
    monkeypatch.setattr(installed, "find_spec", lambda _name: None)
    monkeypatch.setattr(install.shutil, "which", lambda name: name if name == "uv" else None)
    monkeypatch.setattr(accelerator.sys, "platform", "linux")
    monkeypatch.setattr(accelerator.platform, "machine", lambda: "x86_64")
    return path


@pytest.mark.parametrize("key", PARTS)
def test_a_part_is_installed_from_its_lock_and_used_from_then_on(folder, key):
    uv = FakeUv()
    assert installed.python_for(key) == sys.executable
    install.install(PARTS[key], CUDA, uv)
    assert uv.installed == PARTS[key].lines()
    assert "--no-deps" in uv.commands[1]
    assert uv.commands[-1][-1].startswith("import torch")
    assert installed.python_for(key) == str(python_of(folder))
    assert installed.read_record(folder) == InstalledParts((key,), "cuda12.8")


def test_another_build_of_torch_is_installed_first_and_without_the_libraries_of_the_locked_one():
    uv = FakeUv()
    install.install(PARTS["training"], CPU, uv)
    _, torch, rest, _ = uv.commands
    assert "--torch-backend=cpu" in torch
    assert "--no-deps" not in torch
    assert "--no-deps" in rest
    assert [name_of(line) for line in uv.installed[:2]] == ["torch", "torchaudio"]
    assert not any(map(is_gpu_library, uv.installed))
    assert sorted(uv.installed) == sorted(
        line for line in PARTS["training"].lines() if not is_gpu_library(line)
    )


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_an_interrupted_installation_is_not_used_and_continues(folder, fails_at):
    with pytest.raises(CuratorError, match="training stopped") as raised:
        install.install(PARTS["training"], CUDA, FakeUv(fails_at))
    assert "continues" in raised.value.hint
    assert installed.python_for("training") == sys.executable
    again = FakeUv()
    install.install(PARTS["training"], CUDA, again)
    assert ("venv" in again.commands[0]) == (fails_at == 1)
    assert installed.python_for("training") == str(python_of(folder))


def test_without_uv_it_is_installed_into_the_environment(folder, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda _name: None)
    monkeypatch.setattr(install.sys, "version_info", (3, 12, 1))
    uv = FakeUv()
    install.install(PARTS["training"], CUDA, uv)
    assert uv.commands[0] == [sys.executable, "-m", "venv", str(folder)]
    assert uv.commands[1][0] == str(python_of(folder))
    assert uv.commands[1][1:4] == ["-m", "pip", "install"]
    assert uv.commands[2][0] == str(python_of(folder).with_name("uv"))
    assert uv.installed == PARTS["training"].lines()
    monkeypatch.setattr(install.sys, "version_info", (3, 14, 0))
    with pytest.raises(CuratorError, match=r"Python 3\.14"):
        install.install(PARTS["training"], CUDA, FakeUv())


def test_torch_alone_is_no_part(folder, monkeypatch):
    install.install(PARTS["training"], CUDA, FakeUv())
    monkeypatch.setattr(installed, "find_spec", lambda name: object() if name == "torch" else None)
    assert installed.python_for("training") == str(python_of(folder))


def test_a_second_part_completes_the_same_environment(folder):
    install.install(PARTS["training"], CUDA, FakeUv())
    assert install.size_gb(PARTS["training"], CUDA) == 0
    assert 0 < install.size_gb(PARTS["cleaning"], CUDA) < 1.5
    second = FakeUv()
    install.install(PARTS["cleaning"], CUDA, second)
    assert not any(words[1] == "venv" for words in second.commands)
    assert installed.read_record(folder).parts == ("training", "cleaning")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"parts": 3}', '{"parts": ["training"]}'])
def test_a_damaged_record_is_no_installation(folder, content):
    install.install(PARTS["training"], CUDA, FakeUv())
    (folder / installed.RECORD).write_text(content)
    assert installed.python_for("training") == sys.executable


def test_an_environment_without_its_interpreter_is_no_installation(folder):
    install.install(PARTS["training"], CUDA, FakeUv())
    python_of(folder).unlink()
    assert installed.python_for("training") == sys.executable


def test_an_environment_that_has_a_part_of_its_own_uses_itself(monkeypatch):
    install.install(PARTS["training"], CUDA, FakeUv())
    monkeypatch.setattr(installed, "find_spec", lambda _name: object())
    assert installed.python_for("training") == sys.executable


@pytest.mark.parametrize(
    ("driver", "key"),
    [
        ("| Driver Version: 525.60.13    CUDA Version: 12.0     |", "cuda12.6"),
        ("| Driver Version: 560.35.03    CUDA Version: 12.6     |", "cuda12.6"),
        ("| Driver Version: 570.86.10    CUDA Version: 12.8     |", "cuda12.8"),
        ("| Driver Version: 580.65.06    CUDA Version: 13.0     |", "cuda12.8"),
        ("| Driver Version: 470.57.02    CUDA Version: 11.4     |", "cpu"),
        ("NVIDIA-SMI has failed because it couldn't communicate with the driver.", "cpu"),
    ],
)
def test_the_build_of_torch_follows_the_driver(monkeypatch, driver, key):
    answer = type("Answer", (), {"stdout": driver})()
    monkeypatch.setattr(accelerator.shutil, "which", lambda _name: "nvidia-smi")
    monkeypatch.setattr(accelerator.subprocess, "run", lambda *_words, **_options: answer)
    monkeypatch.setattr(accelerator, "ROCM_DEVICE", Path("absent"))
    assert accelerator.detect().key == key


def test_amd_apple_and_unsupported_macs(monkeypatch, tmp_path):
    monkeypatch.setattr(accelerator.shutil, "which", lambda _name: None)
    monkeypatch.setattr(accelerator, "ROCM_DEVICE", tmp_path)
    assert accelerator.detect().key == "rocm"
    monkeypatch.setattr(accelerator.sys, "platform", "darwin")
    monkeypatch.setattr(accelerator.platform, "machine", lambda: "arm64")
    assert accelerator.detect().key == "mps"
    monkeypatch.setattr(accelerator.platform, "machine", lambda: "x86_64")
    with pytest.raises(CuratorError, match="Intel"):
        accelerator.detect()


def test_the_command_tells_the_size_first_and_asks(monkeypatch, capsys, folder):
    uv = FakeUv()
    monkeypatch.setattr(command, "install", lambda part, chosen: install.install(part, chosen, uv))
    assert run(["setup", "training", "--accelerator", "cuda12.8"]) == 1
    output = capsys.readouterr()
    assert "about 8.0 GB" in output.out
    assert str(folder) in output.out
    assert "--yes" in output.err
    assert uv.commands == []
    assert run(["setup", "training", "--accelerator", "cuda12.8", "--yes"]) == 0
    assert uv.installed


def test_the_list_names_each_part_with_its_size(capsys):
    install.install(PARTS["cleaning"], CUDA, FakeUv())
    assert run(["setup", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["part"], line["installed"]) for line in lines] == [
        ("training", False),
        ("chatterbox", False),
        ("cleaning", True),
    ]
    assert {line["accelerator"] for line in lines} == {"cuda12.8"}


def test_another_build_than_the_installed_one_is_refused(capsys):
    install.install(PARTS["training"], CUDA, FakeUv())
    assert run(["setup", "cleaning", "--accelerator", "cpu", "--yes"]) == 1
    assert "CUDA 12.8" in capsys.readouterr().err


def test_a_disk_that_is_too_small_is_said_before_anything_is_installed(monkeypatch):
    usage = type("Usage", (), {"free": 2 * install.GB})()
    monkeypatch.setattr(install.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(CuratorError, match=r"2\.0 GB free; 9\.0 GB are needed"):
        install.require_space(8.0)


def pinned(path: Path) -> set[str]:
    return {line.partition(" ")[0] for line in path.read_text("utf-8").splitlines()}


@pytest.mark.parametrize("name", ["light", *PARTS])
def test_each_lock_holds_versions_of_the_whole_lock(name):
    assert pinned(ROOT / "resources/locks" / f"{name}.lock") <= pinned(ROOT / "requirements.lock")


def test_the_light_lock_has_no_torch():
    names = {name_of(line) for line in pinned(ROOT / "resources/locks/light.lock")}
    assert not names & {"torch", "torchaudio", "triton", "transformers", "resemblyzer", "librosa"}


@pytest.mark.skipif(sys.platform != "linux", reason="sizes are those of Linux")
@pytest.mark.skipif(find_spec("torch") is None, reason="measures the whole environment")
@pytest.mark.parametrize("part", PARTS.values(), ids=str)
def test_the_sizes_told_are_those_of_the_installed_packages(part):
    total = gpu = 0
    for line in map(Requirement, part.lines()):
        if line.marker is None or line.marker.evaluate():
            files = distribution(line.name).files or ()
            size = sum(file.size or 0 for file in files)
            total += size
            gpu += size if is_gpu_library(line.name) else 0
    assert total / 1e9 == pytest.approx(part.cuda_gb, rel=0.1)
    # The CPU build of torch itself is about 1 GB smaller.
    assert (total - gpu) / 1e9 - 1.0 == pytest.approx(part.cpu_gb, rel=0.25)


@pytest.mark.parametrize("run_it", [install.run_program, ReportingRun(ROOT, 10, lambda line: None)])
def test_uv_trusts_the_system_and_takes_no_settings_of_another_project(
    run_it, tmp_path, monkeypatch
):
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "7")
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "variables"
    script = "import json, os; found = dict(os.environ, CWD=os.getcwd());"
    script += f"open({str(out)!r}, 'w').write(json.dumps(found))"
    assert run_it([sys.executable, "-c", script]) == 0
    variables = json.loads(out.read_text())
    assert variables["UV_SYSTEM_CERTS"] == variables["UV_NATIVE_TLS"] == "1"
    assert variables["UV_HTTP_TIMEOUT"] == "7"
    assert variables["CWD"] == tmp_path.anchor
