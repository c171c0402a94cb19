"""Table of the window's settings: defaults, texts and valid values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from curator.stages.transcription.transcribers import transcriber_keys
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.sound.device_names import output_names

Value = str | bool | int | float


@dataclass(frozen=True, slots=True)
class WindowSetting:
    """One setting.

    text, tip: in the dialog; hidden without a text. choices: (value, text) pairs; otherwise low and
    high bound a number. listed: names that %1 in the tip stands for. devices: names of the devices
    to choose from; "" is the system's.
    """

    key: str
    default: Value
    text: str = ""
    tip: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = 0.0
    listed: Callable[[], Sequence[str]] | None = None
    devices: Callable[[], Sequence[str]] | None = None

    def accepts(self, value: object) -> bool:
        """Whether a stored value is valid."""
        if type(value) is not type(self.default):
            return False
        if self.choices:
            return value in [choice for choice, _ in self.choices]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.low <= value <= self.high
        return True


SETTINGS = (
    WindowSetting(
        "theme",
        "system",
        QT_TRANSLATE_NOOP("Settings", "Appearance"),
        QT_TRANSLATE_NOOP("Settings", "Light or dark; follows the system by default."),
        (
            ("system", QT_TRANSLATE_NOOP("Settings", "System")),
            ("light", QT_TRANSLATE_NOOP("Settings", "Light")),
            ("dark", QT_TRANSLATE_NOOP("Settings", "Dark")),
        ),
    ),
    WindowSetting(
        "keys",
        "usual",
        QT_TRANSLATE_NOOP("Settings", "Keyboard preset"),
        QT_TRANSLATE_NOOP("Settings", "Default shortcuts; change single ones in Edit shortcuts."),
        (
            ("usual", QT_TRANSLATE_NOOP("Settings", "Default")),
            ("left_hand", QT_TRANSLATE_NOOP("Settings", "Left hand only")),
        ),
    ),
    WindowSetting(
        "autoplay",
        True,
        QT_TRANSLATE_NOOP("Settings", "Play clip on selection"),
        QT_TRANSLATE_NOOP("Settings", "Moving to another clip plays it."),
    ),
    WindowSetting(
        "hover_plays",
        False,
        QT_TRANSLATE_NOOP("Settings", "Play on hover on the map"),
        QT_TRANSLATE_NOOP("Settings", "Resting the pointer on a clip plays it."),
    ),
    WindowSetting(
        "skip_unheard",
        False,
        QT_TRANSLATE_NOOP("Settings", "Key repeat skips unplayed clips"),
        QT_TRANSLATE_NOOP("Settings", "Off: a held key moves to the next clip only once."),
    ),
    WindowSetting(
        "matched",
        True,
        QT_TRANSLATE_NOOP("Settings", "Loudness-matched playback"),
        QT_TRANSLATE_NOOP("Settings", "Affects playback only, not the export."),
    ),
    WindowSetting("speed", 1.0, low=0.5, high=2.0),
    WindowSetting(
        "output",
        "",
        QT_TRANSLATE_NOOP("Settings", "Audio output"),
        QT_TRANSLATE_NOOP("Settings", "Follows the system by default."),
        devices=output_names,
    ),
    WindowSetting(
        "whisper",
        "auto",
        QT_TRANSLATE_NOOP("Settings", "Transcription model"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "A Whisper model's name or folder, or a transcriber (%1) as KEY:MODEL; auto chooses by"
            " the project's language.",
        ),
        listed=transcriber_keys,
    ),
    WindowSetting(
        "device",
        "auto",
        QT_TRANSLATE_NOOP("Settings", "Transcription device"),
        QT_TRANSLATE_NOOP("Settings", "Uses the GPU if there is one, by default."),
        (
            ("auto", QT_TRANSLATE_NOOP("Settings", "Automatic")),
            ("cpu", QT_TRANSLATE_NOOP("Settings", "CPU")),
            ("cuda", QT_TRANSLATE_NOOP("Settings", "GPU (CUDA)")),
        ),
    ),
    WindowSetting(
        "exact",
        False,
        QT_TRANSLATE_NOOP("Settings", "Exact quality scores"),
        QT_TRANSLATE_NOOP("Settings", "About nine times slower than the default scores."),
    ),
    WindowSetting(
        "processes",
        0,
        QT_TRANSLATE_NOOP("Settings", "Worker processes"),
        QT_TRANSLATE_NOOP("Settings", "0 uses all CPU cores but one."),
        low=0,
        high=64,
    ),
    WindowSetting(
        "cluster",
        "",
        QT_TRANSLATE_NOOP("Settings", "Ray cluster"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Analysis runs on its nodes: ray://HOST:10001, or auto for the one of this machine;"
            " empty for this machine alone.",
        ),
    ),
    WindowSetting("audit_columns", ""),
    WindowSetting("query_history", ""),
    WindowSetting("recent_commands", ""),
    WindowSetting("side_panel", "auto", choices=(("auto", ""), ("shown", ""), ("folded", ""))),
    WindowSetting("speaker", "voice"),
)
"""All settings. Those without a text are stored, but not in the dialog."""
