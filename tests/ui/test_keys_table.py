from pathlib import Path

from curator.ui.actions import ACTIONS
from curator.ui.keys_table import table

README = Path(__file__).resolve().parents[2] / "README.md"


def test_readme_has_the_keys_that_the_window_has():
    assert table() in README.read_text("utf-8"), "run: python -m curator.ui.keys_table"


def test_every_action_with_a_key_is_in_the_table():
    assert table().count("\n| ") - 1 == sum(bool(action.keys) for action in ACTIONS)
