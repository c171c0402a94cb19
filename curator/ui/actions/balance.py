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
        repeats=key in ("next", "previous"),
    )


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Set category 1-9")
    return _balance(
        f"category_{digit}", text, (digit,), "commands.set_category", When.WRITABLE, digit
    )


BALANCE = (
    _balance(
        "enter",
        QT_TRANSLATE_NOOP("Actions", "Open suggested clips; in the list: accept suggestion"),
        ("list:Return", "list:Enter"),
        "commands.enter",
    ),
    _balance(
        "likely",
        QT_TRANSLATE_NOOP("Actions", "Show suggested clips"),
        ("L",),
        "browser.show_list",
        argument="suggested",
    ),
    _balance(
        "doubtful",
        QT_TRANSLATE_NOOP("Actions", "Show uncertain clips"),
        ("D",),
        "browser.show_list",
        argument="uncertain",
    ),
    _balance(
        "suspects",
        QT_TRANSLATE_NOOP("Actions", "Show suspect labels"),
        ("W",),
        "browser.show_list",
        argument="suspect",
    ),
    _balance(
        "categories",
        QT_TRANSLATE_NOOP("Actions", "Back to categories"),
        ("C", "Esc"),
        "browser.show_categories",
    ),
    _balance("next", QT_TRANSLATE_NOOP("Actions", "Next clip"), ("J",), "browser.next_clip"),
    _balance(
        "previous", QT_TRANSLATE_NOOP("Actions", "Previous clip"), ("K",), "browser.previous_clip"
    ),
    _balance(
        "play",
        QT_TRANSLATE_NOOP("Actions", "Play/Stop"),
        ("Space",),
        "browser.playback.play_or_stop",
    ),
    _balance("replay", QT_TRANSLATE_NOOP("Actions", "Replay"), ("R",), "browser.playback.replay"),
    _balance(
        "accept",
        QT_TRANSLATE_NOOP("Actions", "Accept suggestion and keep"),
        ("G",),
        "commands.accept",
        When.WRITABLE,
    ),
    _balance("drop", QT_TRANSLATE_NOOP("Actions", "Drop"), ("X",), "commands.drop", When.WRITABLE),
    *(_category(digit) for digit in "1234567890"),
    _balance(
        "show_clips",
        QT_TRANSLATE_NOOP("Actions", "Show undecided clips of the category"),
        ("U",),
        "browser.show_clips",
    ),
    _balance(
        "show_clip", QT_TRANSLATE_NOOP("Actions", "Show clip in Audit"), ("O",), "browser.show_clip"
    ),
    _balance(
        "evenly",
        QT_TRANSLATE_NOOP("Actions", "Sample categories more evenly"),
        ("+",),
        "commands.sample_evenly",
        When.WRITABLE,
        1,
    ),
    _balance(
        "as_they_are",
        QT_TRANSLATE_NOOP("Actions", "Sample categories closer to as recorded"),
        ("-",),
        "commands.sample_evenly",
        When.WRITABLE,
        -1,
    ),
    _balance(
        "edit",
        QT_TRANSLATE_NOOP("Actions", "Edit category…"),
        ("E",),
        "categories.edit",
        When.WRITABLE,
    ),
    _balance(
        "add",
        QT_TRANSLATE_NOOP("Actions", "Add category…"),
        ("A",),
        "categories.add",
        When.WRITABLE,
    ),
    _balance(
        "merge",
        QT_TRANSLATE_NOOP("Actions", "Merge category…"),
        ("M",),
        "categories.merge",
        When.WRITABLE,
    ),
    _balance(
        "remove",
        QT_TRANSLATE_NOOP("Actions", "Remove category"),
        ("Shift+Del",),
        "categories.remove",
        When.WRITABLE,
    ),
)
