"""Every command on every hostile project: private files around it stay unread and unchanged."""

import os
import shutil

import pytest

from curator.cli.arguments import run
from tests.helpers.hostile_projects import CHANGES, passed_on

pytestmark = [pytest.mark.timeout(300), pytest.mark.skipif(os.name == "nt", reason="no pipes")]

COMMANDS = (
    ("verify",), ("check",), ("clips", "--query", "kept"), ("history",), ("undo",),
    ("decide", "--query", "id:1", "--drop"), ("snapshot", "now"),
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A project as it was passed on."""
    return passed_on(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.curator"
    assert run(["new", str(path), "--language", "en"]) == 0
    return path


@pytest.mark.parametrize("name", CHANGES)
def test_commands_neither_read_nor_change_private_files(
    whole, mine, tmp_path, capsys, canary, name
):
    project = tmp_path / "show.curator"
    shutil.copytree(whole, project)
    CHANGES[name](project, canary)
    for command, *options in COMMANDS:
        run([command, str(project), *options])
    run(["export", str(project), str(tmp_path / "out")])
    run(["merge", str(mine), str(project), "--rule", "theirs"])
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    assert "a private" not in said.err + said.out
