"""Commands of the audit page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Give the category with this digit")
    run = "audit.give_category"
    return Action(f"audit.category_{digit}", text, (digit,), run, When.JUDGING, "", argument=digit)


def _nudge(key: str, text: str, sequence: str, ms: int) -> Action:
    run = "audit.nudge_start" if "start" in key else "audit.nudge_stop"
    return Action(
        f"audit.{key}", text, (sequence,), run, When.JUDGING, "Edges", repeats=True, argument=ms
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
