"""The balance as a table: a row for each category, the last for clips without one."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from curator.domain.balance import Balance, CategoryBalance
from curator.domain.emotion import EmotionSet
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import number, translated

Index = QModelIndex | QPersistentModelIndex

SHARE = Qt.ItemDataRole.UserRole
"""Role of how much of the target is reached, 0..1 and more; None without a target."""

EMOTION = Qt.ItemDataRole.UserRole + 1
"""Role of the row's Emotion, or None."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. share: for those that are drawn as a bar."""

    title: str
    text: Callable[[CategoryBalance], str]
    share: Callable[[CategoryBalance], float | None] | None = None


def _name(row: CategoryBalance) -> str:
    return row.emotion.name if row.emotion else translated("Balance", "No category")


def _clips(row: CategoryBalance) -> str:
    if not row.emotion:
        return number(row.clips)
    text = translated("Balance", "%1 of %2")
    return text.replace("%1", number(row.clips)).replace("%2", number(row.emotion.target_clips))


def _minutes(row: CategoryBalance) -> str:
    if not row.emotion:
        return f"{row.minutes:.1f}"
    text = translated("Balance", "%1 of %2")
    return text.replace("%1", f"{row.minutes:.1f}").replace(
        "%2", f"{row.emotion.target_minutes:.1f}"
    )


def _clip_share(row: CategoryBalance) -> float | None:
    return (
        row.clips / row.emotion.target_clips if row.emotion and row.emotion.target_clips else None
    )


def _minute_share(row: CategoryBalance) -> float | None:
    target = row.emotion.target_minutes if row.emotion else 0
    return row.minutes / target if target else None


COLUMNS = (
    Column(QT_TRANSLATE_NOOP("Balance", "Category"), _name),
    Column(QT_TRANSLATE_NOOP("Balance", "Kept clips"), _clips, _clip_share),
    Column(QT_TRANSLATE_NOOP("Balance", "Minutes"), _minutes, _minute_share),
    Column(QT_TRANSLATE_NOOP("Balance", "Undecided clips"), lambda row: number(row.undecided)),
)


class BalanceModel(QAbstractTableModel):
    """Has its rows from the beginning, so that nothing jumps when the numbers come."""

    def __init__(self, emotions: EmotionSet) -> None:
        super().__init__()
        empty = [CategoryBalance(emotion, 0, 0.0, 0, 0.0) for emotion in emotions.emotions]
        self._rows = [*empty, CategoryBalance(None, 0, 0.0, 0, 0.0)]

    def show_balance(self, found: Balance) -> None:
        """Other numbers for the same rows."""
        self._rows = [*found.categories, found.uncategorised]
        last = self.index(len(self._rows) - 1, len(COLUMNS) - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def row(self, number: int) -> CategoryBalance:
        """What is counted in a row."""
        return self._rows[number]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractItemModel."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == SHARE:
            return column.share(row) if column.share else None
        if role == EMOTION:
            return row.emotion if index.column() == 0 else None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """See QAbstractItemModel."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translated("Balance", COLUMNS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None
