"""Commands of the map page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _walk(key: str, text: str, name: str) -> Action:
    return Action(
        f"map.{key}",
        text,
        (f"list:{name}",),
        "map.walk",
        When.PROJECT,
        "Go",
        repeats=True,
        argument=key,
    )


def _walk_on(key: str, text: str, name: str) -> Action:
    run = "map.walk_and_choose"
    keys = (f"list:Shift+{name}",)
    return Action(
        f"map.choose_{key}", text, keys, run, When.PROJECT, "", repeats=True, argument=key
    )


def _pan(key: str, text: str, name: str) -> Action:
    keys = (f"list:Alt+{name}",)
    return Action(
        f"map.pan_{key}", text, keys, "map.pan", When.PROJECT, "", repeats=True, argument=key
    )


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Give the category with this digit")
    run = "map.give_category"
    return Action(f"map.category_{digit}", text, (digit,), run, When.WRITABLE, "", argument=digit)


def _judge(key: str, text: str, keys: tuple[str, ...], run: str) -> Action:
    return Action(f"map.{key}", text, keys, f"map.{run}", When.WRITABLE)


def _look(
    key: str, text: str, keys: tuple[str, ...], menu: str = "Go", *, repeats: bool = False
) -> Action:
    return Action(f"map.{key}", text, keys, f"map.{key}", When.PROJECT, menu, repeats=repeats)


MAP = (
    _look("play_or_stop", QT_TRANSLATE_NOOP("Actions", "Play or stop"), ("Space",), "Listen"),
    _look("replay", QT_TRANSLATE_NOOP("Actions", "Play again from the start"), ("R",), "Listen"),
    _look(
        "toggle_hover_plays",
        QT_TRANSLATE_NOOP("Actions", "Hear clips under the pointer, or not"),
        ("H",),
        "Listen",
    ),
    _walk("left", QT_TRANSLATE_NOOP("Actions", "Nearest clip to the left"), "Left"),
    _walk("right", QT_TRANSLATE_NOOP("Actions", "Nearest clip to the right"), "Right"),
    _walk("up", QT_TRANSLATE_NOOP("Actions", "Nearest clip above"), "Up"),
    _walk("down", QT_TRANSLATE_NOOP("Actions", "Nearest clip below"), "Down"),
    _walk_on("left", QT_TRANSLATE_NOOP("Actions", "Walk to the left and choose"), "Left"),
    _walk_on("right", QT_TRANSLATE_NOOP("Actions", "Walk to the right and choose"), "Right"),
    _walk_on("up", QT_TRANSLATE_NOOP("Actions", "Walk up and choose"), "Up"),
    _walk_on("down", QT_TRANSLATE_NOOP("Actions", "Walk down and choose"), "Down"),
    _pan("left", QT_TRANSLATE_NOOP("Actions", "Look further left"), "Left"),
    _pan("right", QT_TRANSLATE_NOOP("Actions", "Look further right"), "Right"),
    _pan("up", QT_TRANSLATE_NOOP("Actions", "Look further up"), "Up"),
    _pan("down", QT_TRANSLATE_NOOP("Actions", "Look further down"), "Down"),
    _look("closer", QT_TRANSLATE_NOOP("Actions", "Come closer"), ("+", "="), repeats=True),
    _look("farther", QT_TRANSLATE_NOOP("Actions", "Go farther away"), ("-",), repeats=True),
    _look("look_at_all", QT_TRANSLATE_NOOP("Actions", "See the whole map"), ("Home",)),
    _look("next_places", QT_TRANSLATE_NOOP("Actions", "Another map"), ("P",)),
    _look("next_colours", QT_TRANSLATE_NOOP("Actions", "Colour by something else"), ("C",)),
    _look("toggle_dropped", QT_TRANSLATE_NOOP("Actions", "Show dropped clips, or not"), ("D",)),
    _look("type_query", QT_TRANSLATE_NOOP("Actions", "Type a query"), ("/",)),
    _look("lasso", QT_TRANSLATE_NOOP("Actions", "Draw around clips"), ("L",), "Clip"),
    _look("box", QT_TRANSLATE_NOOP("Actions", "Draw a rectangle around clips"), ("B",), "Clip"),
    _look("hand", QT_TRANSLATE_NOOP("Actions", "Drag the map"), ("G",), "Clip"),
    _look(
        "choose_current", QT_TRANSLATE_NOOP("Actions", "Choose this clip, or not"), ("S",), "Clip"
    ),
    _look("choose_in_view", QT_TRANSLATE_NOOP("Actions", "Choose all in view"), ("V",), "Clip"),
    _look("choose_shown", QT_TRANSLATE_NOOP("Actions", "Choose all shown"), ("Ctrl+A",), "Clip"),
    _look("choose_none", QT_TRANSLATE_NOOP("Actions", "Choose none"), ("Esc",), "Clip"),
    _look("choose_alike", QT_TRANSLATE_NOOP("Actions", "Choose more like these"), ("M",), "Clip"),
    _look("choose_odd", QT_TRANSLATE_NOOP("Actions", "Choose the odd ones out"), ("O",), "Clip"),
    _look(
        "choose_typical",
        QT_TRANSLATE_NOOP("Actions", "Choose typical clips of this category"),
        ("T",),
        "Clip",
    ),
    _judge("keep", QT_TRANSLATE_NOOP("Actions", "Keep"), ("list:Return", "list:Enter"), "keep"),
    _judge("drop", QT_TRANSLATE_NOOP("Actions", "Drop"), ("X",), "drop"),
    _judge("undecide", QT_TRANSLATE_NOOP("Actions", "Take the decision back"), ("Y",), "undecide"),
    _judge(
        "repeat", QT_TRANSLATE_NOOP("Actions", "Repeat the last decision"), (".",), "repeat_last"
    ),
    *(_category(digit) for digit in "1234567890"),
    _look(
        "show_in_audit",
        QT_TRANSLATE_NOOP("Actions", "Show the chosen clips in Audit"),
        ("Ctrl+Return", "Ctrl+Enter"),
        "Go",
    ),
)
