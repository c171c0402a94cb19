"""Table model of the kept clips that the trainer rejects."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.plain_text import tool_tip
from curator.ui.wording import translated

Index = QModelIndex | QPersistentModelIndex

TITLES = (
    QT_TRANSLATE_NOOP("Export", "Clip"),
    QT_TRANSLATE_NOOP("Export", "Reason"),
    QT_TRANSLATE_NOOP("Export", "Text"),
)

REASON = 1
"""Column of the reason."""


@dataclass(frozen=True, slots=True)
class RejectedClip:
    """Kept clip with the reason of its rejection. reason_key: of a `Refusal`."""

    clip: int
    sentence: str
    text: str
    reason_key: str = ""


NUMBERS = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class RefusalsModel(QAbstractTableModel):
    """Rows of the last check, all or those with one reason."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[RejectedClip, ...] = ()
        self._rows: tuple[RejectedClip, ...] = ()

    def show_rows(self, rows: Sequence[RejectedClip]) -> None:
        """Replace all rows."""
        self._all = tuple(rows)
        self.filter("")

    def filter(self, reason_key: str) -> None:
        """Show the rows with one reason, "" for all."""
        self.beginResetModel()
        self._rows = tuple(row for row in self._all if reason_key in ("", row.reason_key))
        self.endResetModel()

    @property
    def shared_reason(self) -> str:
        """Reason of all rows, "" if they have several."""
        sentences = {row.sentence for row in self._rows}
        return next(iter(sentences)) if len(sentences) == 1 else ""

    @property
    def clips(self) -> list[int]:
        """Ids of the clips of the rows."""
        return [row.clip for row in self._rows]

    def clip(self, row: int) -> int:
        """Return the clip id of a row."""
        return self._rows[row].clip

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractItemModel."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = (str(row.clip), row.sentence, row.text)[index.column()]
            return text if role == Qt.ItemDataRole.DisplayRole else tool_tip(text)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 0:
            return NUMBERS
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """See QAbstractItemModel."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translated("Export", TITLES[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 0:
            return NUMBERS
        return None
