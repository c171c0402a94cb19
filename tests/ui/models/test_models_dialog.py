"""The dialog of the models, with the real commands beside it."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from curator.ui.jobs.downloads import Downloads
from curator.ui.jobs.work_list import WorkList
from curator.ui.messages import Messages
from curator.ui.models.commands import ModelRow
from curator.ui.models.dialog import ModelsDialog
from curator.ui.models.models_model import HERE, SIZE, ModelsModel
from curator.ui.settings import WindowSettings
from tests.helpers.leaks import nothing_left

WORKS_MS = 60_000


def a_row(name: str = "small", state: str = "absent", **about: object) -> ModelRow:
    usual = {
        "kind": "whisper",
        "size": 5_000_000,
        "here": 0,
        "licence": "MIT",
        "origin": "somebody",
        "use": "Trying things.",
        "sentence": "Get it.",
    }
    return ModelRow(name=name, state=state, **(usual | about))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _leaks(qapp: object) -> Iterator[None]:
    with nothing_left():
        yield


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's models are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "voice-curator" / "models"


@pytest.fixture
def dialog(qtbot, cache: Path) -> Iterator[ModelsDialog]:
    made = ModelsDialog(WindowSettings(), Downloads(Messages(), WorkList()))
    qtbot.addWidget(made)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    yield made
    made.close()


@pytest.fixture
def done(qtbot, dialog: ModelsDialog) -> Callable[[], None]:
    """Waits until no command runs."""
    return lambda: qtbot.waitUntil(lambda: not dialog.commands.running, timeout=WORKS_MS)


def test_the_table_is_a_sound_model(qtmodeltester):
    model = ModelsModel()
    qtmodeltester.check(model)
    model.take(a_row())
    model.take(a_row("base", "packaged", size=None, here=147_000_000))
    model.take(a_row(state="here", verified=True))
    assert [model.index(row, HERE).data() for row in range(2)] == ["verified", "installed"]
    assert model.index(1, SIZE).data() == "147 MB"


def test_all_models_are_listed_with_licence_size_and_state(dialog: ModelsDialog, done):
    done()
    rows = {row.name: row for row in dialog.model.rows}
    assert {"tiny.en", "htdemucs"} <= set(rows)
    assert rows["htdemucs"].state == "absent"
    assert rows["htdemucs"].licence == "MIT"
    assert "free in" in dialog.free.text()
    assert dialog.chosen is dialog.model.rows[0]
    assert dialog.get.isEnabled() is (not dialog.chosen.usable)


def test_a_model_comes_from_a_folder_and_is_checked(dialog: ModelsDialog, done, tmp_path: Path):
    done()
    folder = tmp_path / "stick" / "frcrn_se_16k"
    folder.mkdir(parents=True)
    weights = folder / "last_best_checkpoint.pt"
    weights.write_bytes(b"weights" * 1000)
    dialog.import_from(tmp_path / "stick")
    assert not dialog.bring.isEnabled()
    done()  # copied
    done()  # and listed anew
    assert {row.name for row in dialog.model.rows if row.state == "here"} == {"frcrn_se_16k"}
    dialog.verify.click()
    done()
    assert {row.name for row in dialog.model.rows if row.state == "here" and row.verified}
    assert dialog.status.text() == "All files are correct."


def test_a_file_that_is_not_what_it_was_is_named(dialog: ModelsDialog, done, cache, tmp_path: Path):
    done()
    folder = tmp_path / "stick" / "frcrn_se_16k"
    folder.mkdir(parents=True)
    (folder / "last_best_checkpoint.pt").write_bytes(b"weights")
    dialog.import_from(tmp_path / "stick")
    done()
    done()
    kept = cache / "frcrn_se_16k" / "last_best_checkpoint.pt"
    assert hashlib.sha256(kept.read_bytes()).digest() == hashlib.sha256(b"weights").digest()
    kept.write_bytes(b"changed")
    dialog.verify.click()
    done()
    assert "frcrn_se_16k" in dialog.status.text()
    assert next(row for row in dialog.model.rows if row.name == "frcrn_se_16k").state == "wrong"


def test_why_something_did_not_work_is_said(dialog: ModelsDialog, done, tmp_path: Path):
    done()
    dialog.import_from(tmp_path)
    done()
    assert "does not contain all files of any model" in dialog.status.text()
    assert dialog.status.property("role") == "error"


def test_a_model_that_is_here_can_be_transcribed_with(dialog: ModelsDialog, done):
    done()
    dialog.model.take(a_row("base", "here"))
    row = next(n for n, row in enumerate(dialog.model.rows) if row.name == "base")
    dialog.table.selectRow(row)
    assert dialog.use.isEnabled()
    dialog.use.click()
    assert dialog._settings.text("whisper") == "base"
    assert not dialog.use.isEnabled()


def test_closing_ends_what_runs(dialog: ModelsDialog):
    assert dialog.commands.running == "list"
    dialog.close()
    assert not dialog.commands.running
