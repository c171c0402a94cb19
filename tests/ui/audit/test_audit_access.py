"""Accessible names, visible focus and Tab order of the audit page."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from curator.ui.theme import wear
from tests.helpers.audit_window import Audit


def takes_focus(widget: QWidget) -> bool:
    return bool(
        widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
    )


def focusable(audit: Audit) -> list[QWidget]:
    return [widget for widget in audit.page.findChildren(QWidget) if takes_focus(widget)]


def test_every_control_has_a_name(audit: Audit):
    audit.page.ui.table.go_to_row(2)
    nameless = []
    for widget in focusable(audit):
        interface = QAccessible.queryAccessibleInterface(widget)
        if not (interface and interface.text(QAccessible.Text.Name)):
            nameless.append(widget)
    assert not nameless


def test_tab_reaches_every_control_and_comes_back(audit: Audit):
    wanted = {widget for widget in focusable(audit) if widget is not audit.page}
    seen = set()
    audit.page.ui.query.edit.setFocus()
    for _ in range(60):
        seen.add(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert wanted <= seen


def test_focus_is_always_seen(audit: Audit, qapp):
    for theme in ("light", "dark"):
        wear(qapp, theme)
        for widget in (
            audit.page.ui.table,
            audit.page.ui.query.edit,
            audit.page.ui.editor.text,
            audit.page.ui.editor.waveform,
            audit.page.ui.categories._buttons["greeting"],
        ):
            audit.page.ui.query.orders.setFocus()
            without = widget.grab().toImage()
            widget.setFocus()
            QApplication.processEvents()
            assert widget.grab().toImage() != without, widget
    wear(qapp, "light")


def test_signs_say_in_words_what_they_show(audit: Audit):
    audit.press(Qt.Key.Key_Return)
    model = audit.page.model
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(0, 0).data(role) == "kept"
    assert model.index(2, 5).data(role) == "1 error"
    assert model.headerData(0, Qt.Orientation.Horizontal, role) == "Decision"


def test_the_page_is_usable_in_a_small_window(audit: Audit):
    audit.window.resize(640, 480)
    QApplication.processEvents()
    assert audit.window.width() <= 700
    for widget in (audit.page.ui.table, audit.page.ui.editor.waveform, audit.page.ui.editor.text):
        assert widget.isVisible()
        assert widget.width() > 100
