from pathlib import Path

from curator.ui.actions import ACTIONS
from curator.ui.keys_table import table

KEYS = Path(__file__).resolve().parents[2] / "docs" / "keys.md"


def test_docs_list_the_keys_of_the_window():
    assert table() in KEYS.read_text("utf-8"), "run: python -m curator.ui.keys_table"


def test_every_action_with_a_key_is_in_the_table():
    assert table().count("\n| ") - 1 == sum(bool(action.keys) for action in ACTIONS)
