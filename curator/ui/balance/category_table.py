"""Table of the categories: badge, counts, and bars of the clips against the target."""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.planner import LabellingPlan
from curator.ui.balance.category_table_model import (
    BAR,
    EMOTION,
    KEPT,
    SHARE,
    BarParts,
    CategoryTableModel,
)
from curator.ui.balance.target_bar import draw_target_bar
from curator.ui.theme import GRID, roles_of
from curator.ui.widgets.badges import category_badge

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, MAX_ROW_HEIGHT = 4 * GRID, 7 * GRID
MIN_ROWS = 4
MIN_COLUMN = 8 * GRID
SMALL_BAR = GRID // 2
BADGE = 2 * GRID
MIN_BAR, MAX_BAR = 6 * GRID, 120 * GRID
"""Bounds of the width of the bars; without room for the least there are none."""


class _CellDelegate(QStyledItemDelegate):
    """Draws names with a badge, and counts with a bar below the number."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """See QStyledItemDelegate."""
        colours = roles_of(option.palette)
        rect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.chosen))
        inside = rect.adjusted(GRID, 0, -GRID, 0)
        emotion, share = index.data(EMOTION), index.data(SHARE)
        if isinstance(emotion, Emotion):
            square = QRect(inside.left(), rect.center().y() - BADGE // 2, BADGE, BADGE)
            category_badge(emotion.sign, emotion.colour).paint(painter, square)
        if index.column() == 0:
            inside.setLeft(inside.left() + BADGE + GRID)
        bar = index.data(BAR)
        if isinstance(bar, BarParts) and self._bar_width():
            box = QRectF(inside.left(), rect.top() + 7, self._bar_width(), rect.height() - 14)
            draw_target_bar(painter, box, bar, colours)
        elif share is not None:
            inside.setBottom(inside.bottom() - SMALL_BAR - 2)
            self._draw_bar(painter, rect, float(share))
        painter.setPen(QColor(colours.text))
        alignment = index.data(Qt.ItemDataRole.TextAlignmentRole)
        default = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        elided = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(index.data(), elided, inside.width())
        painter.drawText(inside, alignment or default, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _draw_bar(self, painter: QPainter, rect: QRect, share: float) -> None:
        parent = self.parent()
        assert isinstance(parent, QTableView)
        colours = roles_of(parent.palette())
        top = rect.bottom() - SMALL_BAR - 4
        bar = QRectF(rect.left() + GRID, top, rect.width() - 2 * GRID, SMALL_BAR)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(bar.width() * min(1.0, share))
        painter.setBrush(QColor(colours.kept if share >= 1 else colours.accent))
        painter.drawRoundedRect(bar, 2, 2)

    def _bar_width(self) -> int:
        parent = self.parent()
        assert isinstance(parent, CategoryTable)
        return parent.bar_width

    def _row_height(self) -> int:
        parent = self.parent()
        assert isinstance(parent, CategoryTable)
        return parent.row_height

    def text_width(self, font: QFont, index: Index) -> int:
        """Width of a cell without its bar."""
        content = QFontMetrics(font).horizontalAdvance(index.data()) + 2 * GRID + 1
        return max(MIN_COLUMN, content + (BADGE + GRID if index.column() == 0 else 0))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """See QStyledItemDelegate."""
        content = self.text_width(option.font, index)
        if index.column() == KEPT and self._bar_width():
            content += self._bar_width() + GRID
        return QSize(content, self._row_height())


class CategoryTable(QTableView):
    """Shows all rows where there is room. Names are elided in a narrow table, counts are not."""

    def __init__(self, emotions: EmotionSet) -> None:
        super().__init__()
        self.bar_width, self.row_height = 0, ROW_HEIGHT
        self._room = 0  # height that the rows may share, 0 before the first layout
        self._widths: dict[str, int] = {}  # of all texts, by font; emptied with another plan
        self._model = CategoryTableModel(emotions)
        self.setModel(self._model)
        self._cells = _CellDelegate(self)
        self.setItemDelegate(self._cells)
        self.setAccessibleName(self.tr("Categories and targets"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setProperty("room", "little")  # what headings take, the chart lacks
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(MIN_COLUMN)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._fit()
        self.selectRow(0)

    @property
    def category(self) -> str:
        """Key of the current category, "" for clips without one."""
        keys = self._model.keys
        return keys[min(len(keys) - 1, max(0, self.currentIndex().row()))]

    def set_category(self, key: str) -> None:
        """Make the row of a category the current one."""
        if key in self._model.keys:
            self.selectRow(self._model.keys.index(key))

    def show_plan(self, plan: LabellingPlan, per_epoch: Mapping[str, float]) -> None:
        """Show a plan, perhaps of other categories. per_epoch: times a clip is sampled, by key."""
        before = self.category
        rows = self._model.rowCount()
        self._model.show_plan(plan, per_epoch)
        self._widths.clear()
        if self._model.rowCount() != rows:
            self.fit_rows(self._room)
        self._fit()
        if self.category != before or self.currentIndex().row() < 0:
            self.set_category(before if before in self._model.keys else self._model.keys[0])

    def fit_rows(self, room: int) -> None:
        """Make the rows as tall as this height of the whole table allows."""
        self._room = room
        height = (room - self._height_of_rows(0)) // max(1, self._model.rowCount())
        height = min(max(ROW_HEIGHT, height), MAX_ROW_HEIGHT)
        if height != self.row_height:
            self.row_height = height
            self.verticalHeader().setDefaultSectionSize(height)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the bars the room that names and counts leave."""
        self._fit_bars()
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Width of all names and counts, without bars."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._text_width() + bar + 2, super().minimumSizeHint().height())

    def _text_width(self) -> int:
        font = self.font().key()
        if font not in self._widths:
            self._widths[font] = self._measured_width()
        return self._widths[font]

    def _measured_width(self) -> int:
        header, model = self.horizontalHeader(), self._model
        taken = 0
        for column in range(model.columnCount()):
            cells = (model.index(row, column) for row in range(model.rowCount()))
            widest = max(self._cells.text_width(self.font(), cell) for cell in cells)
            taken += max(widest, header.sectionSizeFromContents(column).width())
        return taken

    def _fit_bars(self) -> None:
        header = self.horizontalHeader()
        room = self.viewport().width() - self._text_width() - GRID
        width = min(room, MAX_BAR) if room >= MIN_BAR else 0
        if width != self.bar_width:
            self.bar_width = width
            header.resizeSections()
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(super().sizeHint().width(), self._full_height())

    def _full_height(self) -> int:
        return self._height_of_rows(self._model.rowCount() * self.row_height)

    def _height_of_rows(self, rows: int) -> int:
        """Height of the table with rows of this height together."""
        return rows + self.horizontalHeader().sizeHint().height() + 4

    def _fit(self) -> None:
        """Keep room for all rows; many rows scroll in a low window."""
        self._fit_bars()
        self.setMaximumHeight(self._full_height())
        rows = min(self._model.rowCount(), MIN_ROWS)
        # Rows shrink with the window.
        self.setMinimumHeight(self._height_of_rows(rows * ROW_HEIGHT))
        self.updateGeometry()
