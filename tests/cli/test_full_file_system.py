"""Commands on a real file system without a free byte: one sentence, nothing lost or left over."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from curator.domain.decision import keep
from curator.store.project import Project
from tests.conftest import ROOT
from tests.helpers.sets import a_set

SIZE_KB = 4096
OWN_MOUNTS = ("unshare", "--mount") if sys.platform == "linux" else ()
OWN_USER = ("--user", "--map-root-user")
COMMANDS = (
    ("decide", "show.curator", "--query", "", "--drop"),
    ("undo", "show.curator"),
    ("snapshot", "show.curator", "monday"),
    ("export", "show.curator", "out"),
    ("new", "new.curator"),
)
# Fills the disk to the last byte, runs one command after another, and copies what is left.
SCRIPT = """
set -e
mount -t tmpfs -o size={size}k tmpfs "$1"
cp -r "$2" "$1/show.curator"
cd "$1"
"""
RUN = """
cat /dev/zero > filler 2> /dev/null || true
cd "{root}"; set +e
"{python}" -m curator {words} > "{out}/{number}.out" 2> "{out}/{number}.err"; code=$?
set -e; cd "$1"
echo $code > "{out}/{number}.code"
ls > "{out}/{number}.names"
"""


def mounting() -> tuple[str, ...] | None:
    """Command before another that may mount; None where mounting is not allowed."""
    if not OWN_MOUNTS or shutil.which("unshare") is None:
        return None
    for more in ((), OWN_USER):
        words = (*OWN_MOUNTS, *more)
        probe = [*words, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return words
    return None


@pytest.mark.slow
def test_a_file_system_without_a_free_byte_is_a_sentence(tmp_path):
    words = mounting()
    if words is None:
        pytest.skip("this user may not mount a file system")
    with a_set(tmp_path, "show", [(1, "wav")]) as project:
        project.decisions.apply(keep(project.clips.ids()))
        before = project.decisions.state_hash()
    show = project.path
    disk, out = tmp_path / "disk", tmp_path / "results"
    disk.mkdir()
    out.mkdir()
    script = SCRIPT.format(size=SIZE_KB)
    for number, (name, *arguments) in enumerate(COMMANDS):
        shown = " ".join(
            f'"$1/{word}"' if (word.isidentifier() and word == "out") or ".curator" in word
            else f"'{word}'"
            for word in arguments
        )  # fmt: skip
        script += RUN.format(
            root=ROOT, python=sys.executable, words=f"{name} {shown}", out=out, number=number
        )
    script += f'rm filler; cp -r "$1/show.curator" "{out}/after.curator"\n'
    done = subprocess.run(
        [*words, "sh", "-c", script, "sh", str(disk), str(show)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for number, command in enumerate(COMMANDS):
        said = (out / f"{number}.err").read_text()
        assert (out / f"{number}.code").read_text().strip() == "1", (command, said)
        assert "Traceback" not in said, (command, said)
        assert said.strip(), command
        left = (out / f"{number}.names").read_text().split()
        assert sorted(left) == ["filler", "show.curator"], command
    with Project.open(Path(out / "after.curator")) as again:
        assert again.decisions.state_hash() == before
        assert again.verify() == []
        assert not list((again.path / "backups").glob("*.partial*"))
