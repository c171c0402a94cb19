"""The journeys run: one short one through a real X server; ``make journeys`` goes all ways."""

from pathlib import Path

import pytest

from tests.journeys.pages import SIZES, can_travel, on_screen


@pytest.mark.slow
@pytest.mark.skipif(not can_travel(), reason="xvfb-run, xdotool or openbox is not installed")
def test_a_person_opens_a_recent_project_and_leaves_it_by_keys(tmp_path: Path):
    assert on_screen(SIZES["1024x700"], "light", tmp_path, ("start", "shell")) == 0
    names = {path.name.partition("-")[2] for path in tmp_path.rglob("*.png")}
    assert {"start-new-project.png", "shell-history.png", "shell-start-again.png"} <= names
