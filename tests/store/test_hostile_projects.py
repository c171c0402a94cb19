"""Projects that somebody changed on purpose: nothing outside them is read or written."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from curator.audio.cache import is_cached, peaks_path, sound_path
from curator.audio.derived import derived_path
from curator.audio.resumable_file import GrowingFile, PartialFile, begun
from curator.domain.clip_query import parse
from curator.domain.decision import keep
from curator.domain.errors import BrokenProject, CuratorError
from curator.domain.foreign_files import ForeignFile, descriptor, is_hash, read_bounded
from curator.export.sources import source_fault
from curator.export.verify import verify_sources
from curator.store import backups, first_look
from curator.store.project import Project
from tests.helpers.factories import a_project
from tests.helpers.fuzz import counted
from tests.helpers.hostile_projects import (
    TRIGGERS,
    change,
    leaf_of_an_index,
    make_endless,
    write_super_journal,
)

HASHES = ("../../private/outside", "/tmp/outside", "a" * 63, "A" * 64, "", "a" * 64 + "/../x", "..")


@pytest.fixture
def closed(tmp_path, canary):
    """A project with decisions, and private files beside it that must stay as they are."""
    with a_project(tmp_path) as project:
        project.decisions.apply(keep(project.clips.ids()))
    yield project.path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "private", "show.curator"]


@pytest.mark.parametrize("sql", TRIGGERS.values(), ids=TRIGGERS)
@pytest.mark.parametrize("write", [True, False])
def test_a_schema_that_is_not_ours_is_refused(closed, sql, write):
    change(closed, sql)
    with pytest.raises(BrokenProject, match="tables are not as they should be"):
        Project.open(closed, write=write)


JOURNAL_CHANGES = {
    "a decision without an edit": "INSERT INTO decision(clip_id, emotion) VALUES (1, 'tension')",
    "another value": "UPDATE decision SET state = 'dropped' WHERE clip_id = 2",
    "no decision any more": "DELETE FROM decision WHERE clip_id = 3",
    "a hidden clip": "UPDATE clip SET origin = NULL WHERE id = 4",
    "an edit less": "DELETE FROM edit",
    "an edit of another state": "UPDATE edit SET state = 'undone'",
    "categories": "INSERT INTO project_decision VALUES ('weights', '{}')",
}


@pytest.mark.parametrize("sql", JOURNAL_CHANGES.values(), ids=JOURNAL_CHANGES)
def test_decisions_that_the_journal_does_not_know_are_faults(closed, sql):
    with Project.open(closed, write=False) as project:
        assert project.verify() == []
    connection = sqlite3.connect(closed / "project.sqlite")
    if "INSERT INTO decision" in sql:
        connection.execute("DELETE FROM decision WHERE clip_id = 1")
    connection.execute(sql)
    connection.commit()
    connection.close()
    with Project.open(closed, write=False) as project:
        (sentence, *_) = project.verify()
        assert "is not what the journal says" in sentence


def test_a_trigger_in_a_file_of_an_older_version_never_runs(closed):
    change(closed, TRIGGERS["a trigger"])
    change(closed, "PRAGMA user_version = 3")
    with pytest.raises(BrokenProject, match="holds a trigger"):
        Project.open(closed)
    connection = sqlite3.connect(closed / "project.sqlite")
    assert connection.execute("SELECT COUNT(*) FROM decision").fetchone() == (6,)
    connection.close()


@pytest.mark.parametrize("text", HASHES)
def test_a_hash_that_leads_elsewhere_is_refused(closed, text, tmp_path):
    change(closed, "UPDATE recording SET content_hash = ?", text)
    with Project.open(closed) as project:
        with pytest.raises(BrokenProject, match="a recording cannot be read"):
            project.recordings.all()
        for name in (sound_path, peaks_path):
            with pytest.raises(ForeignFile):
                name(project.cache, text)
        with pytest.raises(ForeignFile):
            derived_path(project.cache, text, "0" * 64)
    assert not is_hash(text)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("samples", 10**18), ("rate", 10**9), ("rate", 1), ("channels", -1), ("size", -5),
        ("path", b"/speech/a\0b.wav"), ("path", b""),
    ],
)  # fmt: skip
def test_values_that_no_recording_has_are_damage(closed, column, value):
    change(closed, f"UPDATE recording SET {column} = ?", value)
    with Project.open(closed) as project, pytest.raises(BrokenProject):
        project.recordings.all()


@pytest.mark.parametrize("name", ["lock", "project.sqlite-wal", "project.sqlite-journal"])
def test_a_link_is_not_written_through(closed, canary, name):
    (closed / name).unlink(missing_ok=True)
    (closed / name).symlink_to(canary.letter)
    with pytest.raises(CuratorError, match="is a link"):
        Project.open(closed)


def test_a_hard_link_is_not_emptied(closed, canary):
    (closed / "lock").unlink(missing_ok=True)
    os.link(canary.letter, closed / "lock")
    with pytest.raises(CuratorError, match="hard link"):
        Project.open(closed)


@pytest.mark.parametrize("name", ["cache", "backups"])
def test_a_folder_that_is_a_link_is_not_followed(closed, tmp_path, name):
    shutil.rmtree(closed / name, ignore_errors=True)
    elsewhere = tmp_path / "show.curator" / "elsewhere"
    elsewhere.mkdir()
    (closed / name).symlink_to(elsewhere)
    with pytest.raises(ForeignFile, match="is a link"):  # noqa: PT012  # opening makes a backup
        with Project.open(closed) as project:
            project.decisions.undo()
            assert project.cache
        Project.open(closed)
    assert list(elsewhere.iterdir()) == []


BESIDE = [f"project.sqlite-{ending}" for ending in ("wal", "shm", "journal")]


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("write", [True, False])
def test_a_file_of_sqlite_that_leads_elsewhere_is_refused(closed, canary, name, write):
    os.link(canary.letter, closed / name)
    with pytest.raises(ForeignFile, match="is a hard link"):
        Project.open(closed, write=write)
    for make in (os.mkfifo, os.mkdir):
        (closed / name).unlink()
        make(closed / name)
        with pytest.raises(ForeignFile, match="is not a file"):
            Project.open(closed, write=write)
        if make is os.mkdir:
            (closed / name).rmdir()


def test_a_project_file_that_is_a_hard_link_is_read_but_not_written(closed, tmp_path, canary):
    os.link(closed / "project.sqlite", tmp_path / "home" / "other.sqlite")
    with Project.open(closed, write=False) as project:
        assert project.clips.count()
    with pytest.raises(ForeignFile, match="is a hard link"):
        Project.open(closed)


@pytest.mark.parametrize("write", [True, False])
def test_a_journal_deletes_no_other_file(closed, canary, write):
    write_super_journal(closed, canary.letter)
    with pytest.raises(ForeignFile, match="names another file"):
        Project.open(closed, write=write)


def test_a_backup_is_opened_without_the_files_beside_it(closed, canary):
    with Project.open(closed) as project:
        backup = project.backup("now")
    change(closed, "UPDATE written SET times = times + 1")
    connection = sqlite3.connect(backup)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    os.mkfifo(f"{backup}-journal")
    for ending in ("-wal", "-shm"):
        os.link(canary.letter, f"{backup}{ending}")
    good = backups.newest_good(closed)
    assert good is not None
    assert good.path == backup
    with Project.open(closed) as project:
        assert project.backup("later") != backup


def root_of(project, table: str) -> int:
    connection = sqlite3.connect(project / "project.sqlite")
    sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
    (root,) = connection.execute(sql, (table,)).fetchone()
    connection.close()
    return int(root)


@pytest.mark.parametrize("write", [True, False])
def test_a_table_that_never_ends_is_found_at_opening(closed, write):
    make_endless(closed, root_of(closed, "clip"))
    with (
        counted("endless tables", write),
        pytest.raises(BrokenProject, match="out of order"),
    ):
        Project.open(closed, write=write)


@pytest.mark.parametrize("where", ["project", "backup"])
def test_a_schema_that_never_ends_is_found_at_opening(closed, where):
    with Project.open(closed) as project:
        backup = project.backup("now")
    make_endless(closed, 1, leaf_of_an_index(closed))
    if where == "backup":
        shutil.copyfile(closed / "project.sqlite", backup)
        with counted("endless schemas", where):
            assert backups.newest_good(closed) is None
    with counted("endless schemas", "project"), pytest.raises(BrokenProject):
        Project.open(closed)


class FakeConnection:
    """Fails when it is asked anything."""

    def execute(self, sql: str) -> None:
        raise AssertionError(sql)


def test_a_file_is_checked_again_only_if_it_was_changed_elsewhere(closed, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    with Project.open(closed) as project:
        project.decisions.undo()
        assert first_look.fault_of(FakeConnection(), closed / "project.sqlite") == ""
    assert first_look.fault_of(FakeConnection(), closed / "project.sqlite") == ""
    os.utime(closed / "project.sqlite", ns=(1, 1))
    with pytest.raises(AssertionError, match="quick_check"):
        first_look.fault_of(FakeConnection(), closed / "project.sqlite")
    (tmp_path / "home" / "voice-curator" / first_look.NOTES).write_text("[")
    with Project.open(closed, write=False) as project:
        assert project.clips.count()


@pytest.mark.parametrize("name", ["lock", "project.sqlite"])
def test_a_pipe_is_refused_at_once(closed, name):
    (closed / name).unlink(missing_ok=True)
    os.mkfifo(closed / name)
    with pytest.raises(CuratorError):
        Project.open(closed)


def test_a_recording_that_is_a_pipe_or_a_device_is_a_fault(closed, tmp_path):
    pipe = closed / "pipe.wav"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), closed):
        change(closed, "UPDATE recording SET path = ?, size = ?", os.fsencode(path), 0)
        with Project.open(closed, write=False) as project:
            (recording,) = project.recordings.all()
            assert source_fault(recording, thorough=True) is not None
            faults, notes = verify_sources([recording])
            assert (len(faults), notes) == (1, [])
    with pytest.raises(OSError, match="device, pipe"):
        descriptor(pipe)


def test_cached_files_that_are_links_or_pipes_count_as_missing(closed, canary):
    with Project.open(closed) as project:
        for make in (lambda path: path.symlink_to(canary.letter), os.mkfifo):
            path = peaks_path(project.cache, "a" * 64)
            make(path)
            assert not is_cached(project.cache, "a" * 64)
            path.unlink()


def test_an_unfinished_file_that_is_a_link_is_not_written_through(closed, canary):
    path = closed / "cache" / "x.w64"
    path.with_suffix(".begun").symlink_to(canary.letter)
    growing = GrowingFile(path, b"head", PartialFile("k", "s", 16_000, 4))
    growing.leave()
    for written in ('"1"', "-1", "5", "1e99", "true"):
        note = f'{{"key": "k", "source": "s", "rate": 1, "samples": 4, "written": {written}}}'
        path.with_suffix(".begun.json").write_text(note)
        assert begun(path) is None


def test_leftovers_of_killed_backups_are_removed(closed):
    folder = closed / "backups"
    folder.mkdir(exist_ok=True)
    for name in ("000009_x.partial", "000009_x.partial-journal", "000009_x.partial-wal"):
        (folder / name).write_bytes(b"half")
    with Project.open(closed) as project:
        project.decisions.undo()
        project.backup("now")
    assert not list(folder.glob("*.partial*"))


def test_a_lock_of_an_unknown_process_blocks_nobody(closed):
    for content in (b"", b"\xff\xfe", b"1\nhost\nother program\n", b"x" * 10_000):
        (closed / "lock").write_bytes(content)
        Project.open(closed).close()


@pytest.mark.parametrize("typed", ["id:99999999999999999999999", "text:\ud800", "\udfff"])
def test_a_value_that_cannot_be_stored_is_a_sentence(closed, typed):
    with Project.open(closed, write=False) as project:
        try:
            project.clips.find(parse(typed))
        except CuratorError as error:
            assert "\n" not in error.sentence  # noqa: PT017  # some need not ask SQLite


def test_a_file_is_read_up_to_a_limit(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bounded(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="larger than"):
        read_bounded(tmp_path / "a", 4)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match="link"):
        read_bounded(tmp_path / "link", 5)
