"""Projects, exports and checkpoints under the rules of Windows; ``--windows-rules`` runs more."""

import os
import sys
from pathlib import Path

import pytest

from curator.domain import system
from curator.domain.decision import keep
from curator.domain.errors import ProjectBusy
from curator.domain.system import portable_stem, require_short
from curator.export.listing import safe_names
from curator.export.project import export_project
from curator.export.settings import ExportSettings
from curator.export.verify import verify_bundle
from curator.store.project import Project
from tests.export.test_hub import a_project
from tests.helpers.windows_rules import windows_rules
from trainer.runs import checkpoint
from trainer.runs.lock import LOCK, PAUSE, RunInUse, locked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="imitates by what /proc says")


@pytest.fixture(autouse=True)
def rules(tmp_path):
    with windows_rules(tmp_path) as active:
        yield active


def test_a_project_is_made_decided_backed_up_and_exported(tmp_path, rules):
    path = a_project(tmp_path)
    with Project.open(path) as project:
        project.decisions.undo()
        project.decisions.apply(keep(project.clips.ids()))
        with pytest.raises(ProjectBusy, match="already open in"):
            Project.open(path)
        for form in ("bundle", "audiofolder", "webdataset", "textgrid"):
            export_project(project, tmp_path / form, ExportSettings(form))
    assert verify_bundle(tmp_path / "bundle") == []
    with Project.open(path, write=False) as project:
        assert project.verify() == []
    assert rules.refused == []


def test_checkpoints_are_saved_again_over_themselves_and_read(tmp_path, rules):
    pytest.importorskip("torch")
    from tests.trainer.runs.test_checkpoint import save

    for _ in range(2):
        save(tmp_path, 7)
    saved, broken = checkpoint.newest(tmp_path)
    assert (saved.step, broken) == (7, [])
    assert rules.refused == []


def test_a_run_is_locked_and_asked_to_pause_by_a_file(tmp_path):
    with locked(tmp_path):
        system.ask_to_pause(os.getpid(), tmp_path / PAUSE)
        assert (tmp_path / PAUSE).exists()
        assert system.is_running(os.getpid())
    assert not (tmp_path / PAUSE).exists()
    assert not (tmp_path / LOCK).exists()
    (tmp_path / LOCK).write_text('{"pid": 4194304, "host": "elsewhere"}', encoding="utf-8")
    with pytest.raises(RunInUse), locked(tmp_path):
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aux", "_aux"),
        ("Con.2024", "_Con.2024"),
        ("com1", "_com1"),
        ("a:b?", "a_b_"),
        (" .hidden. ", "hidden"),
        ("...", "voice"),
        ("console", "console"),
        ("ő" * 100, "ő" * 60),
    ],
)
def test_stems_are_names_on_every_system(text, expected, tmp_path):
    stem = portable_stem(text, "voice")
    assert stem == expected
    (tmp_path / f"{stem}.txt").write_bytes(b"")


def test_recordings_named_like_devices_and_in_two_cases_have_files_of_their_own(tmp_path):
    class Named:
        def __init__(self, stem):
            self.path = Path(f"/recordings/{stem}.wav")

    stems = ("nul", "NUL", "Show", "show", "a.b.")
    names = safe_names({number: Named(stem) for number, stem in enumerate(stems)})
    for name in names.values():
        (tmp_path / f"{name}.txt").write_bytes(name.encode())
    assert len(list(tmp_path.iterdir())) == len(stems)


def test_a_folder_too_deep_is_refused_by_one_sentence(tmp_path):
    with pytest.raises(OSError, match="Windows allows 259"):
        require_short(tmp_path / ("x" * 250), 60)
    require_short(Path("/short"), 60)
