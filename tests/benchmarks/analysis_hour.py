"""S24h: the whole analysis of an hour of speech; about 50 CPU minutes, most of them the peers'."""

from collections.abc import Iterator

from tests.benchmarks.analysis import analysis_row
from tests.benchmarks.rows import Row

MINUTES = 60.0


def rows() -> Iterator[Row]:
    """S24h."""
    yield analysis_row("S24h", MINUTES)
