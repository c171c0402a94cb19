"""How long a person waits for ``--help`` of the slowest command, against 0.3 s."""

import subprocess
import sys
import time
from collections.abc import Iterator

from curator.cli.arguments import parser
from tests.benchmarks.rows import Row

LIMIT_S = 0.3
TRIES = 5  # the best counts: the rest measures what else the machine was doing
HEAVY = ("torch", "faster_whisper", "onnxruntime", "umap", "sklearn", "librosa", "numba", "PySide6")


def seconds_of(arguments: list[str]) -> float:
    """The best of a few runs of ``python -m ...``, wall clock."""
    best = float("inf")
    for _ in range(TRIES):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True)
        best = min(best, time.perf_counter() - start)
    return best


def heavy_modules(arguments: list[str]) -> set[str]:
    """Which heavy packages a command imports, as the interpreter itself reports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.split("\n")
    }
    return imported & set(HEAVY)


def commands() -> list[list[str]]:
    """Every command line that only asks for help."""
    names = next(action.choices for action in parser()._actions if action.choices)
    asked = [["curator", "--help"], ["trainer", "--help"], ["trainer", "check", "--help"]]
    return asked + [["curator", str(name), "--help"] for name in names or ()]


def rows() -> Iterator[Row]:
    """One row: the slowest command."""
    times = {" ".join(command): seconds_of(command) for command in commands()}
    slowest = max(times, key=times.__getitem__)
    imported = set().union(*(heavy_modules(command) for command in commands()))
    bare = seconds_of(["this"])
    yield Row(
        id="help",
        measure="--help of the slowest command, wall",
        peer_name="python -m this",
        peer=bare,
        ours=times[slowest],
        unit="s",
        pass_line=LIMIT_S,
        equal=not imported,
        note=f"{slowest} of {len(times)} commands; "
        f"heavy packages imported: {', '.join(sorted(imported)) or 'none'}",
        is_limit=True,
    )
