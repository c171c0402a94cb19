"""Folders and files of other users beside what a command works on: it goes on, or says so."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.helpers.commands import command
from tests.helpers.sets import a_set
from tests.helpers.sounds import tone, write_sound
from tests.helpers.training_runs import IMPROVING, a_run, a_small_bundle

LIMITS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]
AS_ROOT = os.name != "nt" and os.geteuid() == 0
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.name == "nt", reason="permissions of another kind"),
    pytest.mark.skipif(AS_ROOT and not shutil.which("setpriv"), reason="root may read everything"),
]


def ran(*words):
    """Run a command for which permissions count; (code, stdout, stderr)."""
    prefix = LIMITS if AS_ROOT else []
    result = subprocess.run(
        [*prefix, *map(str, words)], capture_output=True, text=True, timeout=250, check=False
    )
    assert "Traceback" not in result.stderr
    return result.returncode, result.stdout, result.stderr


def trainer(*words):
    return ran(sys.executable, "-m", "trainer", *words)


@pytest.fixture
def closed():
    """Function that takes all permissions of a path until the test has ended."""
    before = {}

    def close(path, mode=0):
        before[path] = path.stat().st_mode
        path.chmod(mode)

    yield close
    for path, mode in reversed(before.items()):
        path.chmod(mode)


@pytest.fixture
def runs(tmp_path):
    """Two runs, a folder and a run of another user, and a run with a closed file, in one folder."""
    bundle = a_small_bundle(tmp_path / "bundle")
    folder = tmp_path / "runs"
    for name in ("a", "c", "d"):
        a_run(folder / name, IMPROVING, bundle=bundle)
    (folder / "b").mkdir()
    return folder


def test_a_report_beside_runs_of_other_users(runs, closed):
    closed(runs / "b")
    closed(runs / "d" / "events.jsonl")
    code, _, err = trainer("report", runs / "a")
    assert (code, err) == (0, "")
    closed(runs, 0o300)
    code, _, err = trainer("report", runs / "c")
    assert (code, err) == (0, "")


def test_a_comparison_of_a_folder_with_runs_of_other_users(runs, closed):
    closed(runs / "b")
    closed(runs / "d")
    code, _, err = trainer("compare", runs)
    assert code == 0, err


@pytest.mark.parametrize("name", ["run.json", "config.toml", "events.jsonl", ""])
def test_a_run_that_may_not_be_read_is_named(runs, closed, name):
    closed(runs / "a" / name)
    code, _, err = trainer("report", runs / "a")
    assert code == 0 or (code in (1, 2) and 0 < len(err) < 1000)


def test_an_import_goes_on_beside_folders_of_other_users(tmp_path, closed):
    speech = tmp_path / "speech"
    for name in ("a", "b", "c"):
        write_sound(speech / name / f"{name}.wav", tone(1))
    write_sound(speech / "d.wav", tone(1, 500))
    assert ran(*command("new", tmp_path / "show.curator", "--language", "en"))[0] == 0
    closed(speech / "b")
    closed(speech / "c" / "c.wav")
    code, out, err = ran(*command("import", tmp_path / "show.curator", speech))
    assert "2 recordings" in out, out + err
    assert code == 1
    assert "b" in err
    assert "c.wav" in err


def test_a_project_beside_what_may_not_be_read(tmp_path, closed):
    with a_set(tmp_path, "show", [(1, "wav")]) as project:
        path, recording = project.path, project.recordings.all()[0].path
    outside = tmp_path / "lists"
    (outside / "calm").mkdir(parents=True)
    closed(outside / "calm")
    for words in (("merge", path, outside), ("merge", path, outside / "calm")):
        code, _, err = ran(*command(*words))
        assert code == 1
        assert 0 < len(err) < 1000
    drop = tmp_path / "drop"
    drop.mkdir()
    closed(drop, 0o300)
    code, out, err = ran(*command("export", path, drop / "table", "--format", "table"))
    assert code == 0, out + err
    for inner in ("cache", "backups"):
        (path / inner).mkdir(exist_ok=True)
        closed(path / inner)
        code, _, err = ran(*command("verify", path))
        assert code in (0, 1)
        (path / inner).chmod(0o755)
    closed(recording)
    code, out, err = ran(*command("verify", path))
    assert code == 1
    assert recording.name in out + err


@pytest.mark.parametrize("name", ["project.sqlite", "lock", ""])
def test_a_project_that_may_not_be_read_is_named(tmp_path, closed, name):
    with a_set(tmp_path, "show", [(1, "wav")]) as project:
        path = project.path
    closed(path / name)
    for words in (("clips", path), ("verify", path), ("decide", path, "--query", "", "--keep")):
        code, _, err = ran(*command(*words))
        assert code == 0 or (code == 1 and 0 < len(err) < 1000)
