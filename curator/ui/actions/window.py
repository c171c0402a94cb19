"""Commands that work on every page."""

from curator.ui.actions.action import Action, Keys, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _window(
    key: str, text: str, keys: Keys, menu: str, when: When = When.ALWAYS, run: str = ""
) -> Action:
    """Command of the window. run: its method, the key without one."""
    return Action(f"window.{key}", text, keys, f"window.{run or key}", when, menu)


def _dialog(key: str, text: str, keys: Keys, menu: str, when: When = When.ALWAYS) -> Action:
    return Action(f"window.{key}", text, keys, f"dialogs.{key}", when, menu)


def _page(number: int, page: str, text: str) -> Action:
    when = When.PROJECT
    return Action(
        f"go.{page}", text, (f"Ctrl+{number}",), "window.show_page", when, "Go", False, page
    )


WINDOW = (
    _window("new_project", QT_TRANSLATE_NOOP("Actions", "New project…"), ("Ctrl+N",), "Project"),
    _window("open_project", QT_TRANSLATE_NOOP("Actions", "Open project…"), ("Ctrl+O",), "Project"),
    _window("open_sample", QT_TRANSLATE_NOOP("Actions", "Open sample project"), (), "Project"),
    _window(
        "close_project",
        QT_TRANSLATE_NOOP("Actions", "Close project"),
        ("Ctrl+W",),
        "Project",
        When.PROJECT,
    ),
    _dialog("show_settings", QT_TRANSLATE_NOOP("Actions", "Settings…"), ("Ctrl+,",), "Project"),
    _dialog("show_models", QT_TRANSLATE_NOOP("Actions", "Models…"), (), "Project"),
    _dialog(
        "show_setup",
        QT_TRANSLATE_NOOP("Actions", "Training and cleaning packages…"),
        (),
        "Project",
    ),
    _window("quit", QT_TRANSLATE_NOOP("Actions", "Quit"), ("Ctrl+Q",), "Project", run="close"),
    _window(
        "undo",
        QT_TRANSLATE_NOOP("Actions", "Undo"),
        ("Ctrl+Z",),
        "Edit",
        When.WRITABLE,
        "session.undo",
    ),
    _window(
        "redo",
        QT_TRANSLATE_NOOP("Actions", "Redo"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Edit",
        When.WRITABLE,
        "session.redo",
    ),
    _window(
        "show_history",
        QT_TRANSLATE_NOOP("Actions", "History"),
        ("Ctrl+H",),
        "Edit",
        When.PROJECT,
        "drawer.show_decisions",
    ),
    _dialog(
        "show_snapshots",
        QT_TRANSLATE_NOOP("Actions", "Snapshots…"),
        ("Ctrl+Shift+H",),
        "Edit",
        When.PROJECT,
    ),
    _dialog(
        "merge_set",
        QT_TRANSLATE_NOOP("Actions", "Merge training set…"),
        ("Ctrl+Shift+M",),
        "Project",
        When.WRITABLE,
    ),
    _dialog(
        "show_segment_lengths",
        QT_TRANSLATE_NOOP("Actions", "Segment lengths…"),
        (),
        "Project",
        When.WRITABLE,
    ),
    _dialog(
        "show_speaker_encoder",
        QT_TRANSLATE_NOOP("Actions", "Speaker encoder…"),
        (),
        "Project",
        When.WRITABLE,
    ),
    _dialog(
        "show_cleaning",
        QT_TRANSLATE_NOOP("Actions", "Clean audio…"),
        ("Ctrl+Shift+C",),
        "Edit",
        When.PROJECT,
    ),
    _window(
        "analyse",
        QT_TRANSLATE_NOOP("Actions", "Continue analysis"),
        (),
        "Project",
        When.WRITABLE,
        "session.analyse",
    ),
    _page(1, "intake", QT_TRANSLATE_NOOP("Actions", "Go to Intake")),
    _page(2, "audit", QT_TRANSLATE_NOOP("Actions", "Go to Audit")),
    _page(3, "map", QT_TRANSLATE_NOOP("Actions", "Go to Map")),
    _page(4, "balance", QT_TRANSLATE_NOOP("Actions", "Go to Balance")),
    _page(5, "export", QT_TRANSLATE_NOOP("Actions", "Go to Export")),
    _page(6, "training", QT_TRANSLATE_NOOP("Actions", "Go to Training")),
    _window(
        "show_jobs",
        QT_TRANSLATE_NOOP("Actions", "Jobs and messages"),
        ("Ctrl+J",),
        "Go",
    ),
    _window(
        "show_summary",
        QT_TRANSLATE_NOOP("Actions", "Session summary"),
        ("Ctrl+Shift+I",),
        "Go",
        When.PROJECT,
        "status.show_summary",
    ),
    _window(
        "cancel_work",
        QT_TRANSLATE_NOOP("Actions", "Pause background jobs"),
        ("Ctrl+.",),
        "Go",
        When.PROJECT,
    ),
    _window(
        "show_menu", QT_TRANSLATE_NOOP("Actions", "Open menu"), ("F10",), "", run="bar.open_first"
    ),
    _dialog("show_palette", QT_TRANSLATE_NOOP("Actions", "Command palette"), ("Ctrl+K",), "Help"),
    _dialog("show_keys", QT_TRANSLATE_NOOP("Actions", "Keyboard shortcuts"), ("?", "F1"), "Help"),
    _dialog("change_keys", QT_TRANSLATE_NOOP("Actions", "Edit shortcuts…"), (), "Help"),
)
