"""Environment of an inference-only model: creation, reuse and validation."""

import json
import re
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.trainer.backends.indextts.conftest import restrict_pip
from trainer.backends.environments import RECORD, create_environment, default_folder, find_python
from trainer.cli.parser import main
from trainer.errors import TrainerError
from trainer.resources import resources

pytestmark = pytest.mark.model


def test_the_licence_is_shown_before_anything_is_created(wheels, tmp_path, model, monkeypatch):
    lines = []
    folder = tmp_path / "new"

    def say(line):
        lines.append((line, folder.exists()))
        if line.startswith("Creating"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_environment(model, folder, say)
    assert model.licence in lines[0][0]
    assert [line.strip() for line, _ in lines[1:-1]] == list(model.terms)
    assert not any(exists for _, exists in lines)


def test_an_environment_is_recorded_and_reused(environment, model, capsys):
    about = json.loads((environment / RECORD).read_text())
    assert (about["package"], about["version"]) == (model.package, model.version)
    assert about["licence"] == model.licence
    assert find_python(model, environment).exists()
    assert main(["doctor", "--make", "indextts", "--env", str(environment)]) == 0
    assert "already exists" in capsys.readouterr().out


def test_offline_it_fails_with_one_sentence_and_removes_the_folder(tmp_path, monkeypatch, capsys):
    restrict_pip(monkeypatch, tmp_path / "empty")
    folder = tmp_path / "new"
    assert main(["doctor", "--make", "indextts", "--env", str(folder)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("trainer: pip could not install indextts2-inference and its dep")
    assert "needs network access" in error
    assert error.count("\n") == 1
    assert not folder.exists()


def test_a_foreign_folder_is_not_touched(tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert main(["doctor", "--make", "indextts", "--env", str(tmp_path / "mine")]) == 1
    assert "is not a complete environment created by `trainer doctor`" in capsys.readouterr().err
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def fake_environment(folder: Path, model, **changes):
    """Metadata files of an environment without an interpreter."""
    version = changes.pop("version", model.version)
    beside = sysconfig.get_path("purelib")
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    info = packages / f"indextts2_inference-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {model.package}\nVersion: {version}\n")
    about = {"key": model.key, "beside": beside, **changes}
    (folder / RECORD).write_text(json.dumps(about))
    return folder


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": "2.0.0"}, "has indextts2-inference 2.0.0; 2.1.1 is required"),
        ({"key": "other"}, "is an environment for 'other'"),
        ({"beside": "elsewhere"}, "was created for the packages in elsewhere"),
        ({}, "was created for"),  # without an interpreter
    ],
)
def test_an_unsuitable_environment_is_an_error_with_a_reason(tmp_path, model, changes, sentence):
    folder = fake_environment(tmp_path / "env", model, **changes)
    with pytest.raises(TrainerError, match=re.escape(sentence)) as caught:
        find_python(model, folder)
    assert "trainer doctor --make indextts" in caught.value.hint


def test_a_missing_environment_is_an_error_with_a_hint(tmp_path, model, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(TrainerError, match="runs in a separate environment") as caught:
        find_python(model, None)
    assert tmp_path in default_folder("indextts").parents
    assert caught.value.hint == "Create it with: trainer doctor --make indextts"


def test_without_an_environment_the_trainers_packages_are_used(tmp_path, model, monkeypatch):
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "missing"))
    for version, fits in ((model.version, True), ("2.0.0", False)):
        packages = tmp_path / version
        info = packages / f"indextts2_inference-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: {model.package}\nVersion: {version}\n")
        with monkeypatch.context() as patch:
            patch.syspath_prepend(packages)
            if fits:
                assert find_python(model, None) == Path(sys.executable)
                continue
            with pytest.raises(TrainerError, match=r"has indextts2-inference 2.0.0; 2.1.1 is"):
                find_python(model, None)


def test_pins_are_not_in_the_lock_but_their_requirements_are(model):
    text = (resources().parent / "requirements.lock").read_text()
    names = re.findall(r"^([\w.-]+)==", text, re.M)
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    pinned = {pin.partition("==")[0] for pin in model.environment.pins}
    assert not pinned & locked
    assert set(model.environment.beside) <= locked
    assert f"{model.package}=={model.version}" in model.environment.pins


def test_an_unknown_model_is_an_error_with_the_known_ones(capsys):
    assert main(["doctor", "--make", "indextss"]) == 1
    assert "Available: indextts." in capsys.readouterr().err


def test_doctor_names_the_licence(capsys, model):
    main(["doctor"])
    assert f"licence of {model.name}: {model.licence}" in capsys.readouterr().out
