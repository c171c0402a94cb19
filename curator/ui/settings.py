"""What a person chose for the window, as data; only what differs from the default is stored."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal

from curator.jobs.job import Options
from curator.stages.transcription.transcribers import transcriber_keys
from curator.ui.actions import Keys, keys_in_use
from curator.ui.marking import QT_TRANSLATE_NOOP

Value = str | bool | int | float
RECENT = 8
"""Projects that are remembered."""


@dataclass(frozen=True, slots=True)
class WindowSetting:
    """One choice.

    text, tip: in the dialog; without a text it is not shown there. choices: (value, text) pairs for
    a choice among few; else low and high bound a number. listed: names that %1 in the tip stands
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
        """Whether a stored value may be used."""
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
        QT_TRANSLATE_NOOP("Settings", "Light or dark; as the system is set unless you choose."),
        (
            ("system", QT_TRANSLATE_NOOP("Settings", "As the system")),
            ("light", QT_TRANSLATE_NOOP("Settings", "Light")),
            ("dark", QT_TRANSLATE_NOOP("Settings", "Dark")),
        ),
    ),
    WindowSetting(
        "keys",
        "usual",
        QT_TRANSLATE_NOOP("Settings", "Keys"),
        QT_TRANSLATE_NOOP("Settings", "Which keys there are before you change any."),
        (
            ("usual", QT_TRANSLATE_NOOP("Settings", "Usual")),
            ("left_hand", QT_TRANSLATE_NOOP("Settings", "Left hand alone")),
        ),
    ),
    WindowSetting(
        "autoplay",
        True,
        QT_TRANSLATE_NOOP("Settings", "Play a clip when it is chosen"),
        QT_TRANSLATE_NOOP("Settings", "Moving to another clip lets you hear it at once."),
    ),
    WindowSetting(
        "hover_plays",
        False,
        QT_TRANSLATE_NOOP("Settings", "Play clips under the pointer on the map"),
        QT_TRANSLATE_NOOP("Settings", "Resting on a point of the map lets you hear it."),
    ),
    WindowSetting(
        "skip_unheard",
        False,
        QT_TRANSLATE_NOOP("Settings", "Holding a key may pass clips that were not heard"),
        QT_TRANSLATE_NOOP("Settings", "Without it a held key moves on once, however long."),
    ),
    WindowSetting(
        "matched",
        True,
        QT_TRANSLATE_NOOP("Settings", "Hear all clips equally loud"),
        QT_TRANSLATE_NOOP("Settings", "Only for listening; what is exported stays as it was."),
    ),
    WindowSetting("speed", 1.0, low=0.5, high=2.0),
    WindowSetting(
        "whisper",
        "tiny.en",
        QT_TRANSLATE_NOOP("Settings", "Transcribing model"),
        QT_TRANSLATE_NOOP(
            "Settings", "A Whisper model's name or folder, or a transcriber (%1) as KEY:MODEL."
        ),
        listed=transcriber_keys,
    ),
    WindowSetting(
        "device",
        "auto",
        QT_TRANSLATE_NOOP("Settings", "Transcribe on"),
        QT_TRANSLATE_NOOP(
            "Settings", "A graphics card is used if there is one, unless you choose."
        ),
        (
            ("auto", QT_TRANSLATE_NOOP("Settings", "What is fastest")),
            ("cpu", QT_TRANSLATE_NOOP("Settings", "The processor")),
            ("cuda", QT_TRANSLATE_NOOP("Settings", "The graphics card")),
        ),
    ),
    WindowSetting(
        "exact",
        False,
        QT_TRANSLATE_NOOP("Settings", "Exact quality scores"),
        QT_TRANSLATE_NOOP("Settings", "About nine times slower than the usual ones."),
    ),
    WindowSetting(
        "processes",
        0,
        QT_TRANSLATE_NOOP("Settings", "Working processes"),
        QT_TRANSLATE_NOOP("Settings", "0 leaves one processor core to you and uses the others."),
        low=0,
        high=64,
    ),
    WindowSetting("licence", ""),
    WindowSetting("consent", ""),
    WindowSetting("speaker", "voice"),
)
"""Every choice with its default. Those without a text are remembered, not asked for."""

_BY_KEY = {setting.key: setting for setting in SETTINGS}


def settings_file() -> Path:
    """Where the platform keeps a program's settings."""
    kind = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(kind)) / "voice-curator" / "settings.json"


class WindowSettings(QObject):
    """The choices of this person on this machine.

    file: where they are stored; None keeps them in memory. trouble: why what was stored could not
    be used, as a sentence, or "".
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
        """The value of a setting."""
        return self._chosen.get(key, _BY_KEY[key].default)

    def text(self, key: str) -> str:
        """The value of a setting that is a text."""
        return str(self.get(key))

    def is_on(self, key: str) -> bool:
        """The value of a setting that is a yes or no."""
        return bool(self.get(key))

    def set(self, key: str, value: Value) -> None:
        """Choose; ValueError if the setting cannot have this value."""
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
        """How many working processes there may be."""
        chosen = self.get("processes")
        assert isinstance(chosen, int)
        return chosen or max(1, (os.cpu_count() or 1) - 1)

    @property
    def options(self) -> Options:
        """How to analyse."""
        return Options(
            whisper=self.text("whisper"), device=self.text("device"), exact=self.is_on("exact")
        )

    @property
    def keys(self) -> dict[str, Keys]:
        """Action key -> the keys it has now."""
        return keys_in_use(self.text("keys"), self.own_keys)

    def change_keys(self, action: str, keys: Iterable[str] | None) -> None:
        """Give an action other keys; None gives it those of the preset again."""
        if keys is None:
            self.own_keys.pop(action, None)
        else:
            self.own_keys[action] = tuple(keys)
        self._write()
        self.changed.emit("own_keys")

    @property
    def recent(self) -> tuple[Path, ...]:
        """Projects opened lately that are still there, the newest first."""
        return tuple(path for path in map(Path, self._recent) if path.is_dir())

    def remember(self, project: Path) -> None:
        """A project was opened."""
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
            self.trouble = f"Your settings could not be read ({error}); the usual ones are used."
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
            self.trouble = f"Your settings could not be stored: {error.strerror}."


def _as_keys(stored: object) -> dict[str, Keys]:
    if not isinstance(stored, Mapping):
        return {}
    return {
        str(action): tuple(str(key) for key in keys)
        for action, keys in stored.items()
        if isinstance(keys, list)
    }
