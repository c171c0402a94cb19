"""The window at 200 %: nothing is cut off on a screen of 1280 by 800 logical pixels."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(find_spec("font_source_sans_pro") is None, reason="the font is missing")
def test_nothing_is_cut_off_at_200_percent(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.scale", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {}
