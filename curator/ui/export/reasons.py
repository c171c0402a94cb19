"""Reasons of rejected clips as buttons with counts, which filter the list."""

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from curator.ui.export.refusals_model import RejectedClip
from curator.ui.rejection_texts import reason_title
from curator.ui.theme import GRID
from curator.ui.widgets.flow_layout import FlowLayout
from curator.ui.wording import number


class ReasonBar(QWidget):
    """One button per reason, the most frequent first, after one for all; hidden without clips."""

    reason_wanted = Signal(str)  # key of a reason, "" for all

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Reasons"))
        self.group = QButtonGroup(self)
        self._line = FlowLayout(self, GRID // 2)
        self.hide()

    def show_rows(self, rows: Iterable[RejectedClip]) -> None:
        """Count the clips of each reason."""
        counts = Counter(row.reason_key for row in rows)
        for old in self.group.buttons():
            self.group.removeButton(old)
            self._line.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._add("", self.tr("All reasons"), sum(counts.values()))
        for key, count in counts.most_common():
            self._add(key, reason_title(key), count)
        self.group.buttons()[0].setChecked(True)
        self.setVisible(bool(counts))

    def _add(self, key: str, title: str, count: int) -> None:
        toggle = QToolButton()
        toggle.setText(f"{title}  {number(count)}")
        toggle.setCheckable(True)
        toggle.setProperty("role", "category")
        toggle.clicked.connect(lambda: self.reason_wanted.emit(key))
        self.group.addButton(toggle)
        self._line.addWidget(toggle)
