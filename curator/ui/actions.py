"""Every command of the window as data: THE table that menus, tool tips, palette and sheet show.

A key is written as Qt writes it ("Ctrl+K", "J"). Before it may stand where it works: "list:Return"
only while a list has the focus, "text:Ctrl+Return" only inside a text; without, wherever the page
is in front. No single letter works while text is typed: text fields take those first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from curator.ui.marking import QT_TRANSLATE_NOOP

Keys = tuple[str, ...]


class Place(StrEnum):
    """Where a key works."""

    PAGE = ""
    LIST = "list"
    TEXT = "text"


class When(StrEnum):
    """What must be the case for an action to be possible."""

    ALWAYS = "always"
    PROJECT = "project"  # a project is open
    WRITABLE = "writable"  # ... and nobody else writes to it
    CLIP = "clip"  # a clip is chosen
    JUDGING = "judging"  # ... and decisions are taken


@dataclass(frozen=True, slots=True)
class Action:
    """One command.

    key: its name in settings. page: "" when it works everywhere. run: "owner.method", where the
    owner is "window" or a page, and argument what the method is given, if anything. repeats:
    whether holding the key does it again and again. moves: goes on to another clip, which a held
    key does again only if the person asks for it in the settings. menu: "" for none.
    """

    key: str
    text: str
    keys: Keys
    run: str
    when: When = When.CLIP
    menu: str = "Clip"
    repeats: bool = False
    argument: str | int | None = None
    moves: bool = False

    @property
    def page(self) -> str:
        """The page it belongs to, "" for all."""
        owner = self.run.partition(".")[0]
        return "" if owner == "window" else owner


def _window(key: str, text: str, keys: Keys, menu: str, when: When = When.ALWAYS) -> Action:
    return Action(f"window.{key}", text, keys, f"window.{key}", when, menu)


def _page(number: int, page: str, text: str) -> Action:
    when = When.PROJECT
    return Action(
        f"go.{page}", text, (f"Ctrl+{number}",), "window.show_page", when, "Go", False, page
    )


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Give the category with this digit")
    run = "audit.give_category"
    return Action(f"audit.category_{digit}", text, (digit,), run, When.JUDGING, "", argument=digit)


def _nudge(key: str, text: str, sequence: str, ms: int) -> Action:
    run = "audit.nudge_start" if "start" in key else "audit.nudge_stop"
    return Action(
        f"audit.{key}", text, (sequence,), run, When.JUDGING, "Edges", repeats=True, argument=ms
    )


WINDOW = (
    _window("new_project", QT_TRANSLATE_NOOP("Actions", "New project…"), ("Ctrl+N",), "Project"),
    _window("open_project", QT_TRANSLATE_NOOP("Actions", "Open project…"), ("Ctrl+O",), "Project"),
    _window("open_sample", QT_TRANSLATE_NOOP("Actions", "Make the sample project…"), (), "Project"),
    _window(
        "close_project",
        QT_TRANSLATE_NOOP("Actions", "Close project"),
        ("Ctrl+W",),
        "Project",
        When.PROJECT,
    ),
    _window("show_settings", QT_TRANSLATE_NOOP("Actions", "Settings…"), ("Ctrl+,",), "Project"),
    _window("quit", QT_TRANSLATE_NOOP("Actions", "Quit"), ("Ctrl+Q",), "Project"),
    _window("undo", QT_TRANSLATE_NOOP("Actions", "Undo"), ("Ctrl+Z",), "Edit", When.WRITABLE),
    _window(
        "redo",
        QT_TRANSLATE_NOOP("Actions", "Redo"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Edit",
        When.WRITABLE,
    ),
    _window(
        "show_history",
        QT_TRANSLATE_NOOP("Actions", "What was decided"),
        ("Ctrl+H",),
        "Edit",
        When.PROJECT,
    ),
    _page(1, "intake", QT_TRANSLATE_NOOP("Actions", "Go to Intake")),
    _page(2, "audit", QT_TRANSLATE_NOOP("Actions", "Go to Audit")),
    _page(4, "balance", QT_TRANSLATE_NOOP("Actions", "Go to Balance")),
    _page(5, "export", QT_TRANSLATE_NOOP("Actions", "Go to Export")),
    _window(
        "show_jobs",
        QT_TRANSLATE_NOOP("Actions", "Work and messages"),
        ("Ctrl+J",),
        "Go",
    ),
    _window(
        "cancel_work",
        QT_TRANSLATE_NOOP("Actions", "Pause the work in the background"),
        ("Ctrl+.",),
        "Go",
        When.PROJECT,
    ),
    _window("show_menu", QT_TRANSLATE_NOOP("Actions", "Open the menu"), ("F10",), ""),
    _window("show_palette", QT_TRANSLATE_NOOP("Actions", "Find a command"), ("Ctrl+K",), "Help"),
    _window("show_keys", QT_TRANSLATE_NOOP("Actions", "Show all keys"), ("?", "F1"), "Help"),
    _window("change_keys", QT_TRANSLATE_NOOP("Actions", "Change keys…"), (), "Help"),
)

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
        QT_TRANSLATE_NOOP("Actions", "Add a folder…"),
        ("Ctrl+Shift+F",),
        "intake.add_folder",
        When.WRITABLE,
        "Project",
    ),
    Action(
        "intake.locate",
        QT_TRANSLATE_NOOP("Actions", "Locate the recording's file…"),
        ("list:L",),
        "intake.locate",
        When.WRITABLE,
        "Project",
    ),
    Action(
        "intake.analyse",
        QT_TRANSLATE_NOOP("Actions", "Analyse what is not known yet"),
        ("Ctrl+Return",),
        "intake.analyse",
        When.WRITABLE,
        "Project",
    ),
)

AUDIT = (
    Action(
        "audit.play",
        QT_TRANSLATE_NOOP("Actions", "Play or stop"),
        ("Space",),
        "audit.play_or_stop",
        menu="Listen",
    ),
    Action(
        "audit.replay",
        QT_TRANSLATE_NOOP("Actions", "Play again from the start"),
        ("R",),
        "audit.replay",
        menu="Listen",
    ),
    Action(
        "audit.hear_start",
        QT_TRANSLATE_NOOP("Actions", "Hear the first half second"),
        ("A",),
        "audit.hear_start",
        menu="Listen",
    ),
    Action(
        "audit.hear_end",
        QT_TRANSLATE_NOOP("Actions", "Hear the last half second"),
        ("D",),
        "audit.hear_end",
        menu="Listen",
    ),
    Action(
        "audit.loop",
        QT_TRANSLATE_NOOP("Actions", "Play in a loop"),
        ("L",),
        "audit.toggle_loop",
        menu="Listen",
    ),
    Action(
        "audit.slower",
        QT_TRANSLATE_NOOP("Actions", "Play slower"),
        ("-",),
        "audit.slower",
        menu="Listen",
    ),
    Action(
        "audit.faster",
        QT_TRANSLATE_NOOP("Actions", "Play faster"),
        ("+",),
        "audit.faster",
        menu="Listen",
    ),
    Action(
        "audit.usual_speed",
        QT_TRANSLATE_NOOP("Actions", "Play at the usual speed"),
        ("=",),
        "audit.usual_speed",
        menu="Listen",
    ),
    Action(
        "audit.compare",
        QT_TRANSLATE_NOOP("Actions", "Compare with the voice's typical clip"),
        ("B",),
        "audit.compare_with_voice",
        menu="Listen",
    ),
    Action(
        "audit.match_loudness",
        QT_TRANSLATE_NOOP("Actions", "Hear all clips equally loud"),
        ("Shift+L",),
        "audit.toggle_matched",
        menu="Listen",
    ),
    Action(
        "audit.next",
        QT_TRANSLATE_NOOP("Actions", "Next clip"),
        ("J", "list:Down"),
        "audit.next_clip",
        menu="Go",
        moves=True,
    ),
    Action(
        "audit.previous",
        QT_TRANSLATE_NOOP("Actions", "Previous clip"),
        ("K", "list:Up"),
        "audit.previous_clip",
        menu="Go",
        moves=True,
    ),
    Action(
        "audit.next_finding",
        QT_TRANSLATE_NOOP("Actions", "Next clip with a finding"),
        ("F",),
        "audit.next_finding",
        menu="Go",
    ),
    Action(
        "audit.next_undecided",
        QT_TRANSLATE_NOOP("Actions", "Next undecided clip"),
        ("U",),
        "audit.next_undecided",
        menu="Go",
    ),
    Action(
        "audit.query",
        QT_TRANSLATE_NOOP("Actions", "Type a query"),
        ("/",),
        "audit.type_query",
        When.PROJECT,
        "Go",
    ),
    Action(
        "audit.keep",
        QT_TRANSLATE_NOOP("Actions", "Keep and next"),
        ("list:Return", "list:Enter", "Ctrl+Return", "Ctrl+Enter"),
        "audit.keep_and_next",
        When.JUDGING,
    ),
    Action(
        "audit.drop",
        QT_TRANSLATE_NOOP("Actions", "Drop and next"),
        ("X",),
        "audit.drop_and_next",
        When.JUDGING,
    ),
    Action(
        "audit.undecide",
        QT_TRANSLATE_NOOP("Actions", "Take the decision back"),
        ("Y",),
        "audit.undecide",
        When.JUDGING,
    ),
    Action(
        "audit.repeat",
        QT_TRANSLATE_NOOP("Actions", "Repeat the last decision"),
        (".",),
        "audit.repeat_last",
        When.JUDGING,
    ),
    Action(
        "audit.edit_text",
        QT_TRANSLATE_NOOP("Actions", "Edit the text"),
        ("E",),
        "audit.edit_text",
        When.JUDGING,
    ),
    Action(
        "audit.leave_text",
        QT_TRANSLATE_NOOP("Actions", "Leave the text or the query"),
        ("Esc",),
        "audit.leave_text",
        When.PROJECT,
    ),
    *(_category(digit) for digit in "1234567890"),
    Action(
        "audit.start_here",
        QT_TRANSLATE_NOOP("Actions", "Start at the cursor"),
        ("I",),
        "audit.start_to_cursor",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.stop_here",
        QT_TRANSLATE_NOOP("Actions", "End at the cursor"),
        ("O",),
        "audit.stop_to_cursor",
        When.JUDGING,
        "Edges",
    ),
    _nudge("start_earlier", QT_TRANSLATE_NOOP("Actions", "Start 10 ms earlier"), "[", -10),
    _nudge("start_later", QT_TRANSLATE_NOOP("Actions", "Start 10 ms later"), "]", 10),
    _nudge("stop_earlier", QT_TRANSLATE_NOOP("Actions", "End 10 ms earlier"), "{", -10),
    _nudge("stop_later", QT_TRANSLATE_NOOP("Actions", "End 10 ms later"), "}", 10),
    _nudge("start_much_earlier", QT_TRANSLATE_NOOP("Actions", "Start 50 ms earlier"), "Alt+[", -50),
    _nudge("start_much_later", QT_TRANSLATE_NOOP("Actions", "Start 50 ms later"), "Alt+]", 50),
    _nudge("stop_much_earlier", QT_TRANSLATE_NOOP("Actions", "End 50 ms earlier"), "Alt+{", -50),
    _nudge("stop_much_later", QT_TRANSLATE_NOOP("Actions", "End 50 ms later"), "Alt+}", 50),
    Action(
        "audit.to_pause",
        QT_TRANSLATE_NOOP("Actions", "Cut at the nearest pause"),
        ("C",),
        "audit.recut_to_pause",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.split",
        QT_TRANSLATE_NOOP("Actions", "Split at the cursor"),
        ("S",),
        "audit.split_at_cursor",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.merge",
        QT_TRANSLATE_NOOP("Actions", "Merge with the next clip"),
        ("M",),
        "audit.merge_with_next",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.transcribe",
        QT_TRANSLATE_NOOP("Actions", "Transcribe again"),
        ("T",),
        "audit.transcribe_again",
        When.JUDGING,
    ),
    Action(
        "audit.voice",
        QT_TRANSLATE_NOOP("Actions", "This is the voice"),
        ("V",),
        "audit.choose_voice",
        When.JUDGING,
    ),
    Action(
        "audit.spectrogram",
        QT_TRANSLATE_NOOP("Actions", "Show or hide the spectrogram"),
        ("G",),
        "audit.toggle_spectrogram",
        menu="Listen",
    ),
)

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

EXPORT = (
    Action(
        "export.check",
        QT_TRANSLATE_NOOP("Actions", "Check what the trainer would refuse"),
        ("F5",),
        "export.check",
        When.PROJECT,
        "Project",
    ),
    Action(
        "export.show_clip",
        QT_TRANSLATE_NOOP("Actions", "Go to this clip"),
        ("list:Return", "list:Enter"),
        "export.show_clip",
        When.PROJECT,
        "Go",
    ),
    Action(
        "export.next_refused",
        QT_TRANSLATE_NOOP("Actions", "Go to the next clip that would be refused"),
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

ACTIONS = (*WINDOW, *INTAKE, *AUDIT, *BALANCE, *EXPORT)

LEFT_HAND: Mapping[str, Keys] = {
    "audit.next": ("S", "list:Down"),
    "audit.previous": ("W", "list:Up"),
    "audit.keep": ("C", "list:Return", "list:Enter", "Ctrl+Return", "Ctrl+Enter"),
    "audit.to_pause": ("Shift+C",),
    "audit.split": ("Shift+X",),
    "audit.next_undecided": ("Q",),
    "audit.repeat": ("Z",),
    "audit.loop": ("Shift+R",),
    "audit.start_here": ("Shift+A",),
    "audit.stop_here": ("Shift+D",),
}
"""Listening, judging and moving on with the left hand alone; the right one has the mouse."""

PRESETS: Mapping[str, Mapping[str, Keys]] = {"usual": {}, "left_hand": LEFT_HAND}


def placed(key: str) -> tuple[Place, str]:
    """A key of the table as where it works and its sequence: "list:Return", "J"."""
    place, colon, sequence = key.partition(":")
    if colon and place in (Place.LIST, Place.TEXT):
        return Place(place), sequence
    return Place.PAGE, key


def keys_in_use(preset: str, own: Mapping[str, Iterable[str]]) -> dict[str, Keys]:
    """Action key -> its keys: a person's own, else the preset's, else the table's."""
    chosen = PRESETS.get(preset, {})
    return {
        action.key: tuple(own.get(action.key, chosen.get(action.key, action.keys)))
        for action in ACTIONS
    }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two actions that one key would start at the same moment."""

    key: str
    first: Action
    second: Action


def conflicts(keys: Mapping[str, Keys], actions: Iterable[Action] = ACTIONS) -> list[Conflict]:
    """All that cannot be told apart; empty when the keys are good."""
    found = []
    earlier: dict[str, list[tuple[Place, Action]]] = {}
    for action in actions:
        for place, sequence in map(placed, keys[action.key]):
            for other_place, other in earlier.setdefault(sequence.casefold(), []):
                if other is not action and _meet(place, other_place, action.page, other.page):
                    found.append(Conflict(sequence, other, action))
            earlier[sequence.casefold()].append((place, action))
    return found


def _meet(place: Place, other_place: Place, page: str, other_page: str) -> bool:
    pages = page == other_page or not page or not other_page
    places = place == other_place or Place.PAGE in (place, other_place)
    return pages and places


def of_page(page: str) -> Iterator[Action]:
    """The actions that work while a page is in front, its own first."""
    yield from (action for action in ACTIONS if action.page == page)
    if page:
        yield from WINDOW
