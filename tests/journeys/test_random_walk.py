"""A short walk through the window by somebody without a plan; the long one is a command."""

from pathlib import Path

import pytest

from curator.ui.app import dress
from curator.ui.theme import wear
from tests.helpers.appearance import appearance_kept
from tests.helpers.leaks import nothing_left
from tests.journeys.random_walk import walk

EVENTS = 250


@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_walk_never_breaks_lies_or_hangs(qapp, tmp_path: Path, seed: int):
    with appearance_kept(qapp):
        dress(qapp)
        wear(qapp, "light")
        with nothing_left():
            walker, watch = walk(tmp_path, seed, EVENTS)
    assert len(walker.done) == EVENTS
    assert walker.results
    watch.require_none()
