"""Settings of the window as data; only values that differ from the default are stored."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path
from PySide6.QtCore import QObject, Signal

from curator.jobs.job import Options
from curator.stages.transcription.transcribers import transcriber_keys
from curator.ui.actions import Keys, keys_in_use
from curator.ui.marking import QT_TRANSLATE_NOOP

Value = str | bool | int | float
RECENT = 8
"""Upper bound of recent projects."""


@dataclass(frozen=True, slots=True)
class WindowSetting:
    """One setting.

    text, tip: in the dialog; hidden without a text. choices: (value, text) pairs; otherwise low and
    high bound a number. listed: names that %1 in the tip stands
    for.
    """

    key: str
    default: Value
    text: str = ""
    tip: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = 0.0
    listed: Callable[[], Sequence[str]] | None = None

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
    WindowSetting("audit_columns", ""),
    WindowSetting("query_history", ""),
    WindowSetting("side_panel", "auto", choices=(("auto", ""), ("shown", ""), ("folded", ""))),
    WindowSetting("licence", ""),
    WindowSetting("consent", ""),
    WindowSetting("speaker", "voice"),
)
"""All settings. Those without a text are stored, but not in the dialog."""

_BY_KEY = {setting.key: setting for setting in SETTINGS}


def settings_file() -> Path:
    """Return the path of the settings file."""
    return user_config_path("voice-curator", appauthor=False) / "settings.json"


class WindowSettings(QObject):
    """Settings of this user on this machine.

    file: where they are stored; None keeps them in memory. trouble: why the file could not be
    read or written, as a sentence, or "".
    """

    changed = Signal(str)  # the key of a setting, "own_keys" or "recent"

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self.trouble = ""
        stored = self._read()
        chosen = stored.get("chosen")
        chosen = chosen if isinstance(chosen, dict) else {}
        self._chosen: dict[str, Value] = {
            key: value
            for key, value in chosen.items()
            if key in _BY_KEY and _BY_KEY[key].accepts(value)
        }
        self.own_keys = _as_keys(stored.get("own_keys"))
        recent = stored.get("recent")
        self._recent = [str(path) for path in recent] if isinstance(recent, list) else []

    def get(self, key: str) -> Value:
        """Return the value of a setting."""
        return self._chosen.get(key, _BY_KEY[key].default)

    def text(self, key: str) -> str:
        """Return the value of a text setting."""
        return str(self.get(key))

    def is_on(self, key: str) -> bool:
        """Return the value of a boolean setting."""
        return bool(self.get(key))

    def set(self, key: str, value: Value) -> None:
        """Set a value. Raises ValueError if it is invalid."""
        setting = _BY_KEY[key]
        if not setting.accepts(value):
            raise ValueError(f"{key} cannot be {value!r}")
        if value == self.get(key):
            return
        if value == setting.default:
            del self._chosen[key]
        else:
            self._chosen[key] = value
        self._write()
        self.changed.emit(key)

    @property
    def workers(self) -> int:
        """Number of worker processes."""
        chosen = self.get("processes")
        assert isinstance(chosen, int)
        return chosen or max(1, (os.cpu_count() or 1) - 1)

    @property
    def options(self) -> Options:
        """Options of the analysis."""
        return Options(
            whisper=self.text("whisper"), device=self.text("device"), exact=self.is_on("exact")
        )

    @property
    def keys(self) -> dict[str, Keys]:
        """Keys by action key."""
        return keys_in_use(self.text("keys"), self.own_keys)

    def change_keys(self, action: str, keys: Iterable[str] | None) -> None:
        """Set the keys of an action; None resets them to the preset."""
        if keys is None:
            self.own_keys.pop(action, None)
        else:
            self.own_keys[action] = tuple(keys)
        self._write()
        self.changed.emit("own_keys")

    @property
    def recent(self) -> tuple[Path, ...]:
        """Recent projects that still exist, newest first."""
        return tuple(path for path in map(Path, self._recent) if path.is_dir())

    def remember(self, project: Path) -> None:
        """Add a project to the recent ones."""
        path = str(project.absolute())
        self._recent = [path, *(other for other in self._recent if other != path)][:RECENT]
        self._write()
        self.changed.emit("recent")

    def _read(self) -> dict[str, object]:
        if self._file is None or not self._file.exists():
            return {}
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            self.trouble = f"Cannot read your settings ({error}); using the defaults."
            return {}
        return stored if isinstance(stored, dict) else {}

    def _write(self) -> None:
        if self._file is None:
            return
        stored = {"chosen": self._chosen, "own_keys": self.own_keys, "recent": self._recent}
        partial = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(stored, indent=1, ensure_ascii=False), encoding="utf-8")
            partial.replace(self._file)
        except OSError as error:
            self.trouble = f"Cannot save your settings: {error.strerror}."


def _as_keys(stored: object) -> dict[str, Keys]:
    if not isinstance(stored, Mapping):
        return {}
    return {
        str(action): tuple(str(key) for key in keys)
        for action, keys in stored.items()
        if isinstance(keys, list)
    }
