"""Older files are brought up to date, all of it or nothing, after a copy was made."""

import sqlite3
from pathlib import Path

import pytest

from curator.domain.decision import PROJECT, Edit, Field, drop, keep
from curator.domain.errors import BrokenProject, CuratorError
from curator.store import backups, schema
from curator.store.project import Project
from tests.helpers.factories import a_cut

OLD_FILES = Path(__file__).parent / "old_files"
"""A project of each version as SQL: ``version-<n>.sql``."""


def with_a_step(monkeypatch, step):
    """Pretend that this program is one version further than it is."""
    monkeypatch.setattr(schema, "STEPS", {**schema.STEPS, schema.VERSION: step})
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)


def add_a_table(connection):
    connection.execute("CREATE TABLE mood(clip_id INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO mood SELECT id, 'fine' FROM clip")


MOOD = "CREATE TABLE mood(clip_id INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT"


def test_an_older_project_is_brought_up_to_date_after_a_copy_was_made(project, monkeypatch):
    project.decisions.apply(keep([1]))
    before = project.decisions.state_hash()
    old = schema.VERSION
    project.close()
    with_a_step(monkeypatch, add_a_table)
    monkeypatch.setattr(schema, "STATEMENTS", (*schema.STATEMENTS, MOOD))
    with Project.open(project.path) as again:
        assert again._database.read("SELECT COUNT(*) FROM mood").fetchone() == (6,)
        assert again._database.read("PRAGMA user_version").fetchone() == (old + 1,)
        assert again._database.read("PRAGMA foreign_keys").fetchone() == (1,)
        assert again.decisions.state_hash() == before
    copy = backups.all_backups(project.path)[0]
    assert copy.path.name.endswith(f"before-update-from-version-{old}.sqlite")
    connection = sqlite3.connect(copy.path)
    assert connection.execute("PRAGMA user_version").fetchone() == (old,)
    connection.close()


def test_a_step_that_fails_leaves_the_old_project(project, monkeypatch):
    project.close()
    old = schema.VERSION

    def fail(connection):
        add_a_table(connection)
        raise RuntimeError("half-way")

    with monkeypatch.context() as patch:
        with_a_step(patch, fail)
        with pytest.raises(RuntimeError, match="half-way"):
            Project.open(project.path)
    with Project.open(project.path) as again:
        assert again._database.read("PRAGMA user_version").fetchone() == (old,)
        assert again.verify() == []


def test_a_step_that_breaks_a_reference_is_not_kept(project, monkeypatch):
    project.close()

    def orphan(connection):
        connection.execute("DELETE FROM recording")

    with monkeypatch.context() as patch:
        with_a_step(patch, orphan)
        with pytest.raises(sqlite3.IntegrityError, match="broke a reference"):
            Project.open(project.path)
    with Project.open(project.path) as again:
        assert again.clips.count() == 6


def test_tables_that_came_out_otherwise_than_written_here_are_noticed(project, monkeypatch):
    project.close()
    with_a_step(monkeypatch, add_a_table)
    with pytest.raises(BrokenProject, match="tables are not as they should be"):
        Project.open(project.path)


def test_an_older_project_open_for_reading_only_is_refused_saying_what_to_do(project, monkeypatch):
    project.close()
    with_a_step(monkeypatch, add_a_table)
    with pytest.raises(CuratorError) as caught:
        Project.open(project.path, write=False)
    assert "older version" in caught.value.sentence
    assert "with a command that writes" in caught.value.hint


def test_there_is_a_step_from_every_older_version():
    assert set(schema.STEPS) == set(range(1, schema.VERSION))


def old_project(folder, version):
    """A project of an older version, made from its stored SQL."""
    folder.mkdir()
    connection = sqlite3.connect(folder / "project.sqlite")
    connection.executescript((OLD_FILES / f"version-{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return folder


def test_ids_of_removed_clips_are_not_given_again_after_an_update(tmp_path):
    with Project.open(old_project(tmp_path / "old.curator", 1)) as project:
        seen = set(project.clips.ids())
        recording = project.recordings.all()[0]
        project.clips.replace_cut(a_cut(recording, [(50.0, 54.0)]))
        assert min(set(project.clips.ids()) - seen) > max(seen)


@pytest.mark.parametrize("version", range(1, schema.VERSION + 1))
def test_a_stored_project_of_every_version_opens_with_all_its_decisions(tmp_path, version):
    """A change of the tables without a new version and a step fails here."""
    with Project.open(old_project(tmp_path / "old.curator", version)) as project:
        assert project.verify() == []
        kept, dropped, corrected, moved = project.clips.find()
        assert (kept.state, kept.emotion, kept.text) == ("kept", "greeting", "Welcome to the show")
        assert kept.scores == {"snr": 21.5}
        assert [finding.key for finding in kept.findings] == ["cut_word"]
        assert dropped.state == "dropped"
        assert (corrected.text, corrected.machine_text) == ("Árvíztűrő", "Arvisturo")
        assert moved.span.samples == 12_345
        assert project.decisions.voice() == (kept.id,)
        assert project.decisions.redo_label() == "Give emotion: tension (1 clip)"
        while project.decisions.undo():
            pass
        assert all(clip.state == "undecided" for clip in project.clips.find())


def test_snapshots_of_older_programs_say_what_they_did_not_keep(tmp_path):
    with Project.open(old_project(tmp_path / "old.curator", 3)) as project:
        (taken,) = project.snapshots.all()
        assert (taken.name, taken.clips, taken.is_whole) == ("before the update", 4, False)
        found = project.snapshots.compare("before the update")
        assert (found.differences, found.of_project, found.is_same) == ((), (), False)
        assert "by an older program" in found.sentences[-1]
        assert project.snapshots.for_export() != taken
        kept = project.clips.ids()[0]
        project.decisions.apply(drop([kept]))
        project.decisions.apply(Edit("", Field.WEIGHTS, {PROJECT: '{"temperature":0.5}'}))
        project.snapshots.back("before the update")
        assert project.clips.get(kept).state == "kept"
        assert project.decisions.of_project(Field.WEIGHTS) == '{"temperature":0.5}'
        assert project.snapshots.take("after it").id > taken.id
    copy = backups.all_backups(project.path)[-1]
    assert copy.path.name.endswith("before-update-from-version-3.sqlite")
