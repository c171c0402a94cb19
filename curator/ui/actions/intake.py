"""Commands of the intake page."""

from curator.ui.actions.action import Action, Keys, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _intake(key: str, text: str, keys: Keys, when: When = When.WRITABLE) -> Action:
    return Action(f"intake.{key}", text, keys, f"intake.{key}", when, "Project")


INTAKE = (
    _intake("add_files", QT_TRANSLATE_NOOP("Actions", "Add files…"), ("Ctrl+Shift+O",)),
    _intake("add_folder", QT_TRANSLATE_NOOP("Actions", "Add folder…"), ("Ctrl+Shift+F",)),
    _intake("analyse", QT_TRANSLATE_NOOP("Actions", "Analyse"), ("Ctrl+Return",)),
    _intake(
        "play",
        QT_TRANSLATE_NOOP("Actions", "Play/Stop recording"),
        ("list:Space",),
        When.PROJECT,
    ),
    _intake("replay", QT_TRANSLATE_NOOP("Actions", "Replay recording"), ("list:R",), When.PROJECT),
    _intake("reveal", QT_TRANSLATE_NOOP("Actions", "Show in folder"), (), When.PROJECT),
    _intake("locate", QT_TRANSLATE_NOOP("Actions", "Locate recording file…"), ("list:L",)),
    _intake("edit_rights", QT_TRANSLATE_NOOP("Actions", "Edit licence and consent…"), ("list:E",)),
    _intake("clean_recordings", QT_TRANSLATE_NOOP("Actions", "Clean recording…"), ()),
    _intake("remove", QT_TRANSLATE_NOOP("Actions", "Remove recordings"), ("list:Del",)),
)
