"""Licence and consent: of recordings to import, and of imported ones."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from curator.domain.recording import Recording
from curator.ui.dialog_size import resize_on_screen
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.wording import counted


class RightsFields(QWidget):
    """Fields of licence and consent, beside or below each other."""

    def __init__(self, parent: QWidget | None = None, *, beside: bool = False) -> None:
        super().__init__(parent)
        self.licence, self.consent = QLineEdit(), QLineEdit()
        self.licence.setPlaceholderText(self.tr("e.g. CC BY 4.0, or: own recording, training only"))
        self.consent.setPlaceholderText(self.tr("who agreed to what, and when"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        for place, (text, line) in enumerate(
            ((self.tr("Licence"), self.licence), (self.tr("Consent"), self.consent))
        ):
            title = label(text)
            title.setBuddy(line)
            line.setAccessibleName(text)
            row, column = (0, 2 * place) if beside else (place, 0)
            grid.addWidget(title, row, column)
            grid.addWidget(line, row, column + 1)
            grid.setColumnStretch(column + 1, 1)


class RightsDialog(QDialog):
    """Edits licence and consent of several recordings; a field left unchanged changes nothing."""

    wanted = Signal(object, object)  # licence and consent, None where unchanged

    def __init__(self, recordings: Sequence[Recording], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Licence and consent"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fields = RightsFields()
        self._before: list[str | None] = []
        for line, texts in (
            (self.fields.licence, {each.licence for each in recordings}),
            (self.fields.consent, {each.consent for each in recordings}),
        ):
            same = next(iter(texts)) if len(texts) == 1 else None
            self._before.append(same)
            line.setText(same or "")
            if same is None:
                line.setPlaceholderText(self.tr("several texts; type to replace all"))
        one, many = self.tr("1 recording"), self.tr("%n recordings")
        save, cancel = button(self.tr("Save"), "first"), button(self.tr("Cancel"))
        save.setDefault(True)
        save.clicked.connect(self._save)
        cancel.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(save)
        column = QVBoxLayout(self)
        column.setSpacing(GRID)
        column.addWidget(label(counted(len(recordings), one, many), "heading"))
        column.addWidget(self.fields)
        column.addLayout(buttons)
        resize_on_screen(self, 64 * GRID, 0)

    @Slot()
    def _save(self) -> None:
        typed = [self.fields.licence.text().strip(), self.fields.consent.text().strip()]
        changed = [
            text if text != (before or "") else None
            for text, before in zip(typed, self._before, strict=True)
        ]
        self.close()
        if changed != [None, None]:
            self.wanted.emit(*changed)
