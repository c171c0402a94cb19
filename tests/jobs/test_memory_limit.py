"""The limit of a decoding worker's memory: a sentence about the file, and the next one is read."""

import subprocess
import sys

import pytest

from curator.domain.recording import USUAL
from curator.jobs import steps
from curator.jobs.job import Job, path_bytes
from curator.jobs.messages import TakenIn
from curator.stages import Failed
from tests.helpers.sounds import tone, write_sound

PROGRAM = """
import mmap, numpy as np, tempfile
from curator.domain.system import limited_memory
with limited_memory(64 << 20):
    held = bytearray(16 << 20)
    for take in (lambda: bytearray(256 << 20), lambda: np.ones(256 << 20, np.uint8)):
        try:
            take()
        except MemoryError:
            print("refused")
    with tempfile.TemporaryFile() as file:
        file.truncate(256 << 20)
        print(len(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) >> 20)
print(len(bytearray(256 << 20)) >> 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the limit")
def test_memory_beyond_the_limit_is_refused_and_mapped_files_do_not_count():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["refused", "refused", "256", "256"]


def test_a_file_that_needs_too_much_is_named_and_the_next_one_is_imported(tmp_path, monkeypatch):
    paths = [write_sound(tmp_path / name, tone(0.2)) for name in ("huge.wav", "good.wav")]
    real = steps.take_in

    def take_in(path, *arguments):
        if path.name == "huge.wav":
            raise MemoryError
        return real(path, *arguments)

    monkeypatch.setattr(steps, "take_in", take_in)
    (tmp_path / "cache").mkdir()
    job = Job("import", str(tmp_path), items=(0, 1), paths=tuple(map(path_bytes, paths)),
              choices=(USUAL, USUAL))  # fmt: skip
    said = []
    steps.serve(job, said.append)
    (failed,) = [each for each in said if isinstance(each, Failed)]
    assert failed == Failed(0, "huge.wav: decoding needs more than 1024 MB of memory.")
    assert [each.item for each in said if isinstance(each, TakenIn)] == [1]
