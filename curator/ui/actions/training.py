"""Commands of the training page."""

from curator.ui.actions.action import Action, Keys, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _training(
    key: str, text: str, keys: Keys, menu: str = "Training", *, repeats: bool = False
) -> Action:
    run = "training.choose_folder" if key == "choose_folder" else f"training.commands.{key}"
    return Action(f"training.{key}", text, keys, run, When.PROJECT, menu, repeats=repeats)


TRAINING = (
    _training("new_training", QT_TRANSLATE_NOOP("Actions", "New training…"), ("N",)),
    _training("check_and_plan", QT_TRANSLATE_NOOP("Actions", "Check and plan training"), ("F5",)),
    _training("begin", QT_TRANSLATE_NOOP("Actions", "Start training"), ("Ctrl+Return",)),
    _training("pause", QT_TRANSLATE_NOOP("Actions", "Pause training"), ("P",)),
    _training("resume", QT_TRANSLATE_NOOP("Actions", "Resume training"), ("R",)),
    _training("stop", QT_TRANSLATE_NOOP("Actions", "Stop training now…"), ("Shift+X",)),
    _training(
        "go_on_with_more",
        QT_TRANSLATE_NOOP("Actions", "Continue with more data…"),
        ("M",),
    ),
    _training("next_loss", QT_TRANSLATE_NOOP("Actions", "Next curve"), ("T",)),
    _training("next_axis", QT_TRANSLATE_NOOP("Actions", "Next horizontal axis"), ("H",)),
    _training("zoom_in", QT_TRANSLATE_NOOP("Actions", "Zoom in"), ("+", "="), "View", repeats=True),
    _training("zoom_out", QT_TRANSLATE_NOOP("Actions", "Zoom out"), ("-",), "View", repeats=True),
    _training("zoom_to_fit", QT_TRANSLATE_NOOP("Actions", "Zoom to fit"), ("F",), "View"),
    _training(
        "pan_left", QT_TRANSLATE_NOOP("Actions", "Pan left"), ("Alt+Left",), "View", repeats=True
    ),
    _training(
        "pan_right", QT_TRANSLATE_NOOP("Actions", "Pan right"), ("Alt+Right",), "View", repeats=True
    ),
    _training(
        "zoom_in_vertically",
        QT_TRANSLATE_NOOP("Actions", "Zoom in vertically"),
        ("Alt+=", "Alt++"),
        "View",
        repeats=True,
    ),
    _training(
        "zoom_out_vertically",
        QT_TRANSLATE_NOOP("Actions", "Zoom out vertically"),
        ("Alt+-",),
        "View",
        repeats=True,
    ),
    _training(
        "reset_vertical_zoom",
        QT_TRANSLATE_NOOP("Actions", "Reset vertical zoom"),
        ("Alt+0",),
        "View",
    ),
    _training("pan_up", QT_TRANSLATE_NOOP("Actions", "Pan up"), ("Alt+Up",), "View", repeats=True),
    _training(
        "pan_down", QT_TRANSLATE_NOOP("Actions", "Pan down"), ("Alt+Down",), "View", repeats=True
    ),
    _training("play", QT_TRANSLATE_NOOP("Actions", "Play test sentence"), ("Space",)),
    _training("open_report", QT_TRANSLATE_NOOP("Actions", "Open report"), ("O",)),
    _training("compare", QT_TRANSLATE_NOOP("Actions", "Compare selected runs"), ("C",)),
    _training("evaluate", QT_TRANSLATE_NOOP("Actions", "Evaluate run"), ("E",)),
    _training("speak_text", QT_TRANSLATE_NOOP("Actions", "Speak text…"), ("V",)),
    _training("listen", QT_TRANSLATE_NOOP("Actions", "Listen and rate"), ("L",)),
    _training("choose_folder", QT_TRANSLATE_NOOP("Actions", "Choose runs folder…"), ("Shift+F",)),
    _training("hear_first", QT_TRANSLATE_NOOP("Actions", "Play sample, or first of pair"), ("A",)),
    _training(
        "hear_second", QT_TRANSLATE_NOOP("Actions", "Play reference, or second of pair"), ("S",)
    ),
    _training("hear_third", QT_TRANSLATE_NOOP("Actions", "Play real clip"), ("D",)),
    *(
        Action(
            f"training.rate_{digit}",
            QT_TRANSLATE_NOOP("Actions", "Rate 1-10 (0 is 10), or choose of pair"),
            (digit,),
            "training.commands.give_digit",
            When.PROJECT,
            "",
            argument=digit,
        )
        for digit in "1234567890"
    ),
    _training("toggle_blind", QT_TRANSLATE_NOOP("Actions", "Toggle blind comparison"), ("B",)),
    _training("take_ratings", QT_TRANSLATE_NOOP("Actions", "Import ratings…"), ("Ctrl+I",)),
    _training("back", QT_TRANSLATE_NOOP("Actions", "Back to run"), ("Esc",)),
)
