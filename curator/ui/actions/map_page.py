"""Commands of the map page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _walk(key: str, text: str, name: str) -> Action:
    return Action(
        f"map.{key}",
        text,
        (f"list:{name}",),
        "map.pointing.walk",
        When.PROJECT,
        "Go",
        repeats=True,
        argument=key,
    )


def _walk_on(key: str, text: str, name: str) -> Action:
    run = "map.pointing.extend_selection"
    keys = (f"list:Shift+{name}",)
    return Action(
        f"map.choose_{key}", text, keys, run, When.PROJECT, "", repeats=True, argument=key
    )


def _pan(key: str, text: str, name: str) -> Action:
    keys = (f"list:Alt+{name}",)
    return Action(
        f"map.pan_{key}",
        text,
        keys,
        "map.pointing.pan",
        When.PROJECT,
        "",
        repeats=True,
        argument=key,
    )


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Set category 1-9")
    run = "map.commands.set_category"
    return Action(f"map.category_{digit}", text, (digit,), run, When.WRITABLE, "", argument=digit)


def _judge(key: str, text: str, keys: tuple[str, ...], run: str) -> Action:
    return Action(f"map.{key}", text, keys, f"map.commands.{run}", When.WRITABLE)


RUNS = {
    "play_or_stop": "pointing.play_or_stop",
    "replay": "pointing.replay",
    "toggle_hover_plays": "pointing.toggle_hover_plays",
    "closer": "pointing.zoom_in",
    "farther": "pointing.zoom_out",
    "look_at_all": "view.zoom_to_fit",
    "next_places": "view.next_places",
    "next_colours": "view.next_colours",
    "toggle_dropped": "view.toggle_dropped",
    "type_query": "view.type_query",
    "choose_current": "commands.toggle_current",
    "choose_in_view": "commands.select_visible",
    "choose_shown": "commands.select_all",
    "choose_none": "commands.clear",
    "choose_alike": "commands.select_similar",
    "choose_odd": "commands.select_outliers",
    "choose_typical": "commands.select_typical",
    "show_in_audit": "commands.show_in_audit",
}
"""Method by action key; keys are stored in settings and never change."""


def _look(
    key: str, text: str, keys: tuple[str, ...], menu: str = "Go", *, repeats: bool = False
) -> Action:
    run = f"map.{RUNS[key]}"
    return Action(f"map.{key}", text, keys, run, When.PROJECT, menu, repeats=repeats)


def _tool(key: str, text: str, keys: tuple[str, ...]) -> Action:
    run = "map.pointing.use_tool"
    return Action(f"map.{key}", text, keys, run, When.PROJECT, argument=key)


MAP = (
    _look("play_or_stop", QT_TRANSLATE_NOOP("Actions", "Play/Stop"), ("Space",), "Listen"),
    _look("replay", QT_TRANSLATE_NOOP("Actions", "Replay"), ("R",), "Listen"),
    _look(
        "toggle_hover_plays",
        QT_TRANSLATE_NOOP("Actions", "Toggle play on hover"),
        ("H",),
        "Listen",
    ),
    _walk("left", QT_TRANSLATE_NOOP("Actions", "Nearest clip to the left"), "Left"),
    _walk("right", QT_TRANSLATE_NOOP("Actions", "Nearest clip to the right"), "Right"),
    _walk("up", QT_TRANSLATE_NOOP("Actions", "Nearest clip above"), "Up"),
    _walk("down", QT_TRANSLATE_NOOP("Actions", "Nearest clip below"), "Down"),
    _walk_on("left", QT_TRANSLATE_NOOP("Actions", "Extend selection left"), "Left"),
    _walk_on("right", QT_TRANSLATE_NOOP("Actions", "Extend selection right"), "Right"),
    _walk_on("up", QT_TRANSLATE_NOOP("Actions", "Extend selection up"), "Up"),
    _walk_on("down", QT_TRANSLATE_NOOP("Actions", "Extend selection down"), "Down"),
    _pan("left", QT_TRANSLATE_NOOP("Actions", "Pan left"), "Left"),
    _pan("right", QT_TRANSLATE_NOOP("Actions", "Pan right"), "Right"),
    _pan("up", QT_TRANSLATE_NOOP("Actions", "Pan up"), "Up"),
    _pan("down", QT_TRANSLATE_NOOP("Actions", "Pan down"), "Down"),
    _look("closer", QT_TRANSLATE_NOOP("Actions", "Zoom in"), ("+", "="), repeats=True),
    _look("farther", QT_TRANSLATE_NOOP("Actions", "Zoom out"), ("-",), repeats=True),
    _look("look_at_all", QT_TRANSLATE_NOOP("Actions", "Zoom to fit"), ("Home",)),
    _look("next_places", QT_TRANSLATE_NOOP("Actions", "Next layout"), ("P",)),
    _look("next_colours", QT_TRANSLATE_NOOP("Actions", "Next colouring"), ("C",)),
    _look("toggle_dropped", QT_TRANSLATE_NOOP("Actions", "Toggle dropped clips"), ("D",)),
    _look("type_query", QT_TRANSLATE_NOOP("Actions", "Filter by query"), ("/",)),
    _tool("lasso", QT_TRANSLATE_NOOP("Actions", "Lasso select"), ("L",)),
    _tool("box", QT_TRANSLATE_NOOP("Actions", "Box select"), ("B",)),
    _tool("hand", QT_TRANSLATE_NOOP("Actions", "Pan"), ("G",)),
    _look("choose_current", QT_TRANSLATE_NOOP("Actions", "Toggle selection"), ("S",), "Clip"),
    _look("choose_in_view", QT_TRANSLATE_NOOP("Actions", "Select visible"), ("V",), "Clip"),
    _look("choose_shown", QT_TRANSLATE_NOOP("Actions", "Select all"), ("Ctrl+A",), "Clip"),
    _look("choose_none", QT_TRANSLATE_NOOP("Actions", "Clear selection"), ("Esc",), "Clip"),
    _look("choose_alike", QT_TRANSLATE_NOOP("Actions", "Select similar"), ("M",), "Clip"),
    _look("choose_odd", QT_TRANSLATE_NOOP("Actions", "Select outliers"), ("O",), "Clip"),
    _look(
        "choose_typical",
        QT_TRANSLATE_NOOP("Actions", "Select typical"),
        ("T",),
        "Clip",
    ),
    _judge("keep", QT_TRANSLATE_NOOP("Actions", "Keep"), ("list:Return", "list:Enter"), "keep"),
    _judge("drop", QT_TRANSLATE_NOOP("Actions", "Drop"), ("X",), "drop"),
    _judge("undecide", QT_TRANSLATE_NOOP("Actions", "Reset to undecided"), ("Y",), "undecide"),
    _judge("repeat", QT_TRANSLATE_NOOP("Actions", "Repeat last decision"), (".",), "repeat_last"),
    *(_category(digit) for digit in "1234567890"),
    _look(
        "show_in_audit",
        QT_TRANSLATE_NOOP("Actions", "Show selected clips in Audit"),
        ("Ctrl+Return", "Ctrl+Enter"),
        "Go",
    ),
)
