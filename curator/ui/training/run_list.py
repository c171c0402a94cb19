"""The runs of a folder, each in a line: how far it is and what the guard says of it."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from curator.domain.errors import printable
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.training.run_record import ENDINGS, FILE, MARK, RunEvent, _decoder
from curator.ui.wording import number, translated

Index = QModelIndex | QPersistentModelIndex

HEAD, TAIL = 64 * 1024, 128 * 1024
"""Bytes at both ends of a run's events that its line in the list is made from."""

ENDED = {
    "finished": QT_TRANSLATE_NOOP("Training", "finished"),
    "stopped": QT_TRANSLATE_NOOP("Training", "stopped early"),
    "paused": QT_TRANSLATE_NOOP("Training", "paused"),
    "failed": QT_TRANSLATE_NOOP("Training", "failed"),
    "": QT_TRANSLATE_NOOP("Training", "not ended"),
}
STATES = {
    "improves": QT_TRANSLATE_NOOP("Training", "improves"),
    "flat": QT_TRANSLATE_NOOP("Training", "flat"),
    "overfits": QT_TRANSLATE_NOOP("Training", "overfits"),
    "falls_apart": QT_TRANSLATE_NOOP("Training", "fell apart"),
    "not_measured": QT_TRANSLATE_NOOP("Training", "not measured"),
}
"""The guard's states, and how an ended run is called."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in the list. step, of: updates done and planned; of is 0 where that is not known."""

    folder: Path
    step: int = 0
    of: int = 0
    ended: str = ""
    state: str = ""


def runs_below(folder: Path) -> list[Path]:
    """The runs in a folder, the newest first; the folder itself if it is one."""
    if (folder / FILE).is_file():
        return [folder]
    try:
        found = [each for each in folder.iterdir() if (each / FILE).is_file()]
        return sorted(found, key=lambda each: (-(each / FILE).stat().st_mtime, each.name))
    except OSError:
        return []


def size_of(run: Path) -> int:
    """How long a run's events are; what has not grown need not be read again."""
    try:
        return (run / FILE).stat().st_size
    except OSError:
        return -1


def summary_of(run: Path) -> RunSummary:
    """What both ends of a run's events say."""
    try:
        with (run / FILE).open("rb") as file:
            head = file.read(HEAD)
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            tail = file.read(TAIL)
    except OSError:
        return RunSummary(run)
    of = next((line.total_steps or 0 for line in _lines(head) if line.event == "started"), 0)
    step, ended, state = 0, "", ""
    for line in _lines(tail[: tail.rfind(b"\n") + 1]):
        step = max(step, line.step or 0)
        if line.event in ENDINGS:
            ended = line.event
        elif line.event in ("step", "resumed", "started"):
            ended = ""
        state = line.state or state
    return RunSummary(run, step, of, ended, state or _last_state(run))


def _last_state(run: Path) -> str:
    """The guard's last word, wherever it stands."""
    data = (run / FILE).read_bytes()
    at = data.rfind(b'"event": "guard"')
    start = data.rfind(b"\n", 0, max(0, at)) + 1
    for line in _lines(data[start : data.find(b"\n", max(0, at)) + 1] if at >= 0 else b""):
        return line.state or ""
    return ""


def _lines(data: bytes) -> list[RunEvent]:
    import msgspec

    found = []
    for piece in data.split(b"\n"):
        if len(piece) < MARK // 4:
            continue
        try:
            found.append(_decoder.decode(piece))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return found


TITLES = (
    QT_TRANSLATE_NOOP("Training", "Run"),
    QT_TRANSLATE_NOOP("Training", "Steps"),
    QT_TRANSLATE_NOOP("Training", "Guard"),
)


class RunListModel(QAbstractTableModel):
    """A row for each run; what stands in it may come later."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RunSummary] = []

    def show_runs(self, folders: list[Path]) -> None:
        """These runs; what is known of those that stay is kept."""
        if [row.folder for row in self.rows] == folders:
            return
        known = {row.folder: row for row in self.rows}
        self.beginResetModel()
        self.rows = [known.get(folder, RunSummary(folder)) for folder in folders]
        self.endResetModel()

    def put(self, summary: RunSummary) -> None:
        """What is known of a run now."""
        for at, row in enumerate(self.rows):
            if row.folder == summary.folder and row != summary:
                self.rows[at] = summary
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(TITLES) - 1))

    def row_of(self, folder: Path | None) -> int | None:
        """Where a run is in the list."""
        found = [at for at, row in enumerate(self.rows) if row.folder == folder]
        return found[0] if found else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractItemModel."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return printable(str(row.folder))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, row: RunSummary, column: int) -> str:
        if column == 0:
            return printable(row.folder.name)
        if column == 1:
            if not row.of:
                return number(row.step)
            text = translated("Training", "%1 of %2")
            return text.replace("%1", number(row.step)).replace("%2", number(row.of))
        ended = translated("Training", ENDED.get(row.ended, row.ended))
        if not row.state:
            return ended
        state = translated("Training", STATES.get(row.state, row.state))
        return f"{state}, {ended}"

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """See QAbstractItemModel."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translated("Training", TITLES[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None
