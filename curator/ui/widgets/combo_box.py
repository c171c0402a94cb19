"""Combo box that does not stay highlighted after its list has closed."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QComboBox


class ComboBox(QComboBox):
    """QComboBox; Qt sends it no leave event when the pointer left through its list."""

    def showPopup(self) -> None:
        """See QComboBox."""
        super().showPopup()
        self.view().window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look where the pointer is once the list is closed."""
        if event.type() == QEvent.Type.Hide:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._leave)
        return False

    @Slot()
    def _leave(self) -> None:
        """Drop the hover state if the pointer is elsewhere."""
        if not self.rect().contains(self.mapFromGlobal(QCursor.pos())):
            self.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
            self.update()
