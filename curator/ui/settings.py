"""Settings of the window as data; only values that differ from the default are stored."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from platformdirs import user_config_path
from PySide6.QtCore import QObject, Signal

from curator.domain.system import place_durably, temporary_beside
from curator.jobs.job import Options
from curator.ui.actions import Keys, keys_in_use
from curator.ui.settings_table import SETTINGS, Value

RECENT = 30
"""Upper bound of recent projects that are not pinned."""

MEMORIES = 50
"""Upper bound of projects of which the window remembers its state."""


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
        pinned = stored.get("pinned")
        self._pinned = [str(path) for path in pinned] if isinstance(pinned, list) else []
        self._projects = _as_memories(stored.get("projects"))
        self.window = _as_texts(stored.get("window"))

    def get(self, key: str) -> Value:
        """Return the value of a setting."""
        return self._chosen.get(key, _BY_KEY[key].default)

    def text(self, key: str) -> str:
        """Return the value of a text setting."""
        return str(self.get(key))

    def is_on(self, key: str) -> bool:
        """Return the value of a boolean setting."""
        return bool(self.get(key))

    def accepts(self, key: str, value: object) -> bool:
        """Whether a setting may have this value."""
        return _BY_KEY[key].accepts(value)

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
        """Recent projects that still exist: pinned ones in their order, then newest first."""
        others = [path for path in self._recent if path not in self._pinned]
        return tuple(path for path in map(Path, [*self._pinned, *others]) if path.is_dir())

    def is_pinned(self, project: Path) -> bool:
        """Whether a project stays at the top of the recent ones."""
        return str(project.absolute()) in self._pinned

    def pin(self, project: Path, *, pinned: bool) -> None:
        """Keep a project at the top of the recent ones, or no longer."""
        path = str(project.absolute())
        self._pinned = [other for other in self._pinned if other != path]
        if pinned:
            self._pinned.append(path)
        self._write()
        self.changed.emit("recent")

    def remember(self, project: Path) -> None:
        """Add a project to the recent ones."""
        path = str(project.absolute())
        others = [other for other in self._recent if other != path]
        pinned = [other for other in others if other in self._pinned]
        others = [other for other in others if other not in self._pinned]
        self._recent = [path, *others][:RECENT] + pinned
        self._write()
        self.changed.emit("recent")

    def forget(self, project: Path) -> None:
        """Remove a project from the recent ones; its folder stays."""
        path = str(project.absolute())
        self._recent = [other for other in self._recent if other != path]
        self._pinned = [other for other in self._pinned if other != path]
        self._write()
        self.changed.emit("recent")

    def memory(self, project: Path) -> Mapping[str, object]:
        """What the window stored of a project; empty if nothing."""
        return self._projects.get(str(project.absolute()), {})

    def remember_of(self, project: Path, values: Mapping[str, object]) -> None:
        """Store what the window remembers of a project, forgetting the oldest of too many."""
        path = str(project.absolute())
        self._projects.pop(path, None)
        self._projects[path] = dict(values)
        for old in list(self._projects)[:-MEMORIES]:
            del self._projects[old]
        self._write()
        self.changed.emit("recent")

    def remember_window(self, values: Mapping[str, str]) -> None:
        """Store the geometry of the window."""
        self.window = dict(values)
        self._write()

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
        stored = {
            "chosen": self._chosen,
            "own_keys": self.own_keys,
            "recent": self._recent,
            "pinned": self._pinned,
            "projects": self._projects,
            "window": self.window,
        }
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            partial = temporary_beside(self._file)
            partial.write_text(json.dumps(stored, indent=1, ensure_ascii=False), encoding="utf-8")
            place_durably(partial, self._file)
        except OSError as error:
            self.trouble = f"Cannot save your settings: {error.strerror}."


def _as_memories(stored: object) -> dict[str, dict[str, object]]:
    if not isinstance(stored, Mapping):
        return {}
    return {str(path): dict(each) for path, each in stored.items() if isinstance(each, Mapping)}


def _as_texts(stored: object) -> dict[str, str]:
    if not isinstance(stored, Mapping):
        return {}
    return {str(key): value for key, value in stored.items() if isinstance(value, str)}


def _as_keys(stored: object) -> dict[str, Keys]:
    if not isinstance(stored, Mapping):
        return {}
    return {
        str(action): tuple(str(key) for key in keys)
        for action, keys in stored.items()
        if isinstance(keys, list)
    }
