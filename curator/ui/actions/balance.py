"""Commands of the balance page."""

from curator.ui.actions.action import Action, Keys, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _balance(
    key: str,
    text: str,
    keys: Keys,
    method: str,
    when: When = When.PROJECT,
    argument: str | int | None = None,
) -> Action:
    return Action(
        f"balance.{key}",
        text,
        keys,
        f"balance.{method}",
        when,
        "Go" if when is When.PROJECT else "Clip",
        argument=argument,
        repeats=method in ("next_clip", "previous_clip"),
    )


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Set category 1-9")
    return _balance(f"category_{digit}", text, (digit,), "give_category", When.WRITABLE, digit)


BALANCE = (
    _balance(
        "enter",
        QT_TRANSLATE_NOOP("Actions", "Open suggested clips; in the list: accept suggestion"),
        ("list:Return", "list:Enter"),
        "enter",
    ),
    _balance(
        "likely",
        QT_TRANSLATE_NOOP("Actions", "Show suggested clips"),
        ("L",),
        "show_list",
        argument="likely",
    ),
    _balance(
        "doubtful",
        QT_TRANSLATE_NOOP("Actions", "Show uncertain clips"),
        ("D",),
        "show_list",
        argument="doubtful",
    ),
    _balance(
        "suspects",
        QT_TRANSLATE_NOOP("Actions", "Show suspect labels"),
        ("W",),
        "show_list",
        argument="suspects",
    ),
    _balance(
        "categories",
        QT_TRANSLATE_NOOP("Actions", "Back to categories"),
        ("C", "Esc"),
        "go_to_categories",
    ),
    _balance("next", QT_TRANSLATE_NOOP("Actions", "Next clip"), ("J",), "next_clip"),
    _balance("previous", QT_TRANSLATE_NOOP("Actions", "Previous clip"), ("K",), "previous_clip"),
    _balance("play", QT_TRANSLATE_NOOP("Actions", "Play/Stop"), ("Space",), "play_or_stop"),
    _balance("replay", QT_TRANSLATE_NOOP("Actions", "Replay"), ("R",), "replay"),
    _balance(
        "accept",
        QT_TRANSLATE_NOOP("Actions", "Accept suggestion and keep"),
        ("G",),
        "accept",
        When.WRITABLE,
    ),
    _balance("drop", QT_TRANSLATE_NOOP("Actions", "Drop"), ("X",), "drop", When.WRITABLE),
    *(_category(digit) for digit in "1234567890"),
    _balance(
        "show_clips",
        QT_TRANSLATE_NOOP("Actions", "Show undecided clips of the category"),
        ("U",),
        "show_clips",
    ),
    _balance("show_clip", QT_TRANSLATE_NOOP("Actions", "Show clip in Audit"), ("O",), "show_clip"),
    _balance(
        "evenly",
        QT_TRANSLATE_NOOP("Actions", "Sample categories more evenly"),
        ("+",),
        "hear_evenly",
        When.WRITABLE,
        1,
    ),
    _balance(
        "as_they_are",
        QT_TRANSLATE_NOOP("Actions", "Sample categories closer to as recorded"),
        ("-",),
        "hear_evenly",
        When.WRITABLE,
        -1,
    ),
    _balance(
        "edit",
        QT_TRANSLATE_NOOP("Actions", "Edit category…"),
        ("E",),
        "edit_category",
        When.WRITABLE,
    ),
    _balance(
        "add",
        QT_TRANSLATE_NOOP("Actions", "Add category…"),
        ("A",),
        "add_category",
        When.WRITABLE,
    ),
    _balance(
        "merge",
        QT_TRANSLATE_NOOP("Actions", "Merge category…"),
        ("M",),
        "merge_category",
        When.WRITABLE,
    ),
    _balance(
        "remove",
        QT_TRANSLATE_NOOP("Actions", "Remove category"),
        ("Shift+Del",),
        "remove_category",
        When.WRITABLE,
    ),
)
