import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.export import folder as folder_module
from curator.export.folder import CannotWrite, new_folder, size
from tests.helpers.bundles import a_source, names

ROOT = Path(__file__).resolve().parents[2]
Usage = namedtuple("Usage", "total used free")


def test_a_folder_is_there_only_after_the_block(tmp_path):
    with new_folder(tmp_path / "out", 1) as partial:
        (partial / "a").write_text("a")
        assert partial.name == f".out.partial-{os.getpid()}"
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "a").read_text() == "a"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, CuratorError])
def test_nothing_is_left_when_the_block_fails(tmp_path, error):
    def write() -> None:
        with new_folder(tmp_path / "out", 1) as partial:
            (partial / "a").write_text("a")
            raise error("stop")

    with pytest.raises(error):
        write()
    assert names(tmp_path) == []


def test_missing_folders_above_are_made(tmp_path):
    with new_folder(tmp_path / "deep" / "er" / "out", 1):
        pass
    assert (tmp_path / "deep" / "er" / "out").is_dir()


def test_a_disk_with_too_little_room_is_refused_with_the_figures(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_module.shutil, "disk_usage", lambda _: Usage(0, 0, 400_000_000))
    with (
        pytest.raises(CannotWrite, match=r"out needs 1\.2 GB; 0\.4 GB are free"),
        new_folder(tmp_path / "out", 1_200_000_000),
    ):
        pytest.fail("it began all the same")
    assert names(tmp_path) == []


def test_sizes_are_short():
    assert [size(n) for n in (0, 3_400_000, 1_234_567_890)] == ["1 MB", "3 MB", "1.2 GB"]


def test_what_a_killed_export_left_is_removed(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    left = tmp_path / f".out.partial-{child.pid}"
    left.mkdir()
    (left / "a").write_text("a")
    of_a_living_process = tmp_path / f".out.partial-{os.getppid()}"
    of_a_living_process.mkdir()
    of_another_name = tmp_path / f".outer.partial-{child.pid}"
    of_another_name.mkdir()
    with new_folder(tmp_path / "out", 1):
        pass
    assert {*names(tmp_path)} == {"out", of_a_living_process.name, of_another_name.name}


def test_a_link_that_leads_nowhere_counts_as_being_there(tmp_path):
    (tmp_path / "out").symlink_to(tmp_path / "nowhere")
    with pytest.raises(CannotWrite, match="already exists"), new_folder(tmp_path / "out", 1):
        pass


def test_a_folder_that_came_to_be_meanwhile_is_left_as_it_is(tmp_path):
    with (
        pytest.raises(CannotWrite, match="was created in the meantime"),
        new_folder(tmp_path / "out", 1),
    ):
        (tmp_path / "out").mkdir()
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_one_may_not_write_to_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(CannotWrite, match="could not be written"), new_folder(tmp_path / "o", 1):
        pass


def test_a_file_in_place_of_a_folder_above_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(CannotWrite, match="could not be written"),
        new_folder(tmp_path / "file" / "out", 1),
    ):
        pass


EXPORT_WITH_SMALL_FILES = """
import resource, sys
from pathlib import Path
from tests.helpers.bundles import as_recording, kept_clips, write_bundle
folder = Path(sys.argv[1])
recording = as_recording(folder / "show.wav")
clips = kept_clips(recording, 5)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    write_bundle(folder / "out", clips, [recording])
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize("limit", [0, 44, 50_000, 88_000])
def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path, limit):
    a_source(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", EXPORT_WITH_SMALL_FILES, str(tmp_path), str(limit)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout.startswith("CannotWrite The disk is full: out needs 1 MB.")
    assert "Nothing was left behind" in done.stdout
    assert names(tmp_path) == ["show.wav"]
