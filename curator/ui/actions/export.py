"""Commands of the export page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP

EXPORT = (
    Action(
        "export.check",
        QT_TRANSLATE_NOOP("Actions", "Check for clips the trainer rejects"),
        ("F5",),
        "export.check",
        When.PROJECT,
        "Project",
    ),
    Action(
        "export.play",
        QT_TRANSLATE_NOOP("Actions", "Play/Stop"),
        ("Space",),
        "export.preview.play_or_stop",
        When.PROJECT,
        "Listen",
    ),
    Action(
        "export.show_clip",
        QT_TRANSLATE_NOOP("Actions", "Show clip in Audit"),
        ("list:Return", "list:Enter"),
        "export.show_clip",
        When.PROJECT,
        "Go",
    ),
    Action(
        "export.next_refused",
        QT_TRANSLATE_NOOP("Actions", "Next rejected clip"),
        ("N",),
        "export.next_refused",
        When.PROJECT,
        "Go",
    ),
    Action(
        "export.export",
        QT_TRANSLATE_NOOP("Actions", "Export…"),
        ("Ctrl+E",),
        "export.export",
        When.PROJECT,
        "Project",
    ),
)
