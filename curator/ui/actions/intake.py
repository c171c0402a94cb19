"""Commands of the intake page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP

INTAKE = (
    Action(
        "intake.add_files",
        QT_TRANSLATE_NOOP("Actions", "Add files…"),
        ("Ctrl+Shift+O",),
        "intake.add_files",
        When.WRITABLE,
        "Project",
    ),
    Action(
        "intake.add_folder",
        QT_TRANSLATE_NOOP("Actions", "Add folder…"),
        ("Ctrl+Shift+F",),
        "intake.add_folder",
        When.WRITABLE,
        "Project",
    ),
    Action(
        "intake.locate",
        QT_TRANSLATE_NOOP("Actions", "Locate recording file…"),
        ("list:L",),
        "intake.locate",
        When.WRITABLE,
        "Project",
    ),
    Action(
        "intake.analyse",
        QT_TRANSLATE_NOOP("Actions", "Analyse"),
        ("Ctrl+Return",),
        "intake.analyse",
        When.WRITABLE,
        "Project",
    ),
)
