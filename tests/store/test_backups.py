from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.decision import keep
from curator.domain.errors import BrokenProject, CuratorError
from curator.store import backups
from curator.store.backups import DAYS_KEPT, NEWEST_KEPT, WEEKS_KEPT, Backup, superfluous
from curator.store.project import Project
from tests.helpers.factories import an_empty_project

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def copies(project_path):
    return [backup.path for backup in backups.all_backups(project_path)]


def change(project, value):
    project.facts.set_project_fact("changed", str(value))


def test_a_backup_is_the_whole_project_in_one_file(project, tmp_path):
    project.decisions.apply(keep([1]))
    copy = project.backup("Before: analysis!")
    assert copy.name.startswith("000001_")
    assert copy.name.endswith("_before-analysis.sqlite")
    restored = tmp_path / "restored.curator"
    restored.mkdir()
    copy.rename(restored / "project.sqlite")
    with Project.open(restored) as again:
        assert again.decisions.state_hash() == project.decisions.state_hash()
        assert again.verify() == []


def test_nothing_new_needs_no_new_backup(project):
    first = project.backup("one")
    assert project.backup("two") == first
    change(project, 1)
    assert project.backup("three") != first


def test_a_backup_that_was_damaged_counts_for_nothing(project):
    first = project.backup("one")
    first.write_bytes(b"")
    assert project.backup("two") != first


def test_opening_makes_a_backup_of_what_changed_since_the_last_one(project):
    project.close()
    for expected in (1, 1):
        Project.open(project.path).close()
        assert len(copies(project.path)) == expected
    with Project.open(project.path) as again:
        again.decisions.apply(keep([1]))
    Project.open(project.path).close()
    assert [path.name.split("_")[2] for path in copies(project.path)] == ["opened.sqlite"] * 2


def test_a_new_project_has_nothing_to_back_up(tmp_path):
    with an_empty_project(tmp_path) as project:
        assert copies(project.path) == []


def test_reading_makes_no_backup(project):
    with Project.open(project.path, write=False):
        assert copies(project.path) == []


def test_the_folder_of_backups_does_not_grow_for_ever(project):
    for i in range(2 * NEWEST_KEPT):
        change(project, i)
        project.backup(f"number {i}")
    left = copies(project.path)
    assert len(left) == NEWEST_KEPT
    assert left == sorted(left)
    assert left[-1].name.endswith("number-9.sqlite")


def test_other_files_among_the_backups_are_left_alone(project):
    folder = project.path / "backups"
    folder.mkdir()
    others = ["mine.sqlite", "000001_2026-13-45T00-00-00Z_odd.sqlite", "notes.txt"]
    for name in others:
        (folder / name).write_text("mine")
    for i in range(NEWEST_KEPT + 3):
        change(project, i)
        project.backup("again")
    assert {path.name for path in folder.iterdir()} >= set(others)
    assert not list(folder.glob("*.partial"))


def test_folders_among_the_backups_stop_nothing_and_stay(project):
    folder = project.path / "backups"
    names = ["mine.partial", "000009_2026-01-01T00-00-00Z_opened.sqlite"]
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "letter.txt").write_text("mine")
    (folder / "000002_2026-01-01T00-00-00Z_opened.partial").write_bytes(b"half")
    for i in range(NEWEST_KEPT + 3):
        change(project, i)
        copy = project.backup("again")
    assert copy in copies(project.path)
    assert not (folder / "000002_2026-01-01T00-00-00Z_opened.partial").exists()
    for name in names:
        assert (folder / name / "letter.txt").read_text() == "mine"
    project.close()
    Project.open(project.path).close()


def test_a_backup_that_cannot_be_written_is_a_sentence(project, monkeypatch):
    (project.path / "backups").write_text("a file where the folder should be")
    with pytest.raises(CuratorError, match="No backup could be made"):
        project.backup("one")


def test_the_project_opens_though_no_backup_can_be_made(project):
    project.close()
    (project.path / "backups").write_text("a file where the folder should be")
    with Project.open(project.path) as again:
        assert "No backup could be made" in again.notices[0]
        again.decisions.apply(keep([1]))


def test_a_damaged_project_does_not_push_out_its_good_backups(project):
    good = project.backup("good")
    change(project, 1)
    project.close()
    file = project.path / "project.sqlite"
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 8 * 4096] = b"\xaa" * (5 * 4096)
    file.write_bytes(content)
    with pytest.raises(BrokenProject, match=good.name):
        Project.open(project.path)
    assert copies(project.path) == [good]


def a_backup(number, made_at):
    return Backup(number, Path(f"{number}"), made_at)


def kept(made):
    numbered = [a_backup(number, at) for number, at in enumerate(made)]
    gone = set(superfluous(numbered))
    return [backup for backup in numbered if backup not in gone]


def test_of_a_year_of_backups_every_six_hours_the_right_ones_are_left():
    made = [START + timedelta(hours=6 * i) for i in range(4 * 365)]
    left = {backup.made_at for backup in kept(made)}
    last = made[-1]
    assert set(made[-NEWEST_KEPT:]) <= left
    for day in range(DAYS_KEPT):
        assert any(at.date() == (last - timedelta(days=day)).date() for at in left)
    for week in range(WEEKS_KEPT):
        earlier = last - timedelta(weeks=week)
        assert any(at.isocalendar()[:2] == earlier.isocalendar()[:2] for at in left)
    assert len(left) <= NEWEST_KEPT + DAYS_KEPT + WEEKS_KEPT


times = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(st.lists(times, max_size=60))
def test_whatever_the_clock_said_the_newest_are_kept_and_the_rest_is_bounded(made):
    left = kept(made)
    numbers = [backup.number for backup in left]
    assert numbers[-NEWEST_KEPT:] == list(range(len(made)))[-NEWEST_KEPT:]
    assert len(left) <= NEWEST_KEPT + DAYS_KEPT + WEEKS_KEPT


def test_a_clock_that_jumped_for_an_hour_costs_no_older_backup():
    daily = [START + timedelta(days=i) for i in range(6)]
    for jump in (START + timedelta(days=400), START - timedelta(days=20_000)):
        after = [*daily, jump, START + timedelta(days=6)]
        assert {backup.made_at for backup in kept(after)} >= set(daily[-5:])
