"""The settings dialog is searched by names, explanations and choices of settings."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.ui.settings import WindowSettings
from curator.ui.settings_dialog import SettingsDialog


def shown(dialog: SettingsDialog) -> set[str]:
    return {key for key, control in dialog.controls.items() if control.isVisible()}


def type_(dialog: SettingsDialog, text: str) -> None:
    dialog.search.selectAll()
    QTest.keyClicks(dialog.search, text)
    QApplication.processEvents()


def test_a_search_shows_matching_settings_alone_and_they_are_changed_by_keys(qtbot, settings):
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and dialog.search.hasFocus())
    everything = shown(dialog)
    assert "theme" in everything
    whole = dialog._area.widget().height()
    type_(dialog, "appear")
    assert shown(dialog) == {"theme"}
    assert dialog._area.widget().height() < whole / 3
    QTest.keyClick(dialog.search, Qt.Key.Key_Tab)
    assert dialog.controls["theme"].hasFocus()
    QTest.keyClick(dialog.controls["theme"], Qt.Key.Key_Down)
    assert settings.text("theme") == "light"
    type_(dialog, "left hand")  # a choice
    assert shown(dialog) == {"keys"}
    type_(dialog, "resting pointer")  # the explanation
    assert shown(dialog) == {"hover_plays"}
    type_(dialog, "xylophone")
    assert not shown(dialog)
    assert dialog.none.isVisible()
    assert "“xylophone”" in dialog.none.text()
    dialog.search.clear()
    assert shown(dialog) == everything
    assert dialog.none.isHidden()


def test_escape_closes_the_settings_from_the_search_field(qtbot):
    dialog = SettingsDialog(WindowSettings())
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    QTest.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert dialog.isHidden()
