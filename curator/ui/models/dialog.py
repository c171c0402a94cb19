"""Models dialog: licence, size and state of each model; download, import, verify."""

from pathlib import Path

from PySide6.QtCore import QStorageInfo, Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import printable
from curator.ui.dialog_size import resize_on_screen
from curator.ui.jobs.downloads import Downloads
from curator.ui.models.commands import ModelCommands, ModelRow
from curator.ui.models.models_model import NAME, ModelsModel
from curator.ui.page import button, label, restyle
from curator.ui.settings import WindowSettings
from curator.ui.theme import GRID
from curator.ui.wording import data_size
from curator.weights.folder import cache_folder

ROW = 3 * GRID + 2
BAR_STEPS = 1000


class ModelsDialog(QDialog):
    """Table of the models with buttons that run ``curator models`` commands.

    downloads: run on when the dialog is closed.
    """

    def __init__(
        self, settings: WindowSettings, downloads: Downloads, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings, self._downloads = settings, downloads
        self._looking = self.tr("Listing models…")
        self.model = ModelsModel()
        self.commands = ModelCommands(self)
        self.table = QTableView()
        self.about = label(wrap=True)
        self.status = label(role="quiet", wrap=True)
        self.get = button(self.tr("Download"))
        self.use = button(self.tr("Use for transcription"))
        self.bring = button(self.tr("Import from folder…"))
        self.verify = button(self.tr("Verify all files"))
        self.cancel = button(self.tr("Stop"))
        self.bar = QProgressBar()
        self._shows_download = False
        self._lay_out()
        self._connect()
        self._list()

    def _lay_out(self) -> None:
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Models"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.about.setMinimumHeight(8 * GRID)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        words = self.tr("Every file is verified by its hash before it is loaded.")
        column.addWidget(label(words, "quiet", wrap=True))
        column.addWidget(self.table, 1)
        column.addWidget(self.about)
        column.addLayout(_line(self.get, self.use, self.bring, self.verify))
        column.addLayout(_line(self.bar, self.cancel))
        column.addWidget(self.status)
        close = button(self.tr("Close"))
        close.clicked.connect(self.close)
        self.free = label(role="quiet")
        last = QHBoxLayout()
        last.addWidget(self.free, 1)
        last.addWidget(close)
        column.addLayout(last)
        resize_on_screen(self, 88 * GRID, 66 * GRID)

    def _connect(self) -> None:
        self.commands.listed.connect(self._take)
        self._downloads.changed.connect(self._update)
        self._downloads.finished.connect(self._list)
        self.commands.ended.connect(self._ended)
        self.table.selectionModel().currentRowChanged.connect(self._update)
        self.get.clicked.connect(self._get)
        self.use.clicked.connect(self._use)
        self.bring.clicked.connect(self._choose_folder)
        self.verify.clicked.connect(self._verify)
        self.cancel.clicked.connect(self._cancel)
        self._settings.changed.connect(self._update)

    @property
    def chosen(self) -> ModelRow | None:
        """Selected model, None without one."""
        row = self.table.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def import_from(self, folder: Path) -> None:
        """Copy all models from a folder."""
        self._work(self.tr("Copying from %1…").replace("%1", printable(folder.name)))
        self.commands.import_from(folder)
        self._update()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Kill a running command; downloads continue."""
        self._settings.changed.disconnect(self._update)
        self._downloads.changed.disconnect(self._update)
        self._downloads.finished.disconnect(self._list)
        self.commands.stop()
        super().closeEvent(event)

    @Slot()
    def _list(self) -> None:
        self._work("" if self.model.rows else self._looking)
        self.commands.list_all()
        storage = QStorageInfo(str(_existing(cache_folder())))
        where = printable(str(cache_folder() / "models"))
        words = self.tr("%1 free in %2").replace("%1", data_size(storage.bytesAvailable()))
        self.free.setText(words.replace("%2", where))
        self._update()

    def _work(self, words: str, *, failed: bool = False) -> None:
        self._say(words, failed=failed)
        self.bar.setRange(0, 0)

    def _say(self, words: str, *, failed: bool = False) -> None:
        self.status.setText(words)
        self.status.setProperty("role", "error" if failed else "quiet")
        restyle(self.status)

    @Slot(object)
    def _take(self, row: ModelRow) -> None:
        self.model.take(row)
        if self.chosen is None:
            self.table.selectRow(0)
        self._update()

    @Slot()
    def _update(self) -> None:
        row, busy = self.chosen, bool(self.commands.running)
        job = self._downloads.job(self._download_key) if row is not None else None
        self.bar.setVisible(busy or job is not None)
        self.cancel.setVisible((busy and self.commands.running != "list") or job is not None)
        if job is not None and not busy:
            share = job.progress.share
            self.bar.setRange(0, BAR_STEPS if share is not None else 0)
            self.bar.setValue(round(BAR_STEPS * (share or 0.0)))
            self._say(job.text)
        elif self._shows_download:
            error = self._downloads.error(self._download_key)
            self._say(error, failed=bool(error))
        self._shows_download = job is not None
        for each in (self.bring, self.verify):
            each.setEnabled(not busy)
        missing = row is not None and not row.usable
        self.get.setEnabled(missing and job is None)
        in_use = row is not None and self._settings.text("whisper") == row.name
        self.use.setVisible(row is not None and row.kind == "whisper")
        self.use.setEnabled(row is not None and row.usable and not in_use)
        if row is None:
            self.about.setText("")
            return
        self.about.setText(f"{row.use}\n{row.origin}.\n{row.sentence}")

    @property
    def _download_key(self) -> str:
        row = self.chosen
        return f"model {row.name}" if row is not None else ""

    @Slot(str, str)
    def _ended(self, what: str, trouble: str) -> None:
        if trouble:
            self._work(trouble, failed=True)
        elif what == "verify":
            wrong = [row.name for row in self.model.rows if row.state == "wrong"]
            good = self.tr("All files are correct.")
            bad = self.tr("Wrong files: %1.").replace("%1", ", ".join(wrong))
            self._work(bad if wrong else good, failed=bool(wrong))
        elif what != "list":
            self._list()
            return
        elif self.status.text() == self._looking:
            self._work("")
        self._update()

    @Slot()
    def _get(self) -> None:
        row = self.chosen
        if row is not None:
            self._downloads.get_model(row.name)

    @Slot()
    def _use(self) -> None:
        if (row := self.chosen) is not None:
            self._settings.set("whisper", row.name)

    @Slot()
    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder with models"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda chosen: self.import_from(Path(chosen)))
        dialog.open()

    @Slot()
    def _verify(self) -> None:
        self._work(self.tr("Verifying files…"))
        self.commands.verify()
        self._update()

    @Slot()
    def _cancel(self) -> None:
        """Stop the command, or the download of the selected model."""
        if self.commands.running:
            self.commands.stop()
            self._list()
        else:
            self._downloads.cancel(self._download_key)


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    for widget in widgets:
        line.addWidget(widget)
    if not any(isinstance(widget, QProgressBar) for widget in widgets):
        line.addStretch(1)
    return line


def _existing(folder: Path) -> Path:
    """Return the folder or its closest existing parent."""
    return next(each for each in (folder, *folder.parents) if each.exists())
