"""Commands of the balance page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP

BALANCE = (
    Action(
        "balance.show_clips",
        QT_TRANSLATE_NOOP("Actions", "Show the category's undecided clips"),
        ("list:Return", "list:Enter"),
        "balance.show_clips",
        When.PROJECT,
        "Go",
    ),
)
