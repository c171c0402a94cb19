"""Handling of unexpected errors: log, show a report, continue."""

import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from curator import __version__
from curator.ui.dialog_size import resize_on_screen
from curator.ui.page import button, label
from curator.ui.theme import GRID


class CrashDialog(QDialog):
    """Dialog with the report of an unexpected error."""

    def __init__(self, report: str, file: Path) -> None:
        super().__init__(QApplication.activeWindow())
        self.setWindowTitle(self.tr("Unexpected error"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = self.tr(
            "An unexpected error occurred. All your decisions are saved. You can continue; if the "
            "window misbehaves, restart it and open the project again."
        )
        where = self.tr("Report saved to %1.").replace("%1", str(file))
        text = QPlainTextEdit(report, readOnly=True)
        text.setAccessibleName(self.tr("Report"))
        copy, close = button(self.tr("Copy report")), button(self.tr("Continue"), "first")
        copy.clicked.connect(lambda: QApplication.clipboard().setText(report))
        close.clicked.connect(self.close)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(copy)
        line.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(label(words, wrap=True))
        column.addWidget(text, 1)
        column.addWidget(label(where, "quiet", wrap=True))
        column.addLayout(line)
        resize_on_screen(self, 80 * GRID, 50 * GRID)


class CrashReports:
    """Replacement of ``sys.excepthook``; shows one dialog at a time, as errors often repeat.

    explain: tells an error in a sentence, if it is none of the program; returns whether it did.
    """

    def __init__(self, file: Path, explain: Callable[[BaseException], bool]) -> None:
        self._file = file
        self._explain = explain
        self._dialog: CrashDialog | None = None  # keeps the dialog alive

    def __call__(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """Log an uncaught exception and show it."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if self._dialog is None and self._explain(error):
            return
        report = _report("".join(traceback.format_exception(kind, error, trace)))
        sys.stderr.write(report)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(report)
        except OSError as trouble:
            sys.stderr.write(f"Cannot write the report: {trouble}\n")
        if self._dialog is None:
            self._dialog = CrashDialog(report, self._file)
            self._dialog.finished.connect(self._closed)
            self._dialog.open()

    def _closed(self) -> None:
        self._dialog = None


def _report(trace: str) -> str:
    import platform  # slow to import and only needed here

    when = datetime.now().astimezone().isoformat(timespec="seconds")
    machine = f"{platform.platform()}, Python {platform.python_version()}"
    return f"--- curator {__version__}, {when}, {machine}\n{trace}\n"
