"""Text that fits where it is."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel


class ElidedLabel(QLabel):
    """One line that never widens its window: what does not fit is in the tool tip."""

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(0, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        inside = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, inside.width()
        )
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(inside, int(self.alignment()), shown)
        painter.end()
