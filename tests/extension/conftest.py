"""A copy of the program in a temporary folder, to which a test adds one file."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from curator.domain.resources import resources

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Checkout:
    """A copy of the packages and resources. folder: what is imported from."""

    folder: Path

    def add(self, name: str, text: str) -> None:
        """Write a new file; an existing one is never touched."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)

    def python(self, *arguments: object) -> str:
        """Standard output of Python, run on this copy; fails the test when the command fails."""
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder), "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def curator(self, *arguments: object) -> str:
        """Standard output of a ``curator`` command."""
        return self.python("-m", "curator", *arguments)

    def trainer(self, *arguments: object) -> str:
        """Standard output of a ``trainer`` command."""
        return self.python("-m", "trainer", *arguments)


def copied(folder: Path) -> Checkout:
    """A copy of the program in ``folder``."""
    copy = folder / "checkout"
    for name in ("curator", "trainer"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(resources(), copy / "resources")
    return Checkout(copy)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return copied(tmp_path)
