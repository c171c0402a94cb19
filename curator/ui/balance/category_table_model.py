"""Qt table model of the balance: one row per category, the last for clips without one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from curator.domain.balance import CategoryBalance
from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.planner import LabellingPlan
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import number, translated

Index = QModelIndex | QPersistentModelIndex

SHARE = Qt.ItemDataRole.UserRole
"""Role: share of the target that is reached, >= 0; None without a target."""

EMOTION = Qt.ItemDataRole.UserRole + 1
"""Role: Emotion of the row, None without one."""

BAR = Qt.ItemDataRole.UserRole + 2
"""Role: BarParts of the kept clips, None in other columns and without a target."""


@dataclass(frozen=True, slots=True)
class BarParts:
    """Clips of a category as shares of its target, >= 0."""

    kept: float
    undecided: float
    suggested: float


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """Counts of a category.

    suggested: undecided clips suggested for it. per_epoch: average times that training samples
    one of its clips per epoch, None without clips.
    """

    balance: CategoryBalance
    suggested: int = 0
    per_epoch: float | None = None

    @property
    def emotion(self) -> Emotion | None:
        """Category, None for clips without one."""
        return self.balance.emotion


@dataclass(frozen=True, slots=True)
class BalanceColumn:
    """Column. share: of the target, for columns that draw a bar."""

    title: str
    text: Callable[[CategoryRow], str]
    share: Callable[[CategoryRow], float | None] | None = None


def _name(row: CategoryRow) -> str:
    return row.emotion.name if row.emotion else translated("Balance", "No category")


def _clips(row: CategoryRow) -> str:
    return _of(row, number(row.balance.clips), lambda emotion: number(emotion.target_clips))


def _minutes(row: CategoryRow) -> str:
    return _of(
        row, f"{row.balance.counted_minutes:.1f}", lambda emotion: f"{emotion.target_minutes:.1f}"
    )


def _of(row: CategoryRow, value: str, target: Callable[[Emotion], str]) -> str:
    if not row.emotion:
        return value
    text = translated("Balance", "%1 of %2")
    return text.replace("%1", value).replace("%2", target(row.emotion))


def _clip_share(row: CategoryRow) -> float | None:
    target = row.emotion.target_clips if row.emotion else 0
    return row.balance.clips / target if target else None


def _bar(row: CategoryRow) -> BarParts | None:
    target = row.emotion.target_clips if row.emotion else 0
    if not target:
        return None
    parts = (row.balance.clips, row.balance.undecided, row.suggested)
    return BarParts(*(count / target for count in parts))


def _minute_share(row: CategoryRow) -> float | None:
    target = row.emotion.target_minutes if row.emotion else 0
    return row.balance.minutes / target if target else None


def _per_epoch(row: CategoryRow) -> str:
    return "" if row.per_epoch is None else f"{row.per_epoch:.1f}×"


COLUMNS = (
    BalanceColumn(QT_TRANSLATE_NOOP("Balance", "Category"), _name),
    BalanceColumn(QT_TRANSLATE_NOOP("Balance", "Kept"), _clips, _clip_share),
    BalanceColumn(QT_TRANSLATE_NOOP("Balance", "Minutes"), _minutes, _minute_share),
    BalanceColumn(
        QT_TRANSLATE_NOOP("Balance", "Undecided"), lambda row: number(row.balance.undecided)
    ),
    BalanceColumn(
        QT_TRANSLATE_NOOP("Balance", "Suggested"),
        lambda row: number(row.suggested) if row.emotion else "",
    ),
    BalanceColumn(QT_TRANSLATE_NOOP("Balance", "Per epoch"), _per_epoch),
)


KEPT = 1
"""Column with the bars."""


class CategoryTableModel(QAbstractTableModel):
    """Has all rows before the first plan, so that the table keeps its size."""

    def __init__(self, emotions: EmotionSet) -> None:
        super().__init__()
        self._rows = _empty(emotions)

    def show_plan(self, plan: LabellingPlan, per_epoch: Mapping[str, float]) -> None:
        """Show the counts of a plan. per_epoch: times a clip is sampled, by category key."""
        rows = [
            CategoryRow(each, plan.waiting.get(each.key, 0), per_epoch.get(each.key))
            for each in (*plan.balance.categories, plan.balance.uncategorised)
        ]
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        self._rows = rows
        last = self.index(len(rows) - 1, len(COLUMNS) - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    @property
    def keys(self) -> list[str]:
        """Keys of the categories, "" for the row of clips without one."""
        return [each.balance.key for each in self._rows]

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
        if role == BAR:
            return _bar(row) if index.column() == KEPT else None
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


def _empty(emotions: EmotionSet) -> list[CategoryRow]:
    return [
        CategoryRow(CategoryBalance(emotion, 0, 0.0, 0, 0.0))
        for emotion in (*emotions.emotions, None)
    ]
