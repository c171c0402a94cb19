"""Table model of the recordings."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from curator.audio.peaks import Pairs
from curator.domain.decision import Field
from curator.domain.errors import printable
from curator.domain.languages import languages
from curator.domain.recording import Recording
from curator.ui.intake.stage_rates import RecordingStage
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.plain_text import tool_tip
from curator.ui.wording import clock, number, translated

Index = QModelIndex | QPersistentModelIndex

FILE = Qt.ItemDataRole.UserRole
"""Item role of the file's state."""

WAVE = FILE + 1
"""Item role of the recording's waveform: Pairs, None where there are no peaks yet."""

PLAYHEAD = FILE + 5
"""Item role of the playing position: share of the recording, None where it does not play."""

STAGE, DONE = FILE + 2, FILE + 3
"""Item roles of the stage that runs on it (RecordingStage) and of the share done, 0..1 or None."""


SORTED_BY = FILE + 4
"""Item role of the value that a column is sorted by."""


class FileState(StrEnum):
    """State of a recording's file compared with the import."""

    UNKNOWN = "unknown"
    THERE = "there"
    MISSING = "missing"
    CHANGED = "changed"


FILE_STATES = {
    FileState.UNKNOWN: QT_TRANSLATE_NOOP("Recordings", "not checked yet"),
    FileState.THERE: QT_TRANSLATE_NOOP("Recordings", "unchanged"),
    FileState.MISSING: QT_TRANSLATE_NOOP("Recordings", "! missing"),
    FileState.CHANGED: QT_TRANSLATE_NOOP("Recordings", "! changed"),
}


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording with derived data. language: detected code, "" if not transcribed.

    done: completed share of the analysis, 0..1; None while unknown. stage: what runs on it.
    """

    recording: Recording
    language: str
    clips: int
    file: FileState
    done: float | None = None
    stage: RecordingStage | None = None


@dataclass(frozen=True, slots=True)
class RecordingColumn:
    """Column of the table. field: of the decision that editing a cell makes, None for none.

    key: its name in stored widths. value: what the column is sorted by, None for its text.
    """

    key: str
    title: str
    text: Callable[[RecordingRow], str]
    is_number: bool = False
    field: Field | None = None
    value: Callable[[RecordingRow], float] | None = None

    def sorted_by(self, row: RecordingRow) -> float | str:
        """Value to sort by; texts without regard to case."""
        return self.text(row).casefold() if self.value is None else self.value(row)


def _language(row: RecordingRow) -> str:
    known = languages().get(row.language)
    return known.english if known else row.language or "–"


def _analysed(row: RecordingRow) -> str:
    if row.stage is not None:
        return row.stage.text
    if row.done is None:
        return "–"
    return f"{int(100 * row.done)} %"


_CHANNELS = {
    1: QT_TRANSLATE_NOOP("Recordings", "mono"),
    2: QT_TRANSLATE_NOOP("Recordings", "stereo"),
}


def _format(row: RecordingRow) -> str:
    """Sample rate and channels: "44.1 kHz stereo"."""
    channels = row.recording.channels
    text = _CHANNELS.get(channels)
    if text is None:
        many = QT_TRANSLATE_NOOP("Recordings", "%1 channels")
        named = translated("Recordings", many).replace("%1", str(channels))
    else:
        named = translated("Recordings", text)
    return f"{row.recording.rate / 1000:g} kHz {named}"


def _file(row: RecordingRow) -> str:
    return translated("Recordings", FILE_STATES[row.file])


def _or_not_stated(text: str) -> str:
    return text or translated("Recordings", "not stated")


COLUMNS = (
    RecordingColumn(
        "name",
        QT_TRANSLATE_NOOP("Recordings", "Recording"),
        lambda row: printable(row.recording.name),
    ),
    RecordingColumn(
        "length",
        QT_TRANSLATE_NOOP("Recordings", "Length"),
        lambda row: clock(row.recording.seconds),
        True,
        value=lambda row: row.recording.seconds,
    ),
    RecordingColumn(
        "format",
        QT_TRANSLATE_NOOP("Recordings", "Format"),
        _format,
        value=lambda row: row.recording.rate + row.recording.channels / 100,
    ),
    RecordingColumn(
        "clips",
        QT_TRANSLATE_NOOP("Recordings", "Clips"),
        lambda row: number(row.clips),
        True,
        value=lambda row: row.clips,
    ),
    RecordingColumn("language", QT_TRANSLATE_NOOP("Recordings", "Language"), _language),
    RecordingColumn(
        "analysed",
        QT_TRANSLATE_NOOP("Recordings", "Analysed"),
        _analysed,
        value=lambda row: -1.0 if row.done is None else row.done,
    ),
    RecordingColumn(
        "licence",
        QT_TRANSLATE_NOOP("Recordings", "Licence"),
        lambda row: _or_not_stated(row.recording.licence),
        field=Field.LICENCE,
    ),
    RecordingColumn(
        "consent",
        QT_TRANSLATE_NOOP("Recordings", "Consent"),
        lambda row: _or_not_stated(row.recording.consent),
        field=Field.CONSENT,
    ),
    RecordingColumn("file", QT_TRANSLATE_NOOP("Recordings", "File"), _file),
)


def _row_of(recording: Recording, known: RecordingRow | None) -> RecordingRow:
    """Keep the derived data of a recording; a moved file must be checked again."""
    if known is None:
        return RecordingRow(recording, "", 0, FileState.UNKNOWN)
    same = known.recording.path == recording.path
    file = known.file if same else FileState.UNKNOWN
    return replace(known, recording=recording, file=file)


class RecordingsModel(QAbstractTableModel):
    """Recordings in import order. editable: whether licence and consent can be edited."""

    edited = Signal(int, object, str)  # row, Field.LICENCE or Field.CONSENT, text

    def __init__(self) -> None:
        super().__init__()
        self.editable = True
        self._rows: list[RecordingRow] = []
        self._waves: dict[str, Pairs] = {}  # by cache key
        self._played: int | None = None  # recording that plays
        self._playhead = 0.0

    def show_recordings(self, recordings: Sequence[Recording]) -> None:
        """Update the recordings, keeping their derived data."""
        known = {row.recording.id: row for row in self._rows}
        self._remove_others({recording.id for recording in recordings})
        if [row.recording.id for row in self._rows] != [
            recording.id for recording in recordings[: len(self._rows)]
        ]:  # one came back in between
            self.beginResetModel()
            self._rows = [_row_of(each, known.get(each.id)) for each in recordings]
            self.endResetModel()
            return
        rows = [_row_of(recording, known.get(recording.id)) for recording in recordings]
        old = len(self._rows)
        changed = [place for place in range(old) if rows[place] != self._rows[place]]
        self._rows[:] = rows[:old]
        self._tell(changed)
        if len(rows) > old:
            self.beginInsertRows(QModelIndex(), old, len(rows) - 1)
            self._rows += rows[old:]
            self.endInsertRows()

    def show_survey(
        self,
        languages: Mapping[int, str],
        clips: Mapping[int, int],
        files: Mapping[int, FileState],
        done: Mapping[int, float] | None = None,
    ) -> None:
        """Update the derived data, by recording id."""
        changed = []
        for place, row in enumerate(self._rows):
            number = row.recording.id
            language, count = languages.get(number, ""), clips.get(number, 0)
            file = files.get(number, row.file)
            share = (done or {}).get(number, row.done)
            updated = RecordingRow(row.recording, language, count, file, share, row.stage)
            if updated != row:
                self._rows[place] = updated
                changed.append(place)
        self._tell(changed)

    def show_stages(self, stages: Callable[[int], RecordingStage | None], recording: int) -> None:
        """Update the stages that run. stages: by recording id. recording: 0 for all."""
        changed = []
        for place, row in enumerate(self._rows):
            if recording in (0, row.recording.id):
                stage = stages(row.recording.id)
                if stage != row.stage:
                    self._rows[place] = replace(row, stage=stage)
                    changed.append(place)
        self._tell(changed)

    @property
    def drawn(self) -> frozenset[str]:
        """Cache keys of the recordings with a waveform."""
        return frozenset(self._waves)

    def show_waves(self, waves: Mapping[str, Pairs]) -> None:
        """Add waveforms, by cache key."""
        self._waves.update(waves)
        self._tell([n for n, row in enumerate(self._rows) if row.recording.cache_key in waves])

    def show_playhead(self, recording: int | None, share: float = 0.0) -> None:
        """Show where a recording plays. recording: None for none. share: of its length, 0 to 1."""
        before, self._played, self._playhead = self._played, recording, share
        for each in {before, recording} - {None}:
            # Import order is the order of ids.
            place = bisect_left(self._rows, each or 0, key=lambda row: row.recording.id)
            if place < len(self._rows) and self._rows[place].recording.id == each:
                self.dataChanged.emit(self.index(place, 0), self.index(place, 0), [PLAYHEAD])

    def _tell(self, places: Sequence[int]) -> None:
        for place in places:
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))

    def _remove_others(self, there: set[int]) -> None:
        """Remove the rows of recordings that are gone."""
        for place in reversed(range(len(self._rows))):
            if self._rows[place].recording.id not in there:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self._rows[place]
                self.endRemoveRows()

    def flags(self, index: Index) -> Qt.ItemFlag:
        """See QAbstractItemModel."""
        flags = super().flags(index)
        if index.isValid() and self.editable and COLUMNS[index.column()].field is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for the change of a licence or consent; the project shows it once it is stored."""
        field = COLUMNS[index.column()].field
        if role != Qt.ItemDataRole.EditRole or field is None:
            return False
        self.edited.emit(index.row(), field, str(value).strip())
        return True

    def row(self, number: int) -> RecordingRow:
        """Return the recording of a row."""
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
        if role == Qt.ItemDataRole.EditRole and column.field is not None:
            recording = row.recording
            return recording.licence if column.field is Field.LICENCE else recording.consent
        if role == Qt.ItemDataRole.ToolTipRole:
            is_name = index.column() == 0
            return tool_tip(printable(str(row.recording.path)) if is_name else column.text(row))
        if role == Qt.ItemDataRole.TextAlignmentRole and column.is_number:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == FILE:
            return row.file
        if role == SORTED_BY:
            return column.sorted_by(row)
        if role == WAVE and index.column() == 0:
            return self._waves.get(row.recording.cache_key)
        if role == PLAYHEAD and index.column() == 0:
            return self._playhead if row.recording.id == self._played else None
        if role in (STAGE, DONE) and column.key == "analysed":
            return row.stage if role == STAGE else row.done
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """See QAbstractItemModel."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return translated("Recordings", COLUMNS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[section].is_number:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None
