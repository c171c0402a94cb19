"""Two nodes of one CPU each, beside the pool of two processes, on the same recordings."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import analysis
from tests.benchmarks.rows import Row
from tests.helpers.commands import command, done
from tests.helpers.ray_cluster import fact_hashes, small_cluster

MINUTES = 30.0


def rows(minutes: float = MINUTES) -> Iterator[Row]:
    """cluster-speed."""
    with tempfile.TemporaryDirectory(prefix="curator-bench-") as name:
        folder = Path(name)
        local, spread = folder / "local.curator", folder / "spread.curator"
        done("new", local, "--language", "en")
        done("import", local, *analysis.recordings(folder, minutes))
        shutil.copytree(local, spread)
        options = ("--whisper", "tiny.en")
        on_one = seconds_of("analyse", local, *options, "--jobs", 2)
        with small_cluster(2):
            on_two = seconds_of("analyse", spread, *options, "--on", "auto")
        yield Row(
            id="cluster-speed",
            measure=f"whole analysis of {minutes:.0f} min on two nodes of one CPU",
            peer_name="two processes of this machine",
            peer=on_one,
            ours=on_two,
            unit="s",
            pass_line=1 / 1.1,
            equal=fact_hashes(local) == fact_hashes(spread),
            note="facts equal by hash, if this row is not failed",
        )


def seconds_of(*words: object) -> float:
    """Wall time of a command; 1 as its exit status says that single items failed."""
    began = time.monotonic()
    ended = subprocess.run(command(*words), capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 1):
        raise RuntimeError(ended.stderr[-2000:])
    return time.monotonic() - began


if __name__ == "__main__":
    for row in rows(float(sys.argv[1])):
        sys.stdout.write(f"{row} passed={row.passed}\n")
