import json
from pathlib import Path

import pytest

from curator.ui.settings import WindowSettings
from curator.ui.settings_table import SETTINGS


def test_only_what_differs_from_the_default_is_stored(tmp_path: Path):
    file = tmp_path / "deep" / "settings.json"
    settings = WindowSettings(file)
    settings.set("theme", "dark")
    settings.set("autoplay", False)
    settings.set("autoplay", True)
    assert json.loads(file.read_text("utf-8"))["chosen"] == {"theme": "dark"}
    assert WindowSettings(file).get("theme") == "dark"


def test_a_file_that_cannot_be_read_is_said_and_the_usual_settings_are_used(tmp_path: Path):
    file = tmp_path / "settings.json"
    file.write_text("{half", encoding="utf-8")
    settings = WindowSettings(file)
    assert "Cannot read your settings" in settings.trouble
    assert all(settings.get(setting.key) == setting.default for setting in SETTINGS)


def test_a_stored_value_that_is_impossible_is_ignored(tmp_path: Path):
    file = tmp_path / "settings.json"
    chosen = {"theme": "pink", "speed": 99.0, "autoplay": 1, "gone": True, "exact": True}
    file.write_text(json.dumps({"chosen": chosen}), encoding="utf-8")
    settings = WindowSettings(file)
    assert settings.get("theme") == "system"
    assert settings.get("speed") == 1.0
    assert settings.get("autoplay") is True
    assert settings.options.exact


def test_an_impossible_value_is_refused():
    with pytest.raises(ValueError, match="theme"):
        WindowSettings().set("theme", "pink")


def test_changed_keys_are_remembered_and_can_be_given_back(tmp_path: Path):
    file = tmp_path / "settings.json"
    settings = WindowSettings(file)
    settings.change_keys("audit.drop", ["Del"])
    assert WindowSettings(file).keys["audit.drop"] == ("Del",)
    settings.change_keys("audit.drop", None)
    assert WindowSettings(file).keys["audit.drop"] == ("X",)


def test_projects_opened_lately_are_remembered_while_they_exist(tmp_path: Path):
    settings = WindowSettings(tmp_path / "settings.json")
    for name in ("one", "two", "one"):
        (tmp_path / name).mkdir(exist_ok=True)
        settings.remember(tmp_path / name)
    assert [path.name for path in settings.recent] == ["one", "two"]
    (tmp_path / "one").rmdir()
    assert [path.name for path in settings.recent] == ["two"]


def test_a_change_is_told(qtbot):
    settings = WindowSettings()
    with qtbot.waitSignal(settings.changed) as told:
        settings.set("theme", "light")
    assert told.args == ["theme"]
