"""Commands of the training page."""

from curator.ui.actions.action import Action, Keys, When
from curator.ui.marking import QT_TRANSLATE_NOOP


def _training(key: str, text: str, keys: Keys, menu: str = "Training") -> Action:
    return Action(f"training.{key}", text, keys, f"training.{key}", When.PROJECT, menu)


TRAINING = (
    _training("new_training", QT_TRANSLATE_NOOP("Actions", "Begin a training…"), ("N",)),
    _training("check_and_plan", QT_TRANSLATE_NOOP("Actions", "Check and plan a training"), ("F5",)),
    _training("begin", QT_TRANSLATE_NOOP("Actions", "Begin what is filled in"), ("Ctrl+Return",)),
    _training("pause", QT_TRANSLATE_NOOP("Actions", "Pause the training"), ("P",)),
    _training("resume", QT_TRANSLATE_NOOP("Actions", "Resume the training"), ("R",)),
    _training("stop", QT_TRANSLATE_NOOP("Actions", "End the training at once…"), ("Shift+X",)),
    _training(
        "go_on_with_more",
        QT_TRANSLATE_NOOP("Actions", "Go on from this run with more data…"),
        ("M",),
    ),
    _training("next_loss", QT_TRANSLATE_NOOP("Actions", "Show the next loss"), ("T",)),
    _training("play", QT_TRANSLATE_NOOP("Actions", "Hear what it spoke"), ("Space",)),
    _training("open_report", QT_TRANSLATE_NOOP("Actions", "Write and open the report"), ("O",)),
    _training("compare", QT_TRANSLATE_NOOP("Actions", "Compare the chosen runs"), ("C",)),
    _training("listen", QT_TRANSLATE_NOOP("Actions", "Listen and rate"), ("L",)),
    _training(
        "choose_folder", QT_TRANSLATE_NOOP("Actions", "Choose the folder of runs…"), ("Shift+F",)
    ),
    _training(
        "hear_first", QT_TRANSLATE_NOOP("Actions", "Hear it, or the first of a pair"), ("A",)
    ),
    _training(
        "hear_second", QT_TRANSLATE_NOOP("Actions", "Hear its reference, or the second"), ("S",)
    ),
    _training("hear_third", QT_TRANSLATE_NOOP("Actions", "Hear a real clip"), ("D",)),
    *(
        Action(
            f"training.rate_{digit}",
            QT_TRANSLATE_NOOP("Actions", "Rate with this digit, 0 for ten; or judge a pair"),
            (digit,),
            "training.give_digit",
            When.PROJECT,
            "",
            argument=digit,
        )
        for digit in "1234567890"
    ),
    _training("toggle_blind", QT_TRANSLATE_NOOP("Actions", "Compare blindly, or stop it"), ("B",)),
    _training("take_ratings", QT_TRANSLATE_NOOP("Actions", "Take in ratings…"), ("Ctrl+I",)),
    _training("back", QT_TRANSLATE_NOOP("Actions", "Back to the run"), ("Esc",)),
)
