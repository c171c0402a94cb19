"""Twenty seconds beside a window that writes; the script does the same for as long as one likes."""

from pathlib import Path

import pytest

from tests.journeys.beside_a_window import LEAST, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_reading_works_writing_is_refused_with_the_owners_name(tmp_path: Path):
    seen = run(20.0, tmp_path)
    assert not seen.wrong, seen.wrong[:5]
    assert seen.done["commands that read"] >= 2
    assert seen.done["commands that write"] >= 2
    assert seen.done["readings in this process"] > LEAST
    assert seen.done["decisions in the window"] > LEAST
