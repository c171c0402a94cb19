"""Projects with rows that no program of this project writes: a sentence instead of a traceback."""

import shutil
import sqlite3

import pytest

from curator.cli.arguments import run
from curator.store.journal import Journal
from tests.helpers.hostile_projects import passed_on

SETTING = "INSERT INTO project_decision VALUES ('{}', '{}')".format
ROWS = {
    "weights that are no JSON": (SETTING("weights", "garbage"), ["categories"]),
    "weights of another shape": (SETTING("weights", '{"a": [1]}'), ["categories"]),
    "weights that are nested deeply": (SETTING("weights", "[" * 5000), ["categories"]),
    "clips of no recording": ("UPDATE clip SET recording_id = 99", ["balance"]),
    "a recording with another number": ("UPDATE recording SET id = 99", ["balance"]),
    "an edit that is no JSON": ("UPDATE edit SET after = 'garbage'", ["verify"]),
    "a voice that is no number": (SETTING("voice", "x"), ["snapshot", "--back", "first"]),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A project as it was passed on, with a snapshot."""
    path = passed_on(tmp_path_factory.mktemp("whole"))
    assert run(["snapshot", str(path), "first"]) == 0
    assert run(["decide", str(path), "--query", "id:1", "--drop"]) == 0
    return path


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("merged", [False, True], ids=["itself", "merged"])
def test_a_row_of_another_program_is_named(whole, tmp_path, capsys, name, merged):
    sql, (command, *options) = ROWS[name]
    project = tmp_path / "show.curator"
    shutil.copytree(whole, project)
    connection = sqlite3.connect(project / "project.sqlite")
    connection.execute(sql)
    connection.commit()
    connection.close()
    mine = tmp_path / "mine.curator"
    assert run(["new", str(mine), "--language", "en"]) == 0
    capsys.readouterr()
    if merged:
        code = run(["merge", str(mine), str(project), "--rule", "theirs"])
    else:
        code = run([command, str(project), *options])
    said = capsys.readouterr().err
    assert code in ((0, 1) if merged else (1,))
    assert merged or "show.curator is damaged: " in said


def test_a_fault_of_the_program_is_not_called_damage(whole, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyError("a fault of the program")

    monkeypatch.setattr(Journal, "history", broken)
    with pytest.raises(KeyError):
        run(["history", str(whole)])
