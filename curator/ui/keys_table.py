"""Keyboard shortcuts as a Markdown table: ``python -m curator.ui.keys_table``.

docs/keys.md holds it between two marks; a test compares them.
"""

import sys

from curator.ui.actions import ACTIONS, Action, placed

BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"
EVERYWHERE = "everywhere"


def table() -> str:
    """Markdown table of the actions that have a key, in table order, with its marks."""
    rows = [f"| {action.page or EVERYWHERE} | {action.text.rstrip('…')} | {_keys(action)} |"
            for action in ACTIONS if action.keys]  # fmt: skip
    return "\n".join([BEGIN, "| page | action | keys |", "|---|---|---|", *rows, END])


def _keys(action: Action) -> str:
    """Unique keys of an action without their scopes."""
    shown = dict.fromkeys(placed(key)[1] for key in action.keys)
    return " ".join(f"`{key}`" for key in shown).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
