"""Commands of the audit page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Set category 1-9")
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
        QT_TRANSLATE_NOOP("Actions", "Play/Stop"),
        ("Space",),
        "audit.play_or_stop",
        menu="Listen",
    ),
    Action(
        "audit.replay",
        QT_TRANSLATE_NOOP("Actions", "Replay"),
        ("R",),
        "audit.replay",
        menu="Listen",
    ),
    Action(
        "audit.hear_start",
        QT_TRANSLATE_NOOP("Actions", "Play first 0.5 s"),
        ("A",),
        "audit.hear_start",
        menu="Listen",
    ),
    Action(
        "audit.hear_end",
        QT_TRANSLATE_NOOP("Actions", "Play last 0.5 s"),
        ("D",),
        "audit.hear_end",
        menu="Listen",
    ),
    Action(
        "audit.loop",
        QT_TRANSLATE_NOOP("Actions", "Loop"),
        ("L",),
        "audit.toggle_loop",
        menu="Listen",
    ),
    Action(
        "audit.slower",
        QT_TRANSLATE_NOOP("Actions", "Slower"),
        ("-",),
        "audit.slower",
        menu="Listen",
    ),
    Action(
        "audit.faster",
        QT_TRANSLATE_NOOP("Actions", "Faster"),
        ("+",),
        "audit.faster",
        menu="Listen",
    ),
    Action(
        "audit.usual_speed",
        QT_TRANSLATE_NOOP("Actions", "Normal speed"),
        ("=",),
        "audit.usual_speed",
        menu="Listen",
    ),
    Action(
        "audit.compare",
        QT_TRANSLATE_NOOP("Actions", "Compare with the voice's reference clip"),
        ("B",),
        "audit.compare_with_voice",
        menu="Listen",
    ),
    Action(
        "audit.match_loudness",
        QT_TRANSLATE_NOOP("Actions", "Loudness-matched playback"),
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
        QT_TRANSLATE_NOOP("Actions", "Filter by query"),
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
        QT_TRANSLATE_NOOP("Actions", "Reset to undecided"),
        ("Y",),
        "audit.undecide",
        When.JUDGING,
    ),
    Action(
        "audit.repeat",
        QT_TRANSLATE_NOOP("Actions", "Repeat last decision"),
        (".",),
        "audit.repeat_last",
        When.JUDGING,
    ),
    Action(
        "audit.edit_text",
        QT_TRANSLATE_NOOP("Actions", "Edit text"),
        ("E",),
        "audit.edit_text",
        When.JUDGING,
    ),
    Action(
        "audit.leave_text",
        QT_TRANSLATE_NOOP("Actions", "Leave text or query"),
        ("Esc",),
        "audit.leave_text",
        When.PROJECT,
    ),
    *(_category(digit) for digit in "1234567890"),
    Action(
        "audit.start_here",
        QT_TRANSLATE_NOOP("Actions", "Set start to cursor"),
        ("I",),
        "audit.start_to_cursor",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.stop_here",
        QT_TRANSLATE_NOOP("Actions", "Set end to cursor"),
        ("O",),
        "audit.stop_to_cursor",
        When.JUDGING,
        "Edges",
    ),
    _nudge("start_earlier", QT_TRANSLATE_NOOP("Actions", "Move start -10 ms"), "[", -10),
    _nudge("start_later", QT_TRANSLATE_NOOP("Actions", "Move start +10 ms"), "]", 10),
    _nudge("stop_earlier", QT_TRANSLATE_NOOP("Actions", "Move end -10 ms"), "{", -10),
    _nudge("stop_later", QT_TRANSLATE_NOOP("Actions", "Move end +10 ms"), "}", 10),
    _nudge("start_much_earlier", QT_TRANSLATE_NOOP("Actions", "Move start -50 ms"), "Alt+[", -50),
    _nudge("start_much_later", QT_TRANSLATE_NOOP("Actions", "Move start +50 ms"), "Alt+]", 50),
    _nudge("stop_much_earlier", QT_TRANSLATE_NOOP("Actions", "Move end -50 ms"), "Alt+{", -50),
    _nudge("stop_much_later", QT_TRANSLATE_NOOP("Actions", "Move end +50 ms"), "Alt+}", 50),
    Action(
        "audit.to_pause",
        QT_TRANSLATE_NOOP("Actions", "Trim to nearest pause"),
        ("C",),
        "audit.recut_to_pause",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.split",
        QT_TRANSLATE_NOOP("Actions", "Split at cursor"),
        ("S",),
        "audit.split_at_cursor",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.merge",
        QT_TRANSLATE_NOOP("Actions", "Merge with next clip"),
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
        QT_TRANSLATE_NOOP("Actions", "Set as reference voice"),
        ("V",),
        "audit.choose_voice",
        When.JUDGING,
    ),
    Action(
        "audit.spectrogram",
        QT_TRANSLATE_NOOP("Actions", "Toggle spectrogram"),
        ("G",),
        "audit.toggle_spectrogram",
        menu="Listen",
    ),
)
