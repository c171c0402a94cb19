"""Table model of the runs in a folder: progress and state of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from curator.domain.errors import printable
from curator.domain.foreign_files import RUN_BYTES, open_regular, read_bounded
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.plain_text import tool_tip
from curator.ui.training.run_phase import STARTING, RunPhase, phase_text, read_phase
from curator.ui.training.run_record import ENDINGS, FILE, MARK, RunEvent, _decoder
from curator.ui.wording import number, translated

Index = QModelIndex | QPersistentModelIndex

ABOUT = "run.json"
RESULTS = ("decoder.json", "codebook.json")
"""Records of `trainer decoder` and `trainer codebook`, whose results have events, too."""
WORKING = ".making"
"""Suffix of their working folders."""
HEAD, TAIL = 64 * 1024, 128 * 1024
"""Bytes read at both ends of a run's events for its row."""

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
    "falls_apart": QT_TRANSLATE_NOOP("Training", "diverged"),
    "not_measured": QT_TRANSLATE_NOOP("Training", "not measured"),
}
"""Texts of the guard's states and of run endings."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Row of a run. step, of: completed and planned steps; of is 0 if unknown.

    phase: before the first step, None once it trains.
    """

    folder: Path
    step: int = 0
    of: int = 0
    ended: str = ""
    state: str = ""
    phase: RunPhase | None = None


def runs_below(folder: Path, started: Sequence[Path] = ()) -> list[Path]:
    """Return the runs in a folder, newest first; the folder itself if it is a run.

    started: runs that this window started; they are listed before their folder exists.
    """
    if is_run(folder):
        return [folder]
    try:
        runs = {each for each in folder.iterdir() if is_run(each)}
    except OSError:
        runs = set()
    runs |= {run for run in started if run.parent == folder}
    return sorted(runs, key=lambda each: (-_changed(each), each.name))


def is_run(folder: Path) -> bool:
    """Whether the folder is that of a run, not a decoder, a codebook or one in the making."""
    if folder.suffix == WORKING or any(holds(folder, name) for name in RESULTS):
        return False
    return holds(folder, FILE) or holds(folder, ABOUT)


def holds(folder: Path, name: str) -> bool:
    """Whether a folder has a file of this name; not if it may not be read."""
    try:
        return (folder / name).is_file()
    except OSError:
        return False


def _changed(run: Path) -> float:
    """Time of the last change of a run; infinite before it has events."""
    try:
        return (run / FILE).stat().st_mtime
    except OSError:
        return float("inf")


def version_of(run: Path) -> tuple[int, RunPhase | None]:
    """Value that changes with a run's row: size of its events file (-1 without one), phase."""
    try:
        size = (run / FILE).stat().st_size
    except OSError:
        size = -1
    return size, read_phase(run)


def summary_of(run: Path) -> RunSummary:
    """Read a run's row from both ends of its events file."""
    try:
        with open_regular(run / FILE) as file:
            head = file.read(HEAD)
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            tail = file.read(TAIL)
    except OSError:
        return RunSummary(run, phase=read_phase(run) or RunPhase(STARTING))
    of = next((line.total_steps or 0 for line in _lines(head) if line.event == "started"), 0)
    step, ended, state = 0, "", ""
    for line in _lines(tail[: tail.rfind(b"\n") + 1]):
        step = max(step, line.step or 0)
        if line.event in ENDINGS:
            ended = line.event
        elif line.event in ("step", "resumed", "started"):
            ended = ""
        state = line.state or state
    phase = read_phase(run) if not step else None
    return RunSummary(run, step, of, ended, state or _last_state(run), phase)


def _last_state(run: Path) -> str:
    """Return the guard's last state, anywhere in the file."""
    data = read_bounded(run / FILE, RUN_BYTES, follow=True)
    at = data.rfind(b'"event": "guard"')
    start = data.rfind(b"\n", 0, max(0, at)) + 1
    for line in _lines(data[start : data.find(b"\n", max(0, at)) + 1] if at >= 0 else b""):
        return line.state or ""
    return ""


def _lines(data: bytes) -> list[RunEvent]:
    import msgspec

    events = []
    for piece in data.split(b"\n"):
        if len(piece) < MARK // 4:
            continue
        try:
            events.append(_decoder.decode(piece))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    return events


TITLES = (
    QT_TRANSLATE_NOOP("Training", "Run"),
    QT_TRANSLATE_NOOP("Training", "Steps"),
    QT_TRANSLATE_NOOP("Training", "Guard"),
)


class RunListModel(QAbstractTableModel):
    """One row per run, filled in as files are read."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RunSummary] = []

    def show_runs(self, folders: list[Path]) -> None:
        """List these runs, keeping the known rows."""
        if [row.folder for row in self.rows] == folders:
            return
        known = {row.folder: row for row in self.rows}
        self.beginResetModel()
        self.rows = [known.get(folder, RunSummary(folder)) for folder in folders]
        self.endResetModel()

    def put(self, summary: RunSummary) -> None:
        """Update the row of a run."""
        for at, row in enumerate(self.rows):
            if row.folder == summary.folder and row != summary:
                self.rows[at] = summary
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(TITLES) - 1))

    def row_of(self, folder: Path | None) -> int | None:
        """Return the row index of a run, None if not listed."""
        rows = [at for at, row in enumerate(self.rows) if row.folder == folder]
        return rows[0] if rows else None

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
            return tool_tip(printable(str(row.folder)))
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
        if row.phase is not None:
            return phase_text(row.phase)
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
