"""Private files around what a hostile input belongs to, which must stay as they are."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

State = dict[str, tuple[int, int, str]]


@dataclass(frozen=True)
class Canary:
    """Folders of private files. letter: one of the files, to point hostile names at."""

    folders: tuple[Path, ...]

    @property
    def letter(self) -> Path:
        return self.folders[0] / "letter.txt"

    def state(self) -> State:
        """Kind, mtime (ns) and content of every entry by path."""
        return {
            str(path): (
                status.st_mode, status.st_mtime_ns,
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            )
            for folder in self.folders
            for path in (folder, *sorted(folder.rglob("*")))
            for status in (path.lstat(),)
        }  # fmt: skip


def fill(folder: Path) -> None:
    """Private files of several kinds, one of them under the names that hostile inputs use."""
    (folder / "photos").mkdir(parents=True)
    for name in ("letter.txt", "outside", "NAME", "photos/voice.wav", "outside.16k.pcm"):
        (folder / name).write_bytes(f"a private {name}".encode())


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    """Private files beside the project or run and in the person's home, unchanged at the end."""
    home = tmp_path / "home"
    folders = (tmp_path / "private", home / "private", home / ".cache" / "private")
    for folder in folders:
        fill(folder)
    monkeypatch.setenv("HOME", str(home))
    guarded = Canary(folders)
    before = guarded.state()
    yield guarded
    assert guarded.state() == before, "a hostile input changed private files"
