import ast
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

import curator.ui
from curator.ui.widgets.combo_box import ComboBox

UNDER_MOUSE = Qt.WidgetAttribute.WA_UnderMouse


def test_no_hover_state_is_left_when_the_list_closes(qtbot):
    top = QWidget()
    qtbot.addWidget(top)
    column, box = QVBoxLayout(top), ComboBox()
    box.addItems(["one", "two"])
    column.addWidget(box)
    column.addStretch(1)
    top.resize(300, 400)
    top.show()
    for place, is_under in ((QPoint(150, 390), False), (box.geometry().center(), True)):
        box.setAttribute(UNDER_MOUSE)  # as Qt leaves it
        box.showPopup()
        QCursor.setPos(top.mapToGlobal(place))
        box.hidePopup()
        qtbot.waitUntil(lambda is_under=is_under: box.testAttribute(UNDER_MOUSE) == is_under)
        qtbot.wait(20)
        assert box.testAttribute(UNDER_MOUSE) == is_under


def test_every_combo_box_of_the_window_is_one_of_these():
    folder = Path(curator.ui.__file__).parent
    found = [
        f"{path.relative_to(folder)}:{node.lineno}"
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "QComboBox"
    ]
    assert found == []
