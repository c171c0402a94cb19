import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from curator.cli.arguments import run
from curator.domain.errors import CuratorError, MissingModel
from curator.weights import download
from curator.weights import folder as weights_folder
from curator.weights.catalogue import ListedFile, ListedModel, listed_models
from curator.weights.download import get, import_from, models_in
from curator.weights.folder import (
    ModelState,
    folder_of,
    has_accepted,
    part_of,
    standing,
    verified_folder,
)
from curator.weights.lookup import whisper_folder
from tests.helpers.model_server import a_file_server

CONTENT = bytes(range(256)) * 4000  # about 1 MB


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def server():
    with a_file_server() as running:
        running.files["weights.pt"] = CONTENT
        yield running


def a_model(address: str, *, sha256: str | None = None, name: str = "testing") -> ListedModel:
    digest = hashlib.sha256(CONTENT).hexdigest() if sha256 is None else sha256
    size = len(CONTENT) if digest else None
    file = ListedFile("weights.pt", size, digest, f"{address}weights.pt", ())
    return ListedModel(name, "cleaner", "MIT", "a test", "tests", "1", "", (file,))


def left_in(model: ListedModel) -> list[str]:
    folder = folder_of(model)
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_download_has_its_name_only_when_it_is_whole_and_right(server):
    model = a_model(server.address)
    seen = []
    folder = get(model, lambda here, whole: seen.append((here, whole)))
    assert (folder / "weights.pt").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert verified_folder(model) == folder
    assert left_in(model) == ["weights.pt"]


def test_a_download_goes_on_where_it_was_broken_off(server):
    model = a_model(server.address)
    server.breaks_after = 700_000
    with pytest.raises(MissingModel, match="could not be downloaded"):
        get(model)
    assert standing(model).state is ModelState.PARTIAL
    assert part_of(model, model.files[0]).stat().st_size == 700_000
    get(model)
    assert server.asked == ["", "bytes=700000-"]
    assert (verified_folder(model) / "weights.pt").read_bytes() == CONTENT


def test_what_is_here_and_right_is_not_asked_for_again(server):
    model = a_model(server.address)
    get(model)
    get(model)
    assert len(server.asked) == 1


def test_a_file_that_changed_on_the_server_is_not_mended_from_two_halves(server):
    model = a_model(server.address, sha256="")
    server.breaks_after = 300_000
    with pytest.raises(MissingModel):
        get(model)
    server.files["weights.pt"] = newer = CONTENT[::-1]
    get(model)
    assert (verified_folder(model) / "weights.pt").read_bytes() == newer


def test_without_a_hash_or_a_tag_a_download_begins_anew(server):
    model = a_model(server.address, sha256="")
    server.tags, server.breaks_after = False, 300_000
    with pytest.raises(MissingModel):
        get(model)
    get(model)
    assert server.asked == ["", ""]


def test_a_part_that_is_too_long_is_begun_anew(server):
    model = a_model(server.address)
    folder_of(model).mkdir(parents=True)
    part_of(model, model.files[0]).write_bytes(CONTENT + b"more")
    get(model)
    assert (verified_folder(model) / "weights.pt").read_bytes() == CONTENT


def test_a_wrong_file_is_refused_and_leaves_nothing(server):
    server.files["weights.pt"] = b"something else"
    model = a_model(server.address)
    with pytest.raises(MissingModel, match="not the file it should be"):
        get(model)
    assert left_in(model) == []


def test_a_hash_nobody_knew_is_recorded_and_counts_from_then_on(server):
    model = a_model(server.address, sha256="")
    folder = get(model)
    assert verified_folder(model) == folder
    (folder / "weights.pt").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(MissingModel, match="not the file it should be"):
        verified_folder(model)
    shutil.rmtree(folder)
    server.files["weights.pt"] = b"another version"
    with pytest.raises(MissingModel, match="not the file it should be"):
        get(model)


def test_a_file_that_was_planted_without_a_record_is_refused():
    model = a_model("", sha256="")
    folder_of(model).mkdir(parents=True)
    (folder_of(model) / "weights.pt").write_bytes(CONTENT)
    with pytest.raises(MissingModel, match="nobody has recorded"):
        verified_folder(model)
    assert standing(model).state is ModelState.WRONG


def test_a_damaged_record_says_what_to_do(server):
    model = a_model(server.address, sha256="")
    folder = get(model)
    (folder.parent / weights_folder.RECORDS).write_text("{")
    with pytest.raises(MissingModel, match="damaged"):
        verified_folder(model)


def test_a_missing_page_says_that_the_same_command_goes_on(server):
    server.files.clear()
    with pytest.raises(MissingModel, match="404") as refused:
        get(a_model(server.address))
    assert "goes on" in refused.value.hint


def test_a_full_disk_is_said_before_and_in_the_middle(server, monkeypatch):
    model = a_model(server.address)
    monkeypatch.setattr(
        download.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1000)
    )
    with pytest.raises(CuratorError, match="No space left"):
        get(model)
    assert not (folder_of(model) / "weights.pt").exists()


