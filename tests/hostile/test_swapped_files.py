"""Files that are replaced after their path was checked and before they are opened."""

import os
import shutil

import pytest

from curator.domain import foreign_files as curator_files
from trainer import foreign_files as trainer_files

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no pipes, and links need a privilege")

GATES = {
    "curator": (
        curator_files.path_inside,
        lambda path: curator_files.read_bounded(path, 100, follow=True),
    ),
    "trainer": (trainer_files.path_inside, trainer_files.read_bytes),
}


def to_link(folder, private):
    (folder / "inner" / "a.wav").unlink()
    (folder / "inner" / "a.wav").symlink_to(private / "a.wav")


def to_pipe(folder, _private):
    (folder / "inner" / "a.wav").unlink()
    os.mkfifo(folder / "inner" / "a.wav")


def to_folder(folder, _private):
    (folder / "inner" / "a.wav").unlink()
    (folder / "inner" / "a.wav").mkdir()


def to_linked_parent(folder, private):
    shutil.rmtree(folder / "inner")
    (folder / "inner").symlink_to(private)


@pytest.fixture
def folders(tmp_path):
    """A folder of somebody else and a private one with a file of the same name."""
    for name, text in (("run/inner", b"theirs"), ("private", b"private")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.wav").write_bytes(text)
    return tmp_path / "run", tmp_path / "private"


@pytest.mark.parametrize("proc", [True, False], ids=["proc", "no proc"])
@pytest.mark.parametrize("swap", [to_link, to_pipe, to_folder, to_linked_parent])
@pytest.mark.parametrize("gate", GATES)
def test_a_file_replaced_between_check_and_opening_is_not_read(
    folders, monkeypatch, gate, swap, proc
):
    check, read = GATES[gate]
    if not proc:
        for module in (curator_files, trainer_files):
            monkeypatch.setattr(module, "DESCRIPTORS", "/nowhere")
    path = check(folders[0], "inner/a.wav")
    assert read(path) == b"theirs"
    opened = os.open

    def race(*arguments, **named):
        monkeypatch.setattr(os, "open", opened)
        swap(*folders)
        return opened(*arguments, **named)

    monkeypatch.setattr(os, "open", race)
    with pytest.raises(OSError, match=r"replaced|regular|folder, device, pipe"):
        read(path)
    assert (folders[1] / "a.wav").read_bytes() == b"private"


@pytest.mark.parametrize("gate", GATES)
def test_a_link_inside_the_folder_is_followed(folders, gate):
    check, read = GATES[gate]
    (folders[0] / "link.wav").symlink_to("inner/a.wav")
    assert read(check(folders[0], "link.wav")) == b"theirs"
