"""Painting of the clip list's cells, without shaping all text as the style does.

The cells look as the style sheet has them: spacing, selection and the frame of the focus.
"""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QStaticText, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.list_columns import COLUMNS, RowValues
from curator.ui.theme import GRID, roles
from curator.ui.widgets.badges import SIZE

SIDE = GRID + 2
"""Space on both sides of the text, in pixels."""

REMEMBERED = 2_000
"""Shaped texts in memory: of some screens."""

_Role = Qt.ItemDataRole
# As numbers: operations on flags take a third of the time of a cell.
_SELECTED, _FOCUSED = (
    QStyle.StateFlag.State_Selected.value,
    QStyle.StateFlag.State_HasFocus.value,
)
_Reader = Callable[[RowValues], object]


def _nothing(_row: RowValues) -> object:
    return None


class ClipCellDelegate(QStyledItemDelegate):
    """Paints texts that were shaped once, and takes the values of a cell from its row."""

    def __init__(self, model: ClipTableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._table = model, parent
        self._cells: tuple[tuple[_Reader, _Reader, _Reader, bool], ...] = tuple(
            (
                column.shows.get(_Role.DisplayRole, _nothing),
                column.shows.get(_Role.DecorationRole, _nothing),
                column.shows.get(_Role.ForegroundRole, _nothing),
                _Role.TextAlignmentRole in column.shows,
            )
            for column in COLUMNS
        )
        self.refresh()

    def refresh(self) -> None:
        """Follow the font and the theme of the table."""
        look = roles(self._table)
        self._text, self._chosen = QColor(look.text), QColor(look.chosen)
        self._frame = QPen(QColor(look.accent))
        self._metrics = self._table.fontMetrics()
        self._shaped: dict[tuple[str, int], QStaticText] = {}

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """See QStyledItemDelegate."""
        text_of, icon_of, colour_of, is_number = self._cells[index.column()]
        row, rect = self._model.row_values(index.row()), option.rect
        state: int = option.state.value
        if state & _SELECTED:
            painter.fillRect(rect, self._chosen)
        if text := text_of(row):
            colour = colour_of(row)
            painter.setPen(colour if isinstance(colour, QColor) else self._text)
            self._draw_text(painter, rect, str(text), is_number=is_number)
        icon = icon_of(row)
        if isinstance(icon, QIcon):
            top = rect.top() + (rect.height() - SIZE) // 2
            icon.paint(painter, QRect(rect.left() + GRID, top, SIZE, SIZE))
        if state & _FOCUSED:
            painter.setPen(self._frame)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _draw_text(self, painter: QPainter, rect: QRect, text: str, *, is_number: bool) -> None:
        room = rect.width() - 2 * SIDE
        shaped = self._shaped.get((text, room))
        if shaped is None:
            shaped = self._shape(text, room)
        size = shaped.size()
        left = rect.right() + 1 - SIDE - size.width() if is_number else rect.left() + SIDE
        top = rect.top() + (rect.height() - size.height()) / 2
        painter.drawStaticText(QPointF(left, top), shaped)

    def _shape(self, text: str, room: int) -> QStaticText:
        if len(self._shaped) >= REMEMBERED:
            self._shaped.clear()
        line = " ".join(text.split())
        shaped = QStaticText(self._metrics.elidedText(line, Qt.TextElideMode.ElideRight, room))
        shaped.setTextFormat(Qt.TextFormat.PlainText)
        shaped.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        shaped.prepare(font=self._table.font())
        self._shaped[text, room] = shaped
        return shaped
