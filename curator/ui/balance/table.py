"""How the balance is drawn: a letter on the category's colour, numbers with bars behind them."""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.planner import Plan
from curator.ui.balance.balance_model import EMOTION, SHARE, BalanceModel
from curator.ui.theme import GRID, roles_of
from curator.ui.widgets.badges import category_badge

Index = QModelIndex | QPersistentModelIndex
ROW = 5 * GRID
FEWEST_ROWS = 4
NARROWEST = 9 * GRID
BAR = GRID // 2
SIGN = 2 * GRID


class _Drawing(QStyledItemDelegate):
    """Names with their sign, counts with a bar below the number."""

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
            place = QRect(inside.left(), rect.center().y() - SIGN // 2, SIGN, SIGN)
            category_badge(emotion.name[:1].upper(), emotion.colour).paint(painter, place)
        if index.column() == 0:
            inside.setLeft(inside.left() + SIGN + GRID)
        if share is not None:
            inside.setBottom(inside.bottom() - BAR - 2)
            self._draw_bar(painter, rect, float(share))
        painter.setPen(QColor(colours.text))
        alignment = index.data(Qt.ItemDataRole.TextAlignmentRole)
        usual = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        elided = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(index.data(), elided, inside.width())
        painter.drawText(inside, alignment or usual, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _draw_bar(self, painter: QPainter, rect: QRect, share: float) -> None:
        parent = self.parent()
        assert isinstance(parent, QTableView)
        colours = roles_of(parent.palette())
        whole = QRectF(rect.left() + GRID, rect.bottom() - BAR - 4, rect.width() - 2 * GRID, BAR)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(whole, 2, 2)
        whole.setWidth(whole.width() * min(1.0, share))
        painter.setBrush(QColor(colours.kept if share >= 1 else colours.accent))
        painter.drawRoundedRect(whole, 2, 2)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """See QStyledItemDelegate."""
        return super().sizeHint(option, index).expandedTo(QSize(NARROWEST, ROW))


class BalanceTable(QTableView):
    """All rows are seen at once; there are few."""

    def __init__(self, emotions: EmotionSet) -> None:
        super().__init__()
        self._model = BalanceModel(emotions)
        self.setModel(self._model)
        self.setItemDelegate(_Drawing(self))
        self.setAccessibleName(self.tr("Categories against their targets"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(NARROWEST)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._fit()
        self.selectRow(0)

    @property
    def chosen(self) -> str:
        """The key of the chosen category, "" for clips without one."""
        last = self._model.rowCount() - 1
        return self._model.row(min(last, max(0, self.currentIndex().row()))).key

    def choose(self, key: str) -> None:
        """Make a category's row the current one."""
        if key in self._model.keys:
            self.selectRow(self._model.keys.index(key))

    def show_plan(self, plan: Plan, heard: Mapping[str, float]) -> None:
        """Other numbers, and perhaps other categories. heard: times an epoch, by category."""
        chosen = self.chosen
        self._model.show_plan(plan, heard)
        self._fit()
        if self.chosen != chosen or self.currentIndex().row() < 0:
            self.choose(chosen if chosen in self._model.keys else self._model.keys[0])

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(super().sizeHint().width(), self._whole_height())

    def _whole_height(self) -> int:
        header = self.horizontalHeader().sizeHint().height()
        return self._model.rowCount() * ROW + header + 4

    def _fit(self) -> None:
        """All rows are seen where there is room; many categories scroll."""
        self.setMaximumHeight(self._whole_height())
        hidden = max(0, self._model.rowCount() - FEWEST_ROWS)
        self.setMinimumHeight(self._whole_height() - hidden * ROW)
        self.updateGeometry()
