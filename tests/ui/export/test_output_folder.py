"""Folders proposed for the next export."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.domain.decision import keep
from curator.store.project import Project
from curator.ui.export import output_folder
from curator.ui.export.output_folder import free_folder, is_writable
from curator.ui.export.page import ExportPage
from curator.ui.export.presets import ExportPreset, last_folder
from tests.helpers.audit_window import a_spoken_project
from tests.helpers.players import FakePlayer

PATIENCE_MS = 60_000
AS_ROOT = os.name != "nt" and os.geteuid() == 0


@pytest.mark.parametrize(
    ("present", "proposed"),
    [
        ((), "show"),
        (("show",), "show-2"),
        (("show", "show-2"), "show-3"),
        (("show", "show-3"), "show-2"),
        (("show-v1",), "show-v2"),
        (("show-v1", "show-v2", "show-v3"), "show-v4"),
        (("show-v9",), "show-v10"),
        (("take-09",), "take-10"),
        (("take-099",), "take-100"),
        (("7",), "8"),
        (("v1.9",), "v1.10"),
        (("2 shows",), "2 shows-2"),
        (("show-2024",), "show-2024-2"),
        (("show-2024", "show-2024-2"), "show-2024-3"),
        (("show-2024-05-03",), "show-2024-05-03-2"),
        (("show_2024.05",), "show_2024.05-2"),
        (("Árvíz 10 30",), "Árvíz 10 31"),
    ],
)
def test_the_proposed_folder_follows_the_numbering(tmp_path: Path, present, proposed: str):
    for name in present:
        (tmp_path / name).mkdir()
    wanted = tmp_path / (present[0] if present else "show")
    assert free_folder(wanted) == tmp_path / proposed


def test_files_and_dangling_links_take_a_name(tmp_path: Path):
    (tmp_path / "show-v1").write_text("")
    (tmp_path / "show-v2").symlink_to(tmp_path / "gone")
    assert free_folder(tmp_path / "show-v1") == tmp_path / "show-v3"


def test_a_name_of_full_length_has_an_end(tmp_path: Path):
    longest = tmp_path / ("n" * 255)
    longest.mkdir()
    assert free_folder(longest).name == "n" * 255 + "-2"  # refused in words by the export


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_a_read_only_folder_is_not_writable(tmp_path: Path):
    tmp_path.chmod(0o500)
    assert not is_writable(tmp_path)
    tmp_path.chmod(0o700)
    assert is_writable(tmp_path)


def test_a_read_only_or_missing_parent_is_not_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    preset = ExportPreset("xtts_v2", "ada", 10.0, str(tmp_path), "show-v1")
    assert last_folder(preset, "ada-bundle") == tmp_path / "show-v1"
    unnamed = ExportPreset("xtts_v2", "ada", 10.0, str(tmp_path))
    assert last_folder(unnamed, "ada-bundle") == tmp_path / "ada-bundle"
    gone = ExportPreset("xtts_v2", "ada", 10.0, str(tmp_path / "gone"), "show-v1")
    assert last_folder(gone, "ada-bundle") is None
    monkeypatch.setattr(output_folder.os, "access", lambda _path, mode: not mode & os.W_OK)
    assert last_folder(preset, "ada-bundle") is None


@pytest.fixture
def page(qtbot, session_of, tmp_path: Path) -> Iterator[ExportPage]:
    project = Project.open(a_spoken_project(tmp_path, 4))
    project.decisions.apply(keep(project.clips.ids()))
    session = session_of(project)
    page = ExportPage(session, FakePlayer())
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(session.errands.ended, timeout=PATIENCE_MS):
        page.shown()
    yield page
    page.close_page()


def export_to(qtbot, page: ExportPage, folder: Path) -> None:
    page.choices.out.setText(str(folder))
    with qtbot.waitSignal(page.session.errands.ended, timeout=PATIENCE_MS):
        page.export()


def test_the_next_folder_follows_the_one_that_was_typed(qtbot, page: ExportPage, tmp_path: Path):
    sets = tmp_path / "sets"
    sets.mkdir()
    export_to(qtbot, page, sets / "show-v1")
    assert page.choices.folder == sets / "show-v2"
    export_to(qtbot, page, page.choices.folder)
    assert page.choices.folder == sets / "show-v3"
    (sets / "other").mkdir()
    page.choices._inside(str(sets / "other"))  # another parent, the same name
    assert page.choices.folder == sets / "other" / "show-v3"
    remembered = page.remembered()
    page.recall(remembered)
    assert page.choices.folder == sets / "show-v3"


def test_a_failed_export_keeps_the_typed_folder(qtbot, page: ExportPage, tmp_path: Path):
    taken = tmp_path / "taken"
    taken.mkdir()
    export_to(qtbot, page, taken)
    assert page.choices.folder == taken


def test_a_folder_typed_during_an_export_stays(qtbot, page: ExportPage, tmp_path: Path):
    page.choices.out.setText(str(tmp_path / "show-v1"))
    with qtbot.waitSignal(page.session.errands.ended, timeout=PATIENCE_MS):
        page.export()
        page.choices.out.setText(str(tmp_path / "for anna"))
    assert (tmp_path / "show-v1").is_dir()
    assert page.choices.folder == tmp_path / "for anna"
