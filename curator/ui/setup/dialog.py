"""Setup dialog: install what training and neural cleaning need."""

from pathlib import Path

from PySide6.QtCore import QStorageInfo, Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import printable
from curator.ui.jobs.downloads import Downloads
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label, restyle
from curator.ui.setup.parts_list import PartRow, PartsList
from curator.ui.theme import GRID
from curator.ui.wording import data_size, translated

WIDTH = 80 * GRID
BAR_STEPS = 1000
GB = 1_000_000_000

TITLES = {
    "training": QT_TRANSLATE_NOOP("Setup", "Training with XTTS-v2"),
    "chatterbox": QT_TRANSLATE_NOOP("Setup", "Training with Chatterbox"),
    "cleaning": QT_TRANSLATE_NOOP("Setup", "Neural cleaning"),
}


class PartView(QWidget):
    """One part: title, size or progress, and a button that installs it or cancels."""

    def __init__(self, row: PartRow, downloads: Downloads) -> None:
        super().__init__()
        self.row, self._downloads = row, downloads
        self._key = f"part {row.key}"
        self.title = label(translated("Setup", TITLES.get(row.key, row.key)), "heading")
        self.state = label(role="quiet", wrap=True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(self.tr("Progress of %1").replace("%1", self.title.text()))
        self.install: QPushButton = button(self.tr("Install"))
        self.cancel: QPushButton = button(self.tr("Cancel"))
        for each in (self.install, self.cancel):
            each.setAccessibleDescription(self.title.text())
        grid = QGridLayout(self)
        grid.setContentsMargins(0, GRID, 0, GRID)
        grid.setHorizontalSpacing(2 * GRID)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.state, 1, 0)
        grid.addWidget(self.bar, 2, 0)
        grid.addWidget(self.install, 0, 1, 2, 1)
        grid.addWidget(self.cancel, 0, 1, 2, 1)
        grid.setColumnStretch(0, 1)
        self.install.clicked.connect(lambda: downloads.install(row.key))
        self.cancel.clicked.connect(lambda: downloads.cancel(self._key))
        self.refresh()

    def refresh(self) -> None:
        """Show the state of the part, or the progress of its installation."""
        job, error = self._downloads.job(self._key), self._downloads.error(self._key)
        share = job.progress.share if job else None
        self.bar.setVisible(job is not None)
        self.bar.setRange(0, BAR_STEPS if share is not None else 0)
        self.bar.setValue(round(BAR_STEPS * (share or 0.0)))
        self.cancel.setVisible(job is not None)
        self.install.setVisible(job is None and not self.row.usable)
        self.install.setText(self.tr("Resume") if error else self.tr("Install"))
        self.state.setText(job.text if job else error or self._described())
        role = "error" if error and job is None else "quiet"
        if self.state.property("role") != role:
            self.state.setProperty("role", role)
            restyle(self.state)

    def _described(self) -> str:
        if self.row.own:
            return self.tr("Part of this installation.")
        if self.row.installed:
            return self.tr("Installed.")
        text = self.tr("About %1 of disk space, half of it to download.")
        return text.replace("%1", data_size(round(self.row.gigabytes * GB)))


class SetupDialog(QDialog):
    """Lists the parts of ``curator setup`` with sizes and installs them as jobs."""

    def __init__(self, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Training and cleaning packages"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._downloads = downloads
        self.parts = PartsList(self)
        self.views: dict[str, PartView] = {}
        self.where = label(self.tr("Detecting the GPU…"), "quiet", wrap=True)
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        self._lay_out()
        self.parts.listed.connect(self._show)
        self.parts.failed.connect(self._show_error)
        downloads.changed.connect(self._refresh)
        downloads.finished.connect(self._read)
        self._read()

    def _lay_out(self) -> None:
        text = self.tr(
            "Curating works without these. Each is installed once, for all projects, and "
            "continues in the background when this window is closed."
        )
        close = button(self.tr("Close"))
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.where, 1)
        foot.addWidget(close, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(label(text, "quiet", wrap=True))
        column.addLayout(self._column)
        column.addStretch(1)
        column.addLayout(foot)
        self.resize(WIDTH, 46 * GRID)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop listing; installations continue."""
        self.parts.stop()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close on Escape."""
        self.parts.stop()
        super().reject()

    @Slot()
    def _read(self) -> None:
        self.parts.read()

    @Slot(object)
    def _show(self, rows: list[PartRow]) -> None:
        for view in self.views.values():
            view.hide()
            view.deleteLater()
        self.views = {}
        for row in rows:
            view = self.views[row.key] = PartView(row, self._downloads)
            self._column.addWidget(view)
        if rows:
            self.where.setText(self._place(rows[0]))
        self._focus_first()

    def _focus_first(self) -> None:
        missing = (view.install for view in self.views.values() if not view.row.usable)
        if (first := next(missing, None)) is not None:
            first.setFocus()

    def _place(self, row: PartRow) -> str:
        folder = Path(row.folder)
        existing = next(each for each in (folder, *folder.parents) if each.exists())
        free = data_size(QStorageInfo(str(existing)).bytesAvailable())
        text = self.tr("This machine: %1. %2 free in %3.").replace("%1", row.accelerator)
        return text.replace("%2", free).replace("%3", printable(row.folder))

    @Slot(str)
    def _show_error(self, error: str) -> None:
        self.where.setText(error)
        self.where.setProperty("role", "error")
        restyle(self.where)

    @Slot(str)
    def _refresh(self, key: str) -> None:
        for view in self.views.values():
            if key == f"part {view.row.key}":
                view.refresh()
