"""The environment of a model that only speaks: made, found again, and refused where it is wrong."""

import json
import re
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.trainer.backends.indextts.conftest import only_from
from trainer.backends.environments import MADE, find_python, make, usual_place
from trainer.cli.parser import main
from trainer.errors import TrainerError
from trainer.resources import resources

pytestmark = pytest.mark.model


def test_the_licence_is_told_before_anything_is_made(shelf, tmp_path, model, monkeypatch):
    told = []
    folder = tmp_path / "new"

    def say(line):
        told.append((line, folder.exists()))
        if line.startswith("Making"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(model, folder, say)
    assert model.licence in told[0][0]
    assert [line.strip() for line, _ in told[1:-1]] == list(model.terms)
    assert not any(there for _, there in told)


def test_what_was_made_is_written_down_and_found_again(made, model, capsys):
    about = json.loads((made / MADE).read_text())
    assert (about["package"], about["version"]) == (model.package, model.version)
    assert about["licence"] == model.licence
    assert find_python(model, made).exists()
    assert main(["doctor", "--make", "indextts", "--env", str(made)]) == 0
    assert "is there already" in capsys.readouterr().out


def test_without_a_network_it_says_one_sentence_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    only_from(monkeypatch, tmp_path / "empty")
    folder = tmp_path / "new"
    assert main(["doctor", "--make", "indextts", "--env", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("trainer: pip could not install indextts2-inference and what it needs: ")
    assert "needs a network" in said
    assert said.count("\n") == 1
    assert not folder.exists()


def test_a_folder_that_is_something_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert main(["doctor", "--make", "indextts", "--env", str(tmp_path / "mine")]) == 1
    assert "is no environment that `trainer doctor` made" in capsys.readouterr().err
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def environment_on_paper(folder: Path, model, **changes):
    """What is looked at of an environment, with nothing in it that runs."""
    version = changes.pop("version", model.version)
    beside = sysconfig.get_path("purelib")
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    info = packages / f"indextts2_inference-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {model.package}\nVersion: {version}\n")
    about = {"key": model.key, "beside": beside, **changes}
    (folder / MADE).write_text(json.dumps(about))
    return folder


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": "2.0.0"}, "holds indextts2-inference 2.0.0; 2.1.1 is needed"),
        ({"key": "other"}, "is an environment for 'other'"),
        ({"beside": "elsewhere"}, "was made beside the packages in elsewhere"),
        ({}, "was made beside"),  # its Python is gone
    ],
)
def test_an_environment_that_does_not_fit_is_refused_with_its_reason(
    tmp_path, model, changes, sentence
):
    folder = environment_on_paper(tmp_path / "env", model, **changes)
    with pytest.raises(TrainerError, match=re.escape(sentence)) as caught:
        find_python(model, folder)
    assert "trainer doctor --make indextts" in caught.value.hint


def test_one_that_was_never_made_is_told_how(tmp_path, model, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(TrainerError, match="speaks in an environment of its own") as caught:
        find_python(model, None)
    assert tmp_path in usual_place("indextts").parents
    assert caught.value.hint == "Make it with: trainer doctor --make indextts"


def test_a_package_among_the_trainers_own_is_used_where_no_environment_was_made(
    tmp_path, model, monkeypatch
):
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))
    for version, fits in ((model.version, True), ("2.0.0", False)):
        own = tmp_path / version
        info = own / f"indextts2_inference-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: {model.package}\nVersion: {version}\n")
        with monkeypatch.context() as patch:
            patch.syspath_prepend(own)
            if fits:
                assert find_python(model, None) == Path(sys.executable)
                continue
            with pytest.raises(TrainerError, match=r"holds indextts2-inference 2.0.0; 2.1.1 is"):
                find_python(model, None)


def test_the_pins_are_what_the_lock_lacks_and_what_they_stand_on_is_in_it(model):
    text = (resources().parent / "requirements.lock").read_text()
    names = re.findall(r"^([\w.-]+)==", text, re.M)
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    pinned = {pin.partition("==")[0] for pin in model.environment.pins}
    assert not pinned & locked
    assert set(model.environment.beside) <= locked
    assert f"{model.package}=={model.version}" in model.environment.pins


def test_a_model_nobody_knows_is_refused_with_those_that_are_known(capsys):
    assert main(["doctor", "--make", "indextss"]) == 1
    assert "Available: indextts." in capsys.readouterr().err


def test_doctor_names_the_licence(capsys, model):
    main(["doctor"])
    assert f"licence of {model.name}: {model.licence}" in capsys.readouterr().out
