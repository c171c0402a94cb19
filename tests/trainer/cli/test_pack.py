"""A training packed here, unpacked in an empty folder and started there by its one command."""

import importlib.metadata
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.trainer.bundles import a_bundle, a_clip, write_bundle
from tests.trainer.toy_runs import TOY, digest
from trainer.cli.parser import main
from trainer.machine.requirements import requirements
from trainer.runs import checkpoint
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import sha256_of

STEPS = ("sched.total_steps=2", "ckpt.every_steps=1", "eval.every_steps=2", "run.threads=1")
TINY = ("model.layers=2", "model.width=64", "model.dvae_width=64", *STEPS)


def pack(bundle, out, *changes, more=()):
    words = ["pack", str(bundle), str(out), "--preset", "tiny-cpu", *more]
    for change in changes:
        words += ["--set", change]
    return main(words)


def start(folder, **more):
    """Starts the packed command as somebody would who has a Python with everything in it."""
    environment = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        "TRAINER_PYTHON": sys.executable,
        "PROCESSES": "1",
        "OMP_NUM_THREADS": "1",
        **more,
    }
    return subprocess.run(
        ["bash", str(folder / "run.sh")],
        cwd=folder.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    return a_bundle(tmp_path_factory.mktemp("packed") / "show", 8, least_s=0.7, most_s=1.2)


@pytest.fixture
def toys(show, tmp_path):
    """A packed folder of the toy back-end."""
    assert pack(show, tmp_path / "there" / "pack", *TOY, *STEPS) == 0
    return tmp_path / "there" / "pack"


def test_the_command_trains_as_here_and_goes_on_when_started_again(show, toys, tmp_path):
    done = start(toys)
    assert done.returncode == 0, done.stderr[-2000:]
    words = ["train", str(show), str(tmp_path / "here"), "--preset", "tiny-cpu"]
    for change in (*TOY, *STEPS):
        words += ["--set", change]
    assert main(words) == 0
    assert digest(toys / "run", 2) == digest(tmp_path / "here", 2)
    assert (toys / "run" / "report.html").is_file()
    shutil.rmtree(checkpoint.path_of(toys / "run" / "checkpoints", 2))
    done = start(toys)
    assert done.returncode == 0, done.stderr[-2000:]
    assert of_kind(read_events(toys / "run"), "resumed")[0]["step"] == 1
    assert digest(toys / "run", 2) == digest(tmp_path / "here", 2)


@pytest.mark.slow
def test_two_machines_train_as_one(show, toys, tmp_path):
    """Both share the folder here, as on the disk of a cluster."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = str(one.getsockname()[1])
    assert start(toys, STEP="prepare").returncode == 0
    assert not (toys / "run").exists()
    both = {"STEP": "train", "NODES": "2", "HEAD": "127.0.0.1", "PORT": port}
    with ThreadPoolExecutor() as machines:
        ended = list(machines.map(lambda node: start(toys, **both, NODE=node), ("0", "1")))
    assert [done.returncode for done in ended] == [0, 0], ended[0].stderr[-2000:]
    started = of_kind(read_events(toys / "run"), "started")[0]
    assert started["ranks"] == 2
    assert (toys / "run" / "report.html").is_file()


def test_a_file_that_did_not_arrive_whole_stops_it(toys):
    wave = next((toys / "bundle" / "wavs").iterdir())
    wave.write_bytes(wave.read_bytes()[:-1])
    done = start(toys)
    assert done.returncode == 1
    assert wave.name in done.stdout
    assert not (toys / "run").exists()


def test_a_pack_says_what_is_in_it_and_names_no_place(toys, show):
    listed = dict(
        reversed(line.split("  ")) for line in (toys / "SHA256SUMS").read_text().splitlines()
    )
    there = {path.relative_to(toys).as_posix() for path in toys.rglob("*") if path.is_file()}
    assert set(listed) == there - {"SHA256SUMS"}
    assert all(sha256_of(toys / name) == digest for name, digest in listed.items())
    about = json.loads((toys / "pack.json").read_text())
    assert (about["clips"], about["base_sha256"]) == (8, {})
    assert os.access(toys / "run.sh", os.X_OK)
    notebook = json.loads((toys / "run.ipynb").read_text())
    assert any("run.sh" in "".join(cell["source"]) for cell in notebook["cells"])
    for name in ("config.toml", "requirements.txt", "run.sh", "pack.json", "README.md"):
        assert "://" not in (toys / name).read_text()
        assert str(show.parent) not in (toys / name).read_text()


def test_a_base_is_named_by_its_hashes_and_taken_along_only_if_asked(show, tmp_path, monkeypatch):
    from trainer.backends.toy import ToyBackend

    base = tmp_path / "base"
    base.mkdir()
    (base / "model.pth").write_bytes(b"weights")
    identity = {
        "backend": "toy",
        "base": "",
        "sha256": {"model.pth": sha256_of(base / "model.pth")},
    }
    monkeypatch.setattr(ToyBackend, "identity", lambda self: identity)
    settings = (*TOY, *STEPS, f"model.base={base}")
    assert pack(show, tmp_path / "without", *settings) == 0
    done = start(tmp_path / "without")
    assert done.returncode == 1
    assert "BASE=/folder" in done.stderr
    assert not (tmp_path / "without" / "base").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.pth").write_bytes(b"others")
    assert start(tmp_path / "without", BASE=str(other)).returncode == 1
    assert pack(show, tmp_path / "with", *settings, more=["--with-base"]) == 0
    assert (tmp_path / "with" / "base" / "model.pth").read_bytes() == b"weights"


def test_what_cannot_be_trained_on_is_not_packed(tmp_path, capsys):
    bundle = write_bundle(tmp_path, [a_clip(tmp_path, at, text="") for at in range(3)])
    assert pack(bundle, tmp_path / "out", "model.backend=toy") == 1
    assert "3 of 3 clips are unusable" in capsys.readouterr().err
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    assert pack(bundle, tmp_path / "full", "model.backend=toy") == 1
    assert pack(bundle, tmp_path / "out", "model.backend=toy", more=["--with-base"]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bundle.json",
        "full",
        "manifest.jsonl",
        "wavs",
    ]


def test_only_what_training_needs_is_installed():
    names = {re.split(r"[=<> ]", line)[0] for line in requirements("xtts")}
    assert {"torch", "torchaudio", "coqui-tts", "peft", "tensorboard"} <= names
    assert {"nvidia-cudnn-cu12", "triton"} <= names  # whatever machine this is packed on
    assert not {"pyside6-essentials", "faster-whisper", "umap-learn", "pytest", "demucs"} & names
    locked = (Path(__file__).parents[3] / "requirements.lock").read_text().splitlines()
    assert set(requirements("xtts")) < set(locked)


@pytest.mark.parametrize("build", ["2.8.0+cpu", "2.11.0+cu130"])
def test_gpu_libraries_are_taken_from_the_lock_whatever_torch_is_here(build, monkeypatch):
    theirs = importlib.metadata.requires

    def declared(name):
        libraries = ["nvidia-cudnn==9.19"] if "cu130" in build else []
        others = [line for line in theirs(name) or [] if not line.startswith(("nvidia", "triton"))]
        return [*others, *libraries] if name == "torch" else theirs(name)

    expected = requirements("xtts")
    monkeypatch.setattr(importlib.metadata, "requires", declared)
    assert requirements("xtts") == expected
    assert any(line.startswith("nvidia-cudnn-cu12==") for line in expected)


@pytest.mark.skipif(
    not importlib.metadata.version("torch").startswith("2.8."),
    reason="an archive trains with the versions of the main lock, torch 2.8",
)
@pytest.mark.model
@pytest.mark.slow
def test_an_archive_trains_xtts_elsewhere_as_it_does_here(show, tmp_path):
    assert pack(show, tmp_path / "pack.zip", *TINY) == 0
    there = tmp_path / "empty"
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(there)
    listed = (there / "requirements.txt").read_text().splitlines()
    only = installed(listed, tmp_path / "only")
    done = start(there, TRAINER_PYTHON=sys._base_executable, PYTHONPATH=str(only))
    assert done.returncode == 0, done.stderr[-2000:]
    words = ["train", str(show), str(tmp_path / "here"), "--preset", "tiny-cpu"]
    for change in TINY:
        words += ["--set", change]
    assert main(words) == 0
    assert digest(there / "run", 2) == digest(tmp_path / "here", 2)


def installed(lines, folder):
    """A folder that holds these packages and no other, for a Python that has none."""
    folder.mkdir()
    for line in lines:
        try:
            home = distribution(re.split(r"[=<> ]", line)[0])
        except PackageNotFoundError:  # for another machine
            continue
        tops = {file.parts[0] for file in home.files or () if file.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            if not (folder / top).exists():  # packages may share a folder
                (folder / top).symlink_to(home.locate_file(top))
    return folder
