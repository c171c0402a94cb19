"""S24h: the whole analysis of an hour of speech; about 50 CPU minutes, most of them the peers'.

The hour is measured in pieces, which are kept in a folder: a run that was stopped goes on where it
was. ``python -m tests.benchmarks.analysis_hour FOLDER MINUTES`` measures pieces until those CPU
minutes are used, and prints the row of all that are there.
"""

import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from curator.jobs.cluster.identity import identity_here
from curator.weights.folder import cache_folder
from tests.benchmarks.analysis import Piece, measured, recordings, row_of, whisper
from tests.benchmarks.rows import Row

PIECES = 15
PIECE_MINUTES = 4.0
RECORDINGS = 2
"""Of a piece."""


def rows() -> Iterator[Row]:
    """S24h."""
    build = identity_here("").source[:16]  # other code has other figures
    yield hour_row(cache_folder() / "benchmarks" / build)


def hour_row(folder: Path, cpu_minutes: float = float("inf")) -> Row:
    """Row of the pieces in a folder, after those that lack were measured.

    cpu_minutes: after which no further piece starts; at least one is measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pieces: list[Piece] = []
    for number in range(PIECES):
        kept = folder / f"piece-{number}.json"
        if not kept.is_file():
            if pieces and cpu_seconds() > 60 * cpu_minutes:
                continue
            kept.write_bytes(msgspec.json.encode(piece(number)))
        pieces.append(msgspec.json.decode(kept.read_bytes(), type=Piece))
    return row_of("S24h", pieces)


def piece(number: int) -> Piece:
    """Measure one piece of the hour."""
    with tempfile.TemporaryDirectory(prefix="curator-bench-") as name:
        folder = Path(name)
        paths = recordings(folder, PIECE_MINUTES, RECORDINGS, number * PIECE_MINUTES)
        return measured(folder, paths, whisper())


def cpu_seconds() -> float:
    """CPU seconds of the processes that this one has run."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    row = hour_row(Path(sys.argv[1]), float(sys.argv[2]))
    sys.stdout.write(f"{row} ratio={row.ratio:.2f} passed={row.passed}\n")
