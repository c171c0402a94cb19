"""Commands on a disk without a byte left, as a limit on the size of files makes it."""

import subprocess
import sys

import pytest

from curator.domain.decision import keep
from curator.store.project import Project
from tests.conftest import ROOT
from tests.helpers.factories import a_project

FULL = (
    "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)); "
    "from curator.cli.arguments import run; sys.exit(run(sys.argv[1:]))"
)
COMMANDS = (
    ("decide", "PROJECT", "--query", "", "--drop"),
    ("undo", "PROJECT"),
    ("snapshot", "PROJECT", "monday"),
    ("export", "PROJECT", "OUT"),
    ("categories", "PROJECT", "add", "x"),
    ("new", "NEW"),
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_is_a_sentence_and_nothing_is_lost(tmp_path):
    with a_project(tmp_path) as project:
        project.decisions.apply(keep(project.clips.ids()))
        before = project.decisions.state_hash()
    paths = {"PROJECT": project.path, "OUT": tmp_path / "out", "NEW": tmp_path / "new.curator"}
    for words in COMMANDS:
        command = [str(paths.get(word, word)) for word in words]
        done = subprocess.run(
            [sys.executable, "-c", FULL, *command], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 1, words
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert done.stderr.strip(), words
    assert [path.name for path in tmp_path.iterdir()] == ["show.curator"]
    with Project.open(project.path) as again:
        assert again.decisions.state_hash() == before
        assert again.verify() == []
