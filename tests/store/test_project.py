import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from curator.domain.decision import keep
from curator.domain.errors import BrokenProject, CuratorError, ProjectBusy
from curator.store import database
from curator.store.project import Project
from tests.helpers.factories import a_project, an_empty_project

ROOT = Path(__file__).resolve().parents[2]
CATEGORIES = """
key = "mine"
name = "Mine"
target_clips = 3
target_minutes = 0.5
[[emotion]]
key = "calm"
name = "Calm"
colour = "#000000"
digit = "1"
"""


def create(path, **changed):
    settings = {"language": "hu", "target": "xtts_v2", "categories": CATEGORIES}
    return Project.create(path, **(settings | changed))


def test_a_new_project_remembers_what_it_is_for(tmp_path):
    create(tmp_path / "deep" / "mine.curator").close()
    with Project.open(tmp_path / "deep" / "mine.curator") as project:
        assert (project.settings.language, project.settings.target) == ("hu", "xtts_v2")
        assert project.settings.emotions.keys == ("calm",)
        assert project.settings.categories == CATEGORIES
        assert project.verify() == []
        assert project.can_write


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are not listed here")
def test_closing_closes_the_file_although_an_error_has_left_rows_unread(tmp_path):
    project = an_empty_project(tmp_path)
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
    rows = iter(project._database.read(f"{many} SELECT i, name FROM n, sqlite_schema"))
    assert next(rows)
    project.close()
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert [link for link in links if "project.sqlite" in link] == []
    del rows


def test_nothing_is_overwritten_by_a_new_project(tmp_path):
    for name in ("folder", "file"):
        path = tmp_path / name
        path.mkdir() if name == "folder" else path.write_text("precious")
        with pytest.raises(CuratorError, match="already exists"):
            create(path)
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"target": "parrot"}, "no target called 'parrot'"),
        ({"categories": "key ="}, "category set cannot be read"),
        ({"categories": "key = 'x'"}, "category set cannot be read"),
    ],
)
def test_a_project_that_cannot_be_leaves_nothing_behind(tmp_path, changed, said):
    with pytest.raises(CuratorError, match=said):
        create(tmp_path / "new.curator", **changed)
    assert list(tmp_path.iterdir()) == []


def test_a_project_that_fails_to_be_made_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("curator.store.project.create_file", full)
    with pytest.raises(CuratorError, match="could not be made: No space left"):
        create(tmp_path / "new.curator")
    assert list(tmp_path.iterdir()) == []


def test_a_project_is_known_by_its_file(project, tmp_path):
    assert Project.is_project(project.path)
    assert not Project.is_project(tmp_path)
    assert not Project.is_project(tmp_path / "nowhere")


def test_the_cache_may_be_deleted_at_any_time(project):
    project.cache.rmdir()
    assert project.cache.is_dir()


def test_at_rest_the_project_is_one_file(project):
    project.decisions.apply(keep([1]))
    project.close()
    assert not list(project.path.glob("project.sqlite-*"))
    project.close()


@pytest.mark.posix(reason="Windows allows no such name")
def test_a_project_may_have_a_question_in_its_name(tmp_path):
    with a_project(tmp_path, 2, "50% #1?.curator") as project:
        assert project.backup("test").is_file()


@pytest.mark.parametrize("name", ["ünï 🎙️.curator", "50% #1!.curator", "-x.curator", "a b"])
def test_a_project_may_have_any_name_that_every_system_allows(tmp_path, name):
    with a_project(tmp_path, 2, name) as project:
        project.decisions.apply(keep([1]))
        with Project.open(project.path, write=False) as reader:
            assert reader.clips.count() == 2
        assert project.backup("test").is_file()


def test_a_second_writer_is_told_who_has_the_project(project):
    with pytest.raises(ProjectBusy) as caught:
        Project.open(project.path)
    assert f"process {os.getpid()} on {socket.gethostname()}" in caught.value.sentence
    assert "reading works meanwhile" in caught.value.hint


def test_a_second_process_is_refused_while_the_first_writes_and_let_in_after(project):
    script = (
        "import sys; from pathlib import Path; from curator.store.project import Project\n"
        "from curator.domain.errors import ProjectBusy\n"
        "try: Project.open(Path(sys.argv[1])).close()\n"
        "except ProjectBusy as e: print(e); sys.exit(3)\n"
    )
    command = [sys.executable, "-c", script, str(project.path)]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 3, refused.stderr
    assert f"(process {os.getpid()} on" in refused.stdout
    project.close()
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_a_lock_file_left_behind_is_simply_taken(project):
    project.close()
    (project.path / "lock").write_text("1\nelsewhere\ncurator\n")
    with Project.open(project.path) as again:
        again.decisions.apply(keep([1]))
    assert (project.path / "lock").read_text() == ""


def test_a_lock_file_that_says_nothing_is_no_reason_to_fail(project):
    (project.path / "lock").write_text("")
    with pytest.raises(ProjectBusy, match="open in another program"):
        Project.open(project.path)


