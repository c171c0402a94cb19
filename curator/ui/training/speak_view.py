"""Speak view: type a text, hear it from one checkpoint or two, with measures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import printable
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import number

ROLE = Qt.ItemDataRole.UserRole
TEXT_HEIGHT = 12 * GRID
LONGEST_SEED = 2**31 - 1
SPEEDS = (0.5, 2.0)


class SpeakView(QWidget):
    """Form and table of spoken texts; its signals ask the controller."""

    asked = Signal(str)  # name of a command of the page
    play_wanted = Signal(object)  # path of an audio file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_of: Callable[[str], str] = printable  # name of a category by its key
        self.heading = label(role="title")
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText(self.tr("Text to speak"))
        self.text.setMaximumHeight(TEXT_HEIGHT)
        self.text.setTabChangesFocus(True)
        self.first, self.second, self.category = ComboBox(), ComboBox(), ComboBox()
        self.seed = QSpinBox()
        self.seed.setRange(0, LONGEST_SEED)
        self.speed = QDoubleSpinBox()
        self.speed.setRange(*SPEEDS)
        self.speed.setSingleStep(0.05)
        self.speed.setValue(1.0)
        self.state = label(role="quiet", wrap=True)
        self.table = QTableWidget(0, 5)
        self.back = button(self.tr("Back"))
        self.speak = button(self.tr("Speak"), "first")
        self.play_first = button(self.tr("Play A"))
        self.play_second = button(self.tr("Play B"))
        self._lay_out()
        self.back.clicked.connect(lambda: self.asked.emit("back"))
        self.speak.clicked.connect(lambda: self.asked.emit("speak_text"))
        self.play_first.clicked.connect(lambda: self.asked.emit("hear_first"))
        self.play_second.clicked.connect(lambda: self.asked.emit("hear_second"))
        self.table.itemActivated.connect(lambda _item: self.play_current())

    def _lay_out(self) -> None:
        self._dress()
        form = QFormLayout()
        for text, control in (
            (self.tr("Text"), self.text),
            (self.tr("Checkpoint A"), self.first),
            (self.tr("Checkpoint B"), self.second),
            (self.tr("Reference clips"), self.category),
            (self.tr("Seed"), self.seed),
            (self.tr("Speed factor"), self.speed),
        ):
            control.setAccessibleName(text)
            form.addRow(text, control)
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        for each in (self.play_first, self.play_second, self.speak):
            foot.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.heading)
        column.addLayout(form)
        column.addWidget(self.state)
        column.addWidget(self.table, 1)
        column.addLayout(foot)

    def _dress(self) -> None:
        table = self.table
        table.setHorizontalHeaderLabels(
            [self.tr("Voice"), self.tr("Text"), self.tr("Length"), self.tr("Word errors"),
             self.tr("Transcript")]
        )  # fmt: skip
        table.setAccessibleName(self.tr("Spoken texts"))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, mode in enumerate(
            (
                QHeaderView.ResizeMode.ResizeToContents,
                QHeaderView.ResizeMode.Stretch,
                QHeaderView.ResizeMode.ResizeToContents,
                QHeaderView.ResizeMode.ResizeToContents,
                QHeaderView.ResizeMode.Stretch,
            )
        ):
            header.setSectionResizeMode(column, mode)

    def show_run(
        self, run: Path, steps: list[int], best: int | None, categories: list[str]
    ) -> None:
        """Show the form for a run. steps: kept checkpoints, 0 is the base model."""
        self.heading.setText(self.tr("Speak: %1").replace("%1", printable(run.name)))
        for combo, none in ((self.first, False), (self.second, True)):
            with QSignalBlocker(combo):
                combo.clear()
                if none:
                    combo.addItem(self.tr("none"), None)
                for step in reversed(steps):
                    combo.addItem(self.step_name(step, best), step)
        self.first.setCurrentIndex(max(0, self.first.findData(best)))
        self.category.clear()
        self.category.addItem(self.tr("default"), "")
        for category in categories:
            self.category.addItem(self.name_of(category), category)
        self.text.setFocus()

    def step_name(self, step: int, best: int | None = None) -> str:
        """Name of a checkpoint."""
        if not step:
            return self.tr("base model")
        text = self.tr("step %1").replace("%1", number(step))
        return f"{text} " + self.tr("(best)") if step == best else text

    def request(self) -> dict[str, object]:
        """Request of the form."""
        return {
            "text": " ".join(self.text.toPlainText().split()),
            "category": self.category.currentData() or "",
            "seed": self.seed.value(),
            "speed": self.speed.value(),
        }

    def add(self, name: str, voice: str, text: str, wav: Path) -> None:
        """Add a spoken text on top. name: identifies it in ``measure``."""
        self.table.insertRow(0)
        for column, content in enumerate((voice, text, "", "…", "")):
            item = QTableWidgetItem(printable(content))
            item.setToolTip(item.text())
            item.setData(ROLE, (name, wav))
            self.table.setItem(0, column, item)
        self.table.setCurrentCell(0, 0)

    def measure(self, name: str, row: dict[str, Any]) -> None:
        """Show length and measures of a spoken text."""
        at = next(
            (
                at
                for at in range(self.table.rowCount())
                if (item := self.table.item(at, 0)) and item.data(ROLE)[0] == name
            ),
            None,
        )
        if at is None:
            return
        values = row.get("measures")
        texts = {2: self.tr("%1 s").replace("%1", f"{row['seconds']:.1f}")}
        if values is not None:
            wer = values.get("wer")
            parts = ["–" if wer is None else f"{wer:.0%}"]
            parts += [self.tr("stopped early")] if values.get("early_stop") else []
            parts += [self.tr("overran")] if values.get("run_on") else []
            texts |= {3: ", ".join(parts), 4: str(row.get("heard") or "")}
        for column, text in texts.items():
            item = self.table.item(at, column)
            assert item is not None
            item.setText(printable(text))
            item.setToolTip(item.text())

    def play_current(self) -> None:
        """Play the selected text, or the newest."""
        item = self.table.item(max(0, self.table.currentRow()), 0)
        if item is not None:
            self.play_wanted.emit(item.data(ROLE)[1])

    def forget(self) -> None:
        """Clear the table."""
        self.table.setRowCount(0)
