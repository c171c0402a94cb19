"""Whether the widgets of a window get the room that they ask for."""

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QRubberBand,
    QScrollArea,
    QSizeGrip,
    QSplitterHandle,
    QStackedWidget,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionHeader,
    QTabBar,
    QTableView,
    QWidget,
)

SLACK = 1
"""Pixels that rounding may take."""

ELIDES = ("ElidedLabel", "NeighbourButton")
"""Widgets that shorten their text to the room they have, with all of it in the tool tip."""

FLOATS = ("HoverCard", "QTipLabel")
"""Widgets that lie over others on purpose."""


def misfits(top: QWidget) -> list[str]:
    """What is cut off, overlaps or lies outside in the visible widgets of a window."""
    found: list[str] = []
    for widget in (top, *top.findChildren(QWidget)):
        if widget.isVisible() and widget.window() is top.window():
            found += (f"{_name(widget)}: {problem}" for problem in _problems(widget))
    return found


def _problems(widget: QWidget) -> Iterator[str]:
    if type(widget).__name__ in ELIDES or isinstance(widget.parent(), QLineEdit):
        return  # the buttons inside a line edit have the size of its icon
    if isinstance(widget, QLabel):
        yield from _label(widget)
    elif isinstance(widget, QAbstractButton):
        yield from _smaller(widget.size(), _wanted(widget))
    elif isinstance(widget, QComboBox):
        yield from _combo_box(widget)
    elif isinstance(widget, QTabBar):
        yield from _smaller(widget.size(), widget.sizeHint())
    elif isinstance(widget, QTableView):
        yield from _table(widget)
    yield from _children(widget)


def _wanted(button: QAbstractButton) -> QSize:
    """Size hint, without what a style adds to make buttons equally wide."""
    return button.minimumSizeHint().boundedTo(button.sizeHint())


def _label(label: QLabel) -> Iterator[str]:
    if label.pixmap().isNull() is False:
        return
    if label.wordWrap():
        needed = label.heightForWidth(label.width())
        if label.text() and needed > label.height() + SLACK:
            yield f"{label.height()} px high, needs {needed}"
    elif label.text():
        yield from _smaller(label.size(), label.sizeHint())


def _smaller(given: QSize, wanted: QSize) -> Iterator[str]:
    if wanted.width() > given.width() + SLACK:
        yield f"{given.width()} px wide, needs {wanted.width()}"
    if wanted.height() > given.height() + SLACK:
        yield f"{given.height()} px high, needs {wanted.height()}"


def _combo_box(box: QComboBox) -> Iterator[str]:
    if box.sizeAdjustPolicy() == (QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon):
        return  # its list shows all of a long text
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    room = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    needed = box.fontMetrics().horizontalAdvance(box.currentText())
    if needed > room.width() + SLACK:
        yield f"text of {needed} px in {room.width()}"


def _table(table: QTableView) -> Iterator[str]:
    header = table.horizontalHeader()
    if header.isVisible():
        for section in range(header.count()):
            if not header.isSectionHidden(section):
                yield from _section(header, section)
    model = table.model()
    rows = range(min(model.rowCount(), 30)) if model is not None else ()
    for column in range(model.columnCount() if model is not None else 0):
        if table.isColumnHidden(column):
            continue
        for row in rows:
            index = model.index(row, column)
            alignment = index.data(Qt.ItemDataRole.TextAlignmentRole)
            is_number = alignment is not None and int(alignment) & int(Qt.AlignmentFlag.AlignRight)
            if is_number and table.sizeHintForIndex(index).width() > table.columnWidth(column):
                yield f"number {index.data()!r} cut in column {column}"


def _section(header: QHeaderView, section: int) -> Iterator[str]:
    text = header.model().headerData(section, Qt.Orientation.Horizontal)
    if not text:
        return
    option = QStyleOptionHeader()
    header.initStyleOption(option)
    needed = header.sectionSizeFromContents(section).width()
    if needed > header.sectionSize(section) + SLACK:
        yield f"title {text!r} of {needed} px in {header.sectionSize(section)}"


def _children(parent: QWidget) -> Iterator[str]:
    if isinstance(parent, QStackedWidget | QAbstractScrollArea) and not isinstance(
        parent, QScrollArea
    ):
        return
    children = [
        child
        for child in parent.children()
        if isinstance(child, QWidget)
        and child.isVisible()
        and not child.isWindow()
        and type(child).__name__ not in FLOATS
        and not isinstance(child, QSplitterHandle | QSizeGrip | QRubberBand)
    ]
    scrolls = isinstance(parent.parent(), QAbstractScrollArea)
    for child in children:
        if not _inside(child.geometry(), parent.rect(), scrolls=scrolls):
            yield f"{_name(child)} lies outside: {_rect(child.geometry())}, {_rect(parent.rect())}"
    for one, other in combinations(children, 2):
        common = one.geometry().intersected(other.geometry())
        if common.width() > SLACK and common.height() > SLACK:
            yield f"{_name(one)} and {_name(other)} overlap by {common.width()}x{common.height()}"


def _inside(child: QRect, parent: QRect, *, scrolls: bool) -> bool:
    across = child.left() >= -SLACK and child.right() <= parent.right() + SLACK
    down = child.top() >= -SLACK and child.bottom() <= parent.bottom() + SLACK
    return across and (down or scrolls)


def _rect(rect: QRect) -> str:
    return f"{rect.width()}x{rect.height()}+{rect.x()}+{rect.y()}"


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    shown = str(text())[:40] if callable(text) else widget.accessibleName()
    return f"{type(widget).__name__} {shown!r}" if shown else type(widget).__name__