def test_an_owner_whose_name_is_garbled_is_shown_in_printable_letters(project):
    (project.path / "lock").write_bytes(b"12\xff\nhost\x07\ncurator\n")
    with pytest.raises(ProjectBusy, match=r"in curator \(process 12\\xff on host\\x07\)"):
        Project.open(project.path)


def test_a_project_that_fails_to_open_is_not_left_locked(project):
    project.close()
    file = project.path / "project.sqlite"
    good = file.read_bytes()
    file.write_bytes(b"not a database, whatever its name")
    with pytest.raises(BrokenProject):
        Project.open(project.path)
    file.write_bytes(good)
    Project.open(project.path).close()


def test_readers_work_beside_a_writer_and_after_it(project):
    with Project.open(project.path, write=False) as reader:
        assert not reader.can_write
        assert reader.settings == project.settings
        project.decisions.apply(keep([1]))
        assert reader.clips.get(1).state == "kept"
        project.close()
        assert reader.clips.get(1).state == "kept"
        assert reader.verify() == []


NOBODY = 65534
READ = """
import os, sys
from pathlib import Path
from curator.domain.errors import CuratorError
from curator.store.project import Project
if os.geteuid() == 0:
    os.setgid({nobody}); os.setuid({nobody})
path = Path(sys.argv[1])
try:
    Project.open(path)
except CuratorError as error:
    print(error)
with Project.open(path, write=False) as project:
    print(project.clips.get(1).state)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter there")
@pytest.mark.parametrize("writer_is_there", [True, False])
def test_a_folder_that_cannot_be_written_to_can_be_read(writer_is_there):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with a_project(folder) as project:
            project.decisions.apply(keep([1]))
            if not writer_is_there:
                project.close()
            for path in (folder, project.path):
                path.chmod(0o555)
            command = [sys.executable, "-c", READ.format(nobody=NOBODY), str(project.path)]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            for path in (folder, project.path):
                path.chmod(0o755)
    assert run.stderr == ""
    refused, state = run.stdout.splitlines()
    assert refused.startswith("show.curator cannot be written to (Permission denied).")
    assert state == "kept"


def test_on_a_network_drive_the_project_works_without_a_write_ahead_log(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "on_network", lambda _: True)
    with a_project(tmp_path) as project:
        project.decisions.apply(keep([1]))
        assert project._database.read("PRAGMA journal_mode").fetchone() == ("delete",)
        assert "it works, more slowly" in project.notices[0]
        with Project.open(project.path, write=False) as reader:
            assert reader.clips.get(1).state == "kept"
    monkeypatch.undo()
    with Project.open(project.path) as project:
        assert project._database.read("PRAGMA journal_mode").fetchone() == ("wal",)
        assert project.notices == ()


def test_this_machine_s_own_disk_is_no_network_drive(tmp_path):
    assert not database.on_network(tmp_path)


def test_decisions_are_synchronised_to_the_disk_and_facts_need_not_be(project):
    full, normal = 2, 1

    def synchronous():
        return project._database.read("PRAGMA synchronous").fetchone()[0]

    with project.writing():
        assert synchronous() == full
    with project.writing(bulk=True):
        assert synchronous() == normal
    project.decisions.apply(keep([1]))
    assert synchronous() == full


def test_a_full_disk_is_a_sentence_and_the_project_stays_whole(tmp_path):
    with an_empty_project(tmp_path) as project:
        (pages,) = project._database.read("PRAGMA page_count").fetchone()
        project._database.read(f"PRAGMA max_page_count = {pages}").fetchone()
        with pytest.raises(CuratorError, match="The disk is full"):
            project.facts.set_project_fact("big", "x" * 100_000)
        project._database.read("PRAGMA max_page_count = 1000000").fetchone()
        assert project.facts.project_fact("big") is None
        project.facts.set_project_fact("big", "x" * 100_000)
        assert project.verify() == []


def test_closing_does_not_wait_for_a_reader_in_the_middle_of_reading(project):
    with Project.open(project.path, write=False) as reader, reader._database.reading():
        assert reader.clips.count() == 6
        project.decisions.apply(keep([1]))
        project.close()
        assert reader.clips.get(1).state == "undecided"
    with Project.open(project.path) as again:
        assert again.clips.get(1).state == "kept"


def test_a_file_that_another_program_holds_is_named_as_busy(project, monkeypatch):
    monkeypatch.setattr("curator.store.connection.BUSY_MS", 50)
    project.close()
    other = sqlite3.connect(project.path / "project.sqlite")
    other.execute("BEGIN IMMEDIATE")
    with Project.open(project.path, write=False) as reader:
        assert reader.clips.count() == 6
    with (
        Project.open(project.path) as writer,
        pytest.raises(ProjectBusy, match="used by another program"),
    ):
        writer.decisions.apply(keep([1]))
    other.close()


@pytest.mark.posix(reason="Windows moves no folder with an open file in it")
def test_the_project_moved_while_open_goes_on_being_read(project):
    elsewhere = project.path.with_name("moved.curator")
    project.path.rename(elsewhere)
    assert project.clips.count() == 6
