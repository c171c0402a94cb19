"""Qt table model of clips with their suggestions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from curator.domain.emotion import Emotion
from curator.domain.fact import Suggestion
from curator.domain.suggesting import Listed
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.plain_text import tool_tip
from curator.ui.widgets.badges import category_badge
from curator.ui.wording import translated

Index = QModelIndex | QPersistentModelIndex
Emotions = Mapping[str, Emotion]


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """Clip of the list. suggestion: None for a clip that is only to be labelled."""

    clip: Listed
    suggestion: Suggestion | None


@dataclass(frozen=True, slots=True)
class SuggestionColumn:
    """Column. emotion: key of the category for the badge before the text."""

    title: str
    text: Callable[[SuggestionRow, Emotions], str]
    emotion: Callable[[SuggestionRow], str | None] | None = None


def _category(row: SuggestionRow, emotions: Emotions) -> str:
    return emotions[row.suggestion.emotion].name if row.suggestion else ""


def _suggested(row: SuggestionRow) -> str | None:
    return row.suggestion.emotion if row.suggestion else None


def _present(row: SuggestionRow, emotions: Emotions) -> str:
    key = row.clip.emotion or ""
    return emotions[key].name if key in emotions else key


def _text(row: SuggestionRow, emotions: Emotions) -> str:
    return " ".join(row.clip.text.split()) or f"#{row.clip.id}"


def _probability(row: SuggestionRow, emotions: Emotions) -> str:
    return f"{row.suggestion.probability:.0%}" if row.suggestion else ""


def _reason(row: SuggestionRow, emotions: Emotions) -> str:
    return row.suggestion.reason if row.suggestion else ""


COLUMNS = (
    SuggestionColumn(QT_TRANSLATE_NOOP("Suggestions", "Clip"), _text),
    SuggestionColumn(
        QT_TRANSLATE_NOOP("Suggestions", "Label"), _present, lambda row: row.clip.emotion
    ),
    SuggestionColumn(QT_TRANSLATE_NOOP("Suggestions", "Suggested"), _category, _suggested),
    SuggestionColumn(QT_TRANSLATE_NOOP("Suggestions", "Confidence"), _probability),
    SuggestionColumn(QT_TRANSLATE_NOOP("Suggestions", "Reason"), _reason),
)
TEXT, PRESENT, CATEGORY, CONFIDENCE, REASON = range(len(COLUMNS))


class SuggestionModel(QAbstractTableModel):
    """Keeps the given order; decided rows are removed and return after an undo."""

    def __init__(self) -> None:
        super().__init__()
        self._all: Sequence[SuggestionRow] = ()
        self._rows: list[SuggestionRow] = []
        self._emotions: Emotions = {}

    def show_rows(self, rows: Sequence[SuggestionRow], emotions: Emotions) -> None:
        """Show other clips. emotions: by key."""
        self.beginResetModel()
        self._all, self._emotions = rows, emotions
        self._rows = list(rows)
        self.endResetModel()

    def follow(self, is_open: Callable[[SuggestionRow], bool]) -> None:
        """Show the undecided rows. is_open: whether a row is undecided."""
        wanted = [each for each in self._all if is_open(each)]
        if [each.clip.id for each in wanted] == [each.clip.id for each in self._rows]:
            return
        ids = {each.clip.id for each in wanted}
        for row in reversed(range(len(self._rows))):
            if self._rows[row].clip.id not in ids:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._rows[row]
                self.endRemoveRows()
        for row, each in enumerate(wanted):
            if row == len(self._rows) or self._rows[row].clip.id != each.clip.id:
                self.beginInsertRows(QModelIndex(), row, row)
                self._rows.insert(row, each)
                self.endInsertRows()

    def row(self, number: int) -> SuggestionRow | None:
        """Row by number, None outside the rows."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

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
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = column.text(row, self._emotions)
            return text if role == Qt.ItemDataRole.DisplayRole else tool_tip(text)
        if role == Qt.ItemDataRole.DecorationRole and column.emotion:
            emotion = self._emotions.get(column.emotion(row) or "")
            return category_badge(emotion.sign, emotion.colour) if emotion else None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == CONFIDENCE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """See QAbstractItemModel."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translated("Suggestions", COLUMNS[section].title)
        return None