def test_stopping_keeps_what_is_here(server):
    model = a_model(server.address)

    class Stop(Exception):
        pass

    def stop(here, whole):
        raise Stop

    with pytest.raises(Stop):
        get(model, stop)
    assert 0 < part_of(model, model.files[0]).stat().st_size <= len(CONTENT)
    get(model)
    assert server.asked[1].startswith("bytes=")


def test_a_folder_is_searched_and_only_the_right_file_is_taken(tmp_path):
    model = a_model("")
    (tmp_path / "usb" / "elsewhere").mkdir(parents=True)
    (tmp_path / "usb" / "weights.pt").write_bytes(b"of another model")
    (tmp_path / "usb" / "elsewhere" / "weights.pt").write_bytes(CONTENT)
    assert models_in(tmp_path / "usb", [model]) == [model]
    import_from(model, tmp_path / "usb")
    assert (verified_folder(model) / "weights.pt").read_bytes() == CONTENT


def test_a_folder_with_a_wrong_file_is_refused(tmp_path):
    (tmp_path / "weights.pt").write_bytes(b"wrong")
    with pytest.raises(MissingModel, match="not the file it should be"):
        import_from(a_model(""), tmp_path)
    with pytest.raises(MissingModel, match=r"there is no weights\.pt"):
        import_from(a_model(""), tmp_path / "nowhere")


def test_two_files_of_unknown_hash_are_told_apart_by_their_folder(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "weights.pt").write_bytes(name.encode())
    with pytest.raises(MissingModel, match="2 files"):
        import_from(a_model("", sha256="", name="three"), tmp_path)
    model = a_model("", sha256="", name="two")
    assert (import_from(model, tmp_path) / "weights.pt").read_bytes() == b"two"


def test_every_model_of_the_list_says_what_it_is():
    for model in listed_models():
        assert model.licence
        assert model.origin
        assert model.use.endswith(".")
        assert model.packages or model.can_be_downloaded
        assert all(not file.sha256 or len(file.sha256) == 64 for file in model.files)
        assert all(file.sha256 for file in model.files) or model.revision == "main"


def test_a_licence_with_terms_is_accepted_once(server, tmp_path, monkeypatch, capsys):
    model = replace(a_model(server.address), terms="Only for tests.")
    for module in ("curator.cli.models.listed_models", "curator.weights.catalogue.listed_models"):
        monkeypatch.setattr(module, lambda kind=None: (model,))
    assert run(["models", "get", "testing"]) == 1
    message = capsys.readouterr().err
    assert "Only for tests." in message
    assert "curator models get testing --accept-licence" in message
    assert not folder_of(model).exists()
    assert run(["models", "get", "testing", "--accept-licence"]) == 0
    (folder_of(model) / "weights.pt").unlink()
    assert run(["models", "get", "testing"]) == 0
    changed = replace(model, terms="Other terms.")
    assert not has_accepted(changed)


def test_the_released_xtts_is_listed_with_its_terms_and_the_hash_of_each_file():
    model = next(model for model in listed_models("xtts"))
    assert {file.name for file in model.files} == {
        "model.pth", "vocab.json", "dvae.pth", "mel_stats.pth", "config.json"
    }  # fmt: skip
    assert all(file.sha256 and file.size for file in model.files)
    assert "non-commercially" in model.terms
    assert model.revision in model.files[0].address


def test_a_whisper_that_another_program_downloaded_may_not_change(tmp_path, monkeypatch):
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "model.bin").write_bytes(CONTENT)
    (folder / "config.json").write_bytes(b"{}")
    monkeypatch.setattr("faster_whisper.utils.download_model", lambda name, **_: str(folder))
    assert whisper_folder("small") == folder
    assert whisper_folder("small") == folder
    (folder / "model.bin").write_bytes(CONTENT[::-1])
    with pytest.raises(MissingModel, match="no longer the file"):
        whisper_folder("small")


@pytest.mark.model
def test_the_packaged_cleaner_is_the_right_file():
    assert (verified_folder("deepfilternet3") / "DeepFilterNet3_onnx.tar.gz").is_file()


def test_the_commands_list_get_import_and_verify(server, tmp_path, monkeypatch, capsys):
    model = a_model(server.address)
    for module in ("curator.cli.models.listed_models", "curator.weights.catalogue.listed_models"):
        monkeypatch.setattr(module, lambda kind=None: (model,))
    assert run(["models", "verify", "testing"]) == 1
    assert run(["models", "get", "testing"]) == 0
    assert run(["models", "verify"]) == 0
    capsys.readouterr()
    assert run(["models", "list", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["name"], said["state"], said["size"]) == ("testing", "here", len(CONTENT))
    (folder_of(model) / "weights.pt").write_bytes(b"planted")
    assert run(["models", "verify"]) == 1
    (tmp_path / "usb").mkdir()
    (Path(tmp_path) / "usb" / "weights.pt").write_bytes(CONTENT)
    assert run(["models", "import", str(tmp_path / "usb")]) == 0
    assert run(["models", "verify"]) == 0
    assert run(["models", "get", "nothing-of-the-kind"]) == 1
    assert "Choose one of: testing" in capsys.readouterr().err
