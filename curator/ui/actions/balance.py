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
    text = QT_TRANSLATE_NOOP("Actions", "Give the category with this digit")
    return _balance(f"category_{digit}", text, (digit,), "give_category", When.WRITABLE, digit)


BALANCE = (
    _balance(
        "enter",
        QT_TRANSLATE_NOOP("Actions", "Go to the likely clips; there: take what is suggested"),
        ("list:Return", "list:Enter"),
        "enter",
    ),
    _balance(
        "likely",
        QT_TRANSLATE_NOOP("Actions", "List likely clips"),
        ("L",),
        "show_list",
        argument="likely",
    ),
    _balance(
        "doubtful",
        QT_TRANSLATE_NOOP("Actions", "List doubtful clips"),
        ("D",),
        "show_list",
        argument="doubtful",
    ),
    _balance(
        "suspects",
        QT_TRANSLATE_NOOP("Actions", "List labels that look wrong"),
        ("W",),
        "show_list",
        argument="suspects",
    ),
    _balance(
        "categories",
        QT_TRANSLATE_NOOP("Actions", "Back to the categories"),
        ("C", "Esc"),
        "go_to_categories",
    ),
    _balance("next", QT_TRANSLATE_NOOP("Actions", "Next clip"), ("J",), "next_clip"),
    _balance("previous", QT_TRANSLATE_NOOP("Actions", "Previous clip"), ("K",), "previous_clip"),
    _balance("play", QT_TRANSLATE_NOOP("Actions", "Play or stop"), ("Space",), "play_or_stop"),
    _balance("replay", QT_TRANSLATE_NOOP("Actions", "Play again from the start"), ("R",), "replay"),
    _balance(
        "accept",
        QT_TRANSLATE_NOOP("Actions", "Take what is suggested, and keep"),
        ("G",),
        "accept",
        When.WRITABLE,
    ),
    _balance("drop", QT_TRANSLATE_NOOP("Actions", "Drop"), ("X",), "drop", When.WRITABLE),
    *(_category(digit) for digit in "1234567890"),
    _balance(
        "show_clips",
        QT_TRANSLATE_NOOP("Actions", "Show the category's undecided clips"),
        ("U",),
        "show_clips",
    ),
    _balance("show_clip", QT_TRANSLATE_NOOP("Actions", "Go to this clip"), ("O",), "show_clip"),
    _balance(
        "evenly",
        QT_TRANSLATE_NOOP("Actions", "Hear categories more equally often"),
        ("+",),
        "hear_evenly",
        When.WRITABLE,
        1,
    ),
    _balance(
        "as_they_are",
        QT_TRANSLATE_NOOP("Actions", "Hear categories more as they are"),
        ("-",),
        "hear_evenly",
        When.WRITABLE,
        -1,
    ),
    _balance(
        "edit",
        QT_TRANSLATE_NOOP("Actions", "Edit the category…"),
        ("E",),
        "edit_category",
        When.WRITABLE,
    ),
    _balance(
        "add",
        QT_TRANSLATE_NOOP("Actions", "Add a category…"),
        ("A",),
        "add_category",
        When.WRITABLE,
    ),
    _balance(
        "merge",
        QT_TRANSLATE_NOOP("Actions", "Merge the category…"),
        ("M",),
        "merge_category",
        When.WRITABLE,
    ),
    _balance(
        "remove",
        QT_TRANSLATE_NOOP("Actions", "Remove the category"),
        ("Shift+Del",),
        "remove_category",
        When.WRITABLE,
    ),
)
