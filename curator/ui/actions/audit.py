"""Commands of the audit page."""

from curator.ui.actions.action import Action, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _category(digit: str) -> Action:
    text = QT_TRANSLATE_NOOP("Actions", "Set category 1-9")
    run = "audit.commands.give_category"
    return Action(f"audit.category_{digit}", text, (digit,), run, When.JUDGING, "", argument=digit)


def _zoom(how: str, text: str, *keys: str) -> Action:
    run = "audit.commands.zoom"
    return Action(f"audit.zoom_{how}", text, keys, run, menu="View", repeats=True, argument=how)


def _nudge(key: str, text: str, sequence: str, ms: int) -> Action:
    run = "audit.commands.nudge_start" if "start" in key else "audit.commands.nudge_stop"
    return Action(
        f"audit.{key}", text, (sequence,), run, When.JUDGING, "Edges", repeats=True, argument=ms
    )


AUDIT = (
    Action(
        "audit.play",
        QT_TRANSLATE_NOOP("Actions", "Play/Stop"),
        ("Space",),
        "audit.commands.play_or_stop",
        menu="Listen",
    ),
    Action(
        "audit.replay",
        QT_TRANSLATE_NOOP("Actions", "Replay"),
        ("R",),
        "audit.playback.replay",
        menu="Listen",
    ),
    Action(
        "audit.hear_start",
        QT_TRANSLATE_NOOP("Actions", "Play first 0.5 s"),
        ("A",),
        "audit.playback.play_start",
        menu="Listen",
    ),
    Action(
        "audit.hear_end",
        QT_TRANSLATE_NOOP("Actions", "Play last 0.5 s"),
        ("D",),
        "audit.playback.play_end",
        menu="Listen",
    ),
    Action(
        "audit.loop",
        QT_TRANSLATE_NOOP("Actions", "Loop"),
        ("L",),
        "audit.playback.toggle_loop",
        menu="Listen",
    ),
    Action(
        "audit.slower",
        QT_TRANSLATE_NOOP("Actions", "Slower"),
        ("-",),
        "audit.playback.change_speed",
        menu="Listen",
        argument=-1,
    ),
    Action(
        "audit.faster",
        QT_TRANSLATE_NOOP("Actions", "Faster"),
        ("+",),
        "audit.playback.change_speed",
        menu="Listen",
        argument=1,
    ),
    Action(
        "audit.usual_speed",
        QT_TRANSLATE_NOOP("Actions", "Normal speed"),
        ("=",),
        "audit.playback.change_speed",
        menu="Listen",
        argument=0,
    ),
    Action(
        "audit.previous_word",
        QT_TRANSLATE_NOOP("Actions", "Seek to previous word"),
        ("list:Left", "Ctrl+Left"),
        "audit.commands.seek_word",
        menu="Listen",
        repeats=True,
        argument=-1,
    ),
    Action(
        "audit.next_word",
        QT_TRANSLATE_NOOP("Actions", "Seek to next word"),
        ("list:Right", "Ctrl+Right"),
        "audit.commands.seek_word",
        menu="Listen",
        repeats=True,
        argument=1,
    ),
    _zoom("in", QT_TRANSLATE_NOOP("Actions", "Zoom in"), "Ctrl++", "Ctrl+="),
    _zoom("out", QT_TRANSLATE_NOOP("Actions", "Zoom out"), "Ctrl+-"),
    _zoom("clip", QT_TRANSLATE_NOOP("Actions", "Zoom to clip"), "Ctrl+0"),
    _zoom("selection", QT_TRANSLATE_NOOP("Actions", "Zoom to selection"), "Ctrl+E"),
    Action(
        "audit.compare",
        QT_TRANSLATE_NOOP("Actions", "Compare with the voice's reference clip"),
        ("B",),
        "audit.commands.compare_with_voice",
        menu="Listen",
    ),
    Action(
        "audit.match_loudness",
        QT_TRANSLATE_NOOP("Actions", "Loudness-matched playback"),
        ("Shift+L",),
        "audit.playback.toggle_matched",
        menu="Listen",
    ),
    Action(
        "audit.next",
        QT_TRANSLATE_NOOP("Actions", "Next clip"),
        ("J", "list:Down"),
        "audit.commands.next_clip",
        menu="Go",
        moves=True,
    ),
    Action(
        "audit.previous",
        QT_TRANSLATE_NOOP("Actions", "Previous clip"),
        ("K", "list:Up"),
        "audit.commands.previous_clip",
        menu="Go",
        moves=True,
    ),
    Action(
        "audit.next_finding",
        QT_TRANSLATE_NOOP("Actions", "Next clip with findings"),
        ("F",),
        "audit.commands.next_finding",
        menu="Go",
    ),
    Action(
        "audit.next_undecided",
        QT_TRANSLATE_NOOP("Actions", "Next undecided clip"),
        ("U",),
        "audit.commands.next_undecided",
        menu="Go",
    ),
    Action(
        "audit.query",
        QT_TRANSLATE_NOOP("Actions", "Filter by query"),
        ("/",),
        "audit.commands.type_query",
        When.PROJECT,
        "Go",
    ),
    Action(
        "audit.keep",
        QT_TRANSLATE_NOOP("Actions", "Keep and next"),
        ("list:Return", "list:Enter", "Ctrl+Return", "Ctrl+Enter"),
        "audit.commands.keep_and_next",
        When.JUDGING,
    ),
    Action(
        "audit.drop",
        QT_TRANSLATE_NOOP("Actions", "Drop and next"),
        ("X",),
        "audit.commands.drop_and_next",
        When.JUDGING,
    ),
    Action(
        "audit.undecide",
        QT_TRANSLATE_NOOP("Actions", "Reset to undecided"),
        ("Y",),
        "audit.commands.undecide",
        When.JUDGING,
    ),
    Action(
        "audit.repeat",
        QT_TRANSLATE_NOOP("Actions", "Repeat last decision"),
        (".",),
        "audit.commands.repeat_last",
        When.JUDGING,
    ),
    Action(
        "audit.edit_text",
        QT_TRANSLATE_NOOP("Actions", "Edit text"),
        ("E",),
        "audit.commands.edit_text",
        When.JUDGING,
    ),
    Action(
        "audit.leave_text",
        QT_TRANSLATE_NOOP("Actions", "Cancel editing or selection"),
        ("Esc",),
        "audit.commands.leave_text",
        When.PROJECT,
        "",
    ),
    *(_category(digit) for digit in "1234567890"),
    Action(
        "audit.start_here",
        QT_TRANSLATE_NOOP("Actions", "Set start to cursor"),
        ("I",),
        "audit.commands.start_to_cursor",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.stop_here",
        QT_TRANSLATE_NOOP("Actions", "Set end to cursor"),
        ("O",),
        "audit.commands.stop_to_cursor",
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
        "audit.commands.trim_to_pause",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.trim_to_selection",
        QT_TRANSLATE_NOOP("Actions", "Trim to selection"),
        ("Ctrl+T",),
        "audit.commands.trim_to_selection",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.split",
        QT_TRANSLATE_NOOP("Actions", "Split at cursor"),
        ("S",),
        "audit.commands.split_at_cursor",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.merge",
        QT_TRANSLATE_NOOP("Actions", "Merge with next clip"),
        ("M",),
        "audit.commands.merge_with_next",
        When.JUDGING,
        "Edges",
    ),
    Action(
        "audit.transcribe",
        QT_TRANSLATE_NOOP("Actions", "Transcribe again"),
        ("T",),
        "audit.commands.transcribe_again",
        When.JUDGING,
    ),
    Action(
        "audit.voice",
        QT_TRANSLATE_NOOP("Actions", "Set as reference voice"),
        ("V",),
        "audit.commands.choose_voice",
        When.JUDGING,
    ),
    Action(
        "audit.spectrogram",
        QT_TRANSLATE_NOOP("Actions", "Toggle spectrogram"),
        ("G",),
        "audit.commands.toggle_spectrogram",
        menu="View",
    ),
    Action(
        "audit.columns",
        QT_TRANSLATE_NOOP("Actions", "Columns of the list…"),
        ("Ctrl+Shift+L",),
        "audit.ui.table.choose_columns",
        When.PROJECT,
        "View",
    ),
    Action(
        "audit.side_panel",
        QT_TRANSLATE_NOOP("Actions", "Toggle side panel"),
        ("P",),
        "audit.ui.toggle_side_panel",
        When.PROJECT,
        "View",
    ),
)
