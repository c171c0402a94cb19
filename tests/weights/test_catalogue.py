import hashlib
from pathlib import Path

import pytest

from curator.domain.errors import MissingModel
from curator.weights import lookup as models
from curator.weights.catalogue import ListedFile, ListedModel, listed_models
from curator.weights.lookup import whisper_folder


def a_packaged_model(tmp_path, monkeypatch, parts):
    """A model whose model.bin lies in parts in an importable package."""
    package = tmp_path / "packages" / "weights_of_a_test"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    for number, content in enumerate(parts):
        (package / f"part{number}").write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    whole = hashlib.sha256(b"".join(parts)).hexdigest()
    places = tuple(("weights_of_a_test", f"part{number}") for number in range(len(parts)))
    file = ListedFile("model.bin", None, whole, "", places)
    model = ListedModel("testing", "whisper", "MIT", "here", "tests", "", "weights", (file,))
    monkeypatch.setattr(models, "listed_models", lambda kind: (model,))
    return package


def test_parts_are_joined_once_into_the_cache(tmp_path, monkeypatch):
    a_packaged_model(tmp_path, monkeypatch, [b"first,", b"second"])
    folder = whisper_folder("testing")
    assert (folder / "model.bin").read_bytes() == b"first,second"
    made = (folder / "model.bin").stat().st_mtime_ns
    assert whisper_folder("testing") == folder
    assert (folder / "model.bin").stat().st_mtime_ns == made
    assert [path.name for path in folder.iterdir()] == ["model.bin"]


def test_a_part_that_is_not_the_right_one_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    package = a_packaged_model(tmp_path, monkeypatch, [b"first,", b"second"])
    (package / "part1").write_bytes(b"something else")
    with pytest.raises(MissingModel, match="not the file it should be"):
        whisper_folder("testing")
    assert list((tmp_path / "cache").rglob("*model.bin*")) == []


def test_a_file_that_changed_in_the_cache_is_refused(tmp_path, monkeypatch):
    a_packaged_model(tmp_path, monkeypatch, [b"first,", b"second"])
    (whisper_folder("testing") / "model.bin").write_bytes(b"changed")
    with pytest.raises(MissingModel, match=r"model\.bin"):
        whisper_folder("testing")


def test_a_folder_is_taken_as_it_is(tmp_path):
    for name in models.NEEDED:
        (tmp_path / name).write_bytes(b"")
    assert whisper_folder(tmp_path) == tmp_path


def test_a_folder_without_weights_says_what_it_lacks(tmp_path):
    with pytest.raises(MissingModel, match=r"lacks model.bin and config.json"):
        whisper_folder(str(tmp_path))


def test_an_unknown_name_names_those_there_are():
    with pytest.raises(MissingModel, match=r"tiny\.en"):
        whisper_folder("gigantic")


@pytest.mark.parametrize("packaged", [True, False])
def test_a_model_that_cannot_be_downloaded_says_what_to_do(monkeypatch, packaged: bool):
    monkeypatch.setattr(ListedModel, "is_packaged", packaged)
    with pytest.raises(MissingModel) as refused:
        whisper_folder("medium.en")
    assert "could not be downloaded (the network is switched off" in refused.value.sentence
    assert ("one that is here: tiny.en" in refused.value.hint) == packaged
    assert ("voice-curator[offline]" in refused.value.hint) != packaged


@pytest.mark.model
@pytest.mark.parametrize("model", listed_models("whisper"), ids=lambda model: model.name)
def test_every_model_of_the_offline_extra_is_the_right_one(model):
    if not model.is_packaged:
        pytest.skip(f"{model.install} is not installed")
    folder = whisper_folder(model.name)
    assert all((Path(folder) / file.name).is_file() for file in model.files)
