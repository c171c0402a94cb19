"""The imitation of Windows finds what is planted; each of these faults passes without it."""

import contextlib
import json
import mmap
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from curator.domain import system
from tests.helpers.windows_rules import RuleBroken, WindowsRefuses, windows_rules

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="imitates by what /proc says")


def replace_an_open_file(folder):
    (folder / "new").write_bytes(b"new")
    with (folder / "old").open("wb"):
        (folder / "new").replace(folder / "old")


def delete_an_open_file(folder):
    with (folder / "file").open("wb"):
        (folder / "file").unlink()


def delete_a_mapped_file(folder):
    (folder / "file").write_bytes(b"x" * 5000)
    with (folder / "file").open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with content:
        (folder / "file").unlink()


def delete_a_file_that_a_child_has_open(folder):
    (folder / "file").write_bytes(b"x")
    with (folder / "file").open("rb") as file:
        waits = [sys.executable, "-c", "import time; time.sleep(60)"]
        child = subprocess.Popen(waits, stdin=file.fileno())
    try:
        (folder / "file").unlink()
    finally:
        child.kill()
        child.wait()


def rename_a_folder_with_an_open_file(folder):
    (folder / "a").mkdir()
    with (folder / "a" / "file").open("wb"):
        (folder / "a").rename(folder / "b")


def rename_over_a_file(folder):
    for name in ("new", "old"):
        (folder / name).write_bytes(b"")
    (folder / "new").rename(folder / "old")


def replace_an_empty_folder(folder):
    for name in ("new", "old"):
        (folder / name).mkdir()
    (folder / "new").replace(folder / "old")


def sync_a_folder(folder):
    os.fsync(os.open(folder, os.O_RDONLY))


def name_a_file_like_a_device(folder):
    (folder / "Aux.wav").write_bytes(b"")


def name_a_folder_like_a_device(folder):
    (folder / "com1").mkdir()


def use_a_colon(folder):
    (folder / "10:30.txt").write_bytes(b"")


def end_a_name_with_a_dot(folder):
    (folder / "What now?").mkdir()


def write_beyond_259_characters(folder):
    deep = folder
    for _ in range(6):
        deep /= "x" * 50
        deep.mkdir()


def keep_two_names_that_differ_in_case(folder):
    (folder / "Show").mkdir()
    (folder / "show").mkdir()


def store_a_path_as_text(folder):
    (folder / "wavs").mkdir()
    (folder / "wavs" / "a.wav").write_bytes(b"")
    stored = json.dumps([str(p.relative_to(folder)) for p in (folder / "wavs").iterdir()])
    assert json.loads(stored) == ["wavs/a.wav"]


def write_text_in_the_encoding_of_the_system(folder):
    (folder / "text").write_text("ő")


def count_bytes_of_a_text_file(folder):
    (folder / "text").write_text("a\nb\n", encoding="utf-8")
    assert (folder / "text").stat().st_size == 4


def print_what_the_console_lacks(folder):
    subprocess.run([sys.executable, "-c", "print('ő')"], check=True, capture_output=True)


def ask_after_a_process_by_a_signal(folder):
    os.kill(os.getpid(), 0)


def ask_a_process_to_end_well(folder):
    code = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
    command = [sys.executable, "-u", "-c", code + "print()\ntime.sleep(60)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(30) == 0


def start_a_session(folder):
    subprocess.Popen([sys.executable, "-c", ""], start_new_session=True).wait()


def fork(folder):
    if os.fork() == 0:
        os._exit(0)


PLANTED = {
    replace_an_open_file: WindowsRefuses,
    delete_an_open_file: WindowsRefuses,
    delete_a_mapped_file: WindowsRefuses,
    delete_a_file_that_a_child_has_open: WindowsRefuses,
    rename_a_folder_with_an_open_file: WindowsRefuses,
    rename_over_a_file: FileExistsError,
    replace_an_empty_folder: WindowsRefuses,
    sync_a_folder: WindowsRefuses,
    name_a_file_like_a_device: OSError,
    name_a_folder_like_a_device: OSError,
    use_a_colon: OSError,
    end_a_name_with_a_dot: OSError,
    write_beyond_259_characters: FileNotFoundError,
    keep_two_names_that_differ_in_case: FileExistsError,
    store_a_path_as_text: AssertionError,
    write_text_in_the_encoding_of_the_system: UnicodeEncodeError,
    count_bytes_of_a_text_file: AssertionError,
    print_what_the_console_lacks: subprocess.CalledProcessError,
    ask_after_a_process_by_a_signal: RuleBroken,
    ask_a_process_to_end_well: AssertionError,
    start_a_session: RuleBroken,
    fork: RuleBroken,
}
"""Each planted fault, and what the rules answer."""


@pytest.mark.filterwarnings("ignore")  # forks and descriptors left open, as planted
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_rules_find_what_is_planted(plant, tmp_path):
    with windows_rules(tmp_path), pytest.raises(PLANTED[plant]):
        plant(tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_planted_goes_unseen_without_them(plant, tmp_path, request):
    if request.config.getoption("--windows-rules"):
        pytest.skip("the rules hold for the whole session")
    plant(tmp_path)


def test_the_rules_end_with_the_block(tmp_path):
    before = os.replace, os.open, open, os.kill, system.WINDOWS, multiprocessing.get_start_method()
    with windows_rules(tmp_path):
        assert multiprocessing.get_start_method() == "spawn"
    after = os.replace, os.open, open, os.kill, system.WINDOWS, multiprocessing.get_start_method()
    assert before == after


def test_allowed_ways_stay_open(tmp_path):
    with windows_rules(tmp_path):
        (tmp_path / "Folder").mkdir()
        (tmp_path / "Folder" / "file").write_text("one", encoding="utf-8")
        assert (tmp_path / "folder" / "FILE").read_text(encoding="utf-8") == "one"
        (tmp_path / "new").write_text("two", encoding="utf-8")
        (tmp_path / "new").replace(tmp_path / "Folder" / "file")
        (tmp_path / "Folder").rename(tmp_path / "other")
        shutil.rmtree(tmp_path / "other")
        assert list(tmp_path.iterdir()) == []
        with contextlib.suppress(FileNotFoundError):
            (tmp_path / "gone").unlink()


def test_a_rename_waits_for_programs_that_look_at_the_file(tmp_path, monkeypatch):
    (tmp_path / "new").write_bytes(b"new")
    with windows_rules(tmp_path), (tmp_path / "old").open("wb") as scanner:
        monkeypatch.setattr(time, "sleep", lambda _: scanner.close())
        system.put_in_place(tmp_path / "new", tmp_path / "old")
        assert (tmp_path / "old").read_bytes() == b"new"


def test_a_rename_gives_up_when_the_file_stays_open(tmp_path, monkeypatch):
    monkeypatch.setattr(system, "PATIENCE_S", 0.05)
    (tmp_path / "new").write_bytes(b"new")
    with (
        windows_rules(tmp_path),
        (tmp_path / "old").open("wb"),
        pytest.raises(PermissionError),
    ):
        system.put_in_place(tmp_path / "new", tmp_path / "old")
