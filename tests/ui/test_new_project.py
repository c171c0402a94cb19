"""The dialog for a new project says what is wrong before anything is made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shiboken6 import isValid

from curator.store.project import Project
from curator.ui.new_project import NewProject
from curator.ui.widgets.language_field import LanguageField


@pytest.fixture
def dialog(qapp, tmp_path: Path) -> Iterator[NewProject]:
    dialog = NewProject(folder=tmp_path)
    dialog.show()
    yield dialog
    if isValid(dialog):  # it deletes itself when it is closed
        dialog.close()


@pytest.mark.parametrize("name", ["a/b", "a:b", ".hidden", "dot.", "tab\there"])
def test_a_name_that_is_no_file_name_is_refused(dialog: NewProject, tmp_path: Path, name: str):
    dialog.name.setText(name)
    assert not dialog.make.isEnabled()
    assert dialog.error.text().startswith("A name cannot")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_hold_projects_is_refused(dialog: NewProject, tmp_path: Path):
    dialog.name.setText("show")
    assert dialog.make.isEnabled()
    (tmp_path / "file").write_text("x")
    for folder in (str(tmp_path / "file"), "here", ""):
        dialog.folder.setText(folder)
        assert not dialog.make.isEnabled()


def test_a_language_is_found_by_its_name_and_checked(dialog: NewProject, tmp_path: Path):
    dialog.name.setText("show")
    for typed, code in (
        ("Hungarian", "hu"), ("magyar", "hu"), ("vi", "vi"), ("Vietnamese (Tiếng Việt)", "vi"),
        ("", ""), ("Klingon", None),
    ):  # fmt: skip
        dialog.language.setEditText(typed)
        assert dialog.language.code == code
        assert dialog.make.isEnabled() == (code is not None)
    dialog.language.choose("vi")
    assert "training adds it" in dialog.about_language.text()
    dialog._make()
    with Project.open(tmp_path / "show.curator") as project:
        assert project.settings.language == "vi"


def test_categories_and_target_are_explained(dialog: NewProject):
    assert dialog.about_categories.text().startswith("Greeting, Question, Tension")
    assert "11.6 s" in dialog.about_target.text()
    assert "non-commercial" in dialog.about_target.text()


def test_a_language_is_searched_anywhere_in_its_name(qtbot):
    field = LanguageField()
    qtbot.addWidget(field)
    completer = field.completer()
    completer.setCompletionPrefix("iếng")
    assert completer.completionCount() == 1
