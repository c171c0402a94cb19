"""Projects with random values in random rows: an answer or a sentence, never a traceback."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from curator.domain.clip_query import parse
from curator.domain.decision import correct_text, give_emotion, keep
from curator.domain.errors import CuratorError
from curator.store.project import Project
from tests.helpers.factories import a_finding, a_project, say
from tests.helpers.fuzz import cases

CASES = 100
TABLES = (
    "setting", "recording", "clip", "decision", "edit", "snapshot", "snapshot_clip",
    "project_decision", "transcript", "recording_transcript", "finding", "score", "producer",
    "written",
)  # fmt: skip
NUMBERS = (0, -1, 1, 7, 2**31, 2**62, -(2**63))
VALUES = {
    "INTEGER": NUMBERS,
    "REAL": (*NUMBERS, 1e308, -1e308, float("inf"), float("-inf")),
    "TEXT": (
        "", "x", "\x00", "\x1b[2J", "\u202e", "<img src=x>", "[]", "{}", '{"1": {}}', "NaN",
        "[" * 2000, '{"9999999999999999999999": null}', "../../private/letter.txt", "a" * 70_000,
        '{"1": ["a"]}', '{"1": 5}', "presence", "kept",
    ),
    "BLOB": (b"\xff\xfe", b"", b"../x", b"a\x00b", b"/dev/zero"),
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with a_project(tmp_path_factory.mktemp("rows")) as project:
        clips = project.clips.ids()
        for clip in clips[:3]:
            say(project, clip, "some words")
        project.facts.set_findings({clips[0]: [a_finding("clipped")]})
        project.decisions.apply(keep(clips[:2]))
        project.decisions.apply(correct_text(clips[:1], "other words"))
        project.snapshots.take("monday")
        project.decisions.apply(give_emotion(clips[:2], "tension"))
        project.decisions.undo()
    return project.path


def change(file, draw):
    """Set one column of one row to an odd value; False if the table does not take it."""
    table = draw.choice(TABLES)
    with closing(sqlite3.connect(file)) as connection:
        columns = {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({table})")}
        keys = ", ".join(columns)
        rows = connection.execute(f"SELECT {keys} FROM {table}").fetchall()
        if not rows:
            return False
        row = draw.choice(rows)
        column = draw.choice(list(columns))
        value = draw.choice((None, *VALUES[columns[column]]))
        same = " AND ".join(f"{name} IS ?" for name in columns)
        try:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {same}", (value, *row))
            connection.commit()
        except (sqlite3.Error, OverflowError):
            return False
    return True


def require_sentence(error):
    assert 0 < len(error.sentence) < 20_000


def use(path):
    with Project.open(path) as project:
        for work in (
            project.recordings.all, project.clips.find, project.clips.spans, project.verify,
            lambda: project.clips.find(parse("state:kept some finding:clipped")),
            project.decisions.history, project.decisions.undo, project.decisions.redo,
            project.snapshots.all, lambda: project.settings, project.decisions.state_hash,
            lambda: project.decisions.apply(keep(project.clips.ids())),
        ):  # fmt: skip
            try:
                work()
            except CuratorError as error:
                require_sentence(error)


@pytest.mark.timeout(3600)
def test_odd_values_are_answered_or_named(whole, tmp_path, canary):
    path = tmp_path / "show.curator"
    shutil.copytree(whole, path)
    changed = 0
    inputs = 0
    for draw in cases("rows of projects", CASES):
        inputs += 1
        for name in ("project.sqlite-wal", "project.sqlite-shm"):
            (path / name).unlink(missing_ok=True)
        shutil.copyfile(whole / "project.sqlite", path / "project.sqlite")
        shutil.rmtree(path / "backups", ignore_errors=True)
        changed += change(path / "project.sqlite", draw)
        try:
            use(path)
        except CuratorError as error:
            require_sentence(error)
    assert changed > inputs // 2
