"""Comparison of runs: outcome, data and settings that differ from the baseline."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import printable
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.training.measure_texts import difference_text, measure_title
from curator.ui.training.run_list import STATES
from curator.ui.training.run_record import METRICS
from curator.ui.wording import number, translated

VERDICTS = {
    1: QT_TRANSLATE_NOOP("Training", "better"),
    -1: QT_TRANSLATE_NOOP("Training", "worse"),
    0: QT_TRANSLATE_NOOP("Training", "no significant difference"),
}
DIFFERENT = QT_TRANSLATE_NOOP("Training", "different")
"""Verdict on a measure that is neither better nor worse if it is higher."""
CHANGES = {
    "added": QT_TRANSLATE_NOOP("Training", "Added clips"),
    "dropped": QT_TRANSLATE_NOOP("Training", "Dropped clips"),
    "relabelled": QT_TRANSLATE_NOOP("Training", "Relabelled clips"),
    "text_changed": QT_TRANSLATE_NOOP("Training", "Changed texts"),
    "recut": QT_TRANSLATE_NOOP("Training", "Recut clips"),
    "other_sound": QT_TRANSLATE_NOOP("Training", "Changed audio"),
    "other_rate": QT_TRANSLATE_NOOP("Training", "Changed sample rate"),
    "other_side": QT_TRANSLATE_NOOP("Training", "Moved between training and evaluation"),
}


class ComparisonView(QWidget):
    """Tables of a comparison."""

    asked = Signal(str)  # name of a command of the page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_of: Callable[[str], str] = printable  # name of a category by its key
        self.heading = label(role="title", wrap=True)
        self.note = label(role="quiet", wrap=True)
        self.outcome = _table(
            [self.tr("Measure"), self.tr("Category"), self.tr("Run"), self.tr("Difference"),
             self.tr("95 % interval"), self.tr("Verdict")],
            self.tr("Outcome"),
        )  # fmt: skip
        self.runs = _table(
            [self.tr("Run"), self.tr("Guard"), self.tr("Best step"), self.tr("Best loss"),
             self.tr("Minutes")],
            self.tr("Runs"),
        )  # fmt: skip
        self.data = _table(
            [self.tr("Run"), self.tr("Change"), self.tr("Clips")], self.tr("Training data")
        )
        self.settings = _table([], self.tr("Settings that differ"))
        self.tabs = QTabWidget(self)
        for table in (self.outcome, self.runs, self.data, self.settings):
            self.tabs.addTab(table, table.accessibleName())
        self.back = button(self.tr("Back"))
        self.document = button(self.tr("Open as HTML"))
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.document)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for widget in (self.heading, self.note):
            column.addWidget(widget)
        column.addWidget(self.tabs, 1)
        column.addLayout(foot)
        self.back.clicked.connect(lambda: self.asked.emit("back"))
        self.document.clicked.connect(lambda: self.asked.emit("open_comparison"))

    def show_comparison(self, comparison: dict[str, Any]) -> None:
        """Show the result of ``trainer compare --json``."""
        labels = [printable(str(run["run"])) for run in comparison["runs"]]
        text = self.tr("%1 compared with %2").replace("%1", ", ".join(labels[1:]))
        self.heading.setText(text.replace("%2", labels[0]))
        obstacles = [
            f"{printable(name)}: {why}"
            for name, reasons in comparison["obstacles"].items()
            for why in reasons
        ]
        if all(row["measure"] in METRICS for row in comparison["outcome"]):
            text = self.tr("Evaluate each run (Evaluate) to compare how they speak.")
            obstacles.append(text)
        self.note.setText("\n".join(obstacles))
        self.note.setVisible(bool(obstacles))
        _fill(self.outcome, [self._outcome(row) for row in comparison["outcome"]])
        _fill(self.runs, [self._run(run) for run in comparison["runs"]])
        _fill(self.data, list(self._changes(comparison["data"])))
        self.settings.setColumnCount(1 + len(labels))
        self.settings.setHorizontalHeaderLabels([self.tr("Setting"), *labels])
        names = [str(run["run"]) for run in comparison["runs"]]
        _fill(
            self.settings,
            [
                [key, *(str(values.get(name, "")) for name in names)]
                for key, values in comparison["settings"].items()
            ],
        )
        self.tabs.setCurrentIndex(0)

    def _outcome(self, row: dict[str, Any]) -> list[str]:
        key, low, high, difference = (
            row[name] for name in ("measure", "low", "high", "difference")
        )
        has_interval = low is not None and high is not None
        ends = [difference_text(key, end) for end in (low, high)] if has_interval else []
        return [
            measure_title(key),
            self.name_of(row["category"]) if row["category"] else self.tr("all"),
            str(row["run"]),
            "–" if difference is None else difference_text(key, difference),
            " … ".join(ends) or "–",
            self._verdict(row),
        ]

    def _verdict(self, row: dict[str, Any]) -> str:
        if row["difference"] is None:
            return self.tr("cannot be compared")
        if row["low"] is None:
            return self.tr("too few samples")
        is_different = row["shown"] and not row["better"]
        return translated("Training", DIFFERENT if is_different else VERDICTS[row["better"]])

    def _run(self, run: dict[str, Any]) -> list[str]:
        state = STATES.get(run["state"])
        best, minutes = run["best"], run["minutes"]
        return [
            str(run["run"]),
            translated("Training", state) if state else str(run["state"]),
            "–" if run["best_step"] is None else number(int(run["best_step"])),
            "–" if best is None else f"{best:.3f}",
            "–" if not isinstance(minutes, int | float) else f"{minutes:.1f}",
        ]

    def _changes(self, data: dict[str, Any]) -> list[list[str]]:
        rows = []
        for name, change in data.items():
            if change is None:
                rows.append([str(name), self.tr("The bundle is not available."), "–"])
                continue
            counts = {key: len(change.get(key, ())) for key in CHANGES}
            rows += [
                [str(name), translated("Training", CHANGES[key]), number(count)]
                for key, count in counts.items()
                if count
            ]
            if not any(counts.values()):
                rows.append([str(name), self.tr("Same clips"), "0"])
        return rows


def _table(titles: list[str], name: str) -> QTableWidget:
    table = QTableWidget(0, len(titles))
    table.setHorizontalHeaderLabels(titles)
    table.setAccessibleName(name)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    return table


def _fill(table: QTableWidget, rows: list[list[str]]) -> None:
    table.setRowCount(len(rows))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            item = QTableWidgetItem(printable(text))
            item.setToolTip(item.text())
            table.setItem(at, column, item)
