"""Label that elides its text to the available width."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from curator.ui.plain_text import as_plain, tool_tip


class ElidedLabel(QLabel):
    """Single-line label that never widens its window; the tool tip has the full text.

    fits: whether it asks for the width of its text where there is room.
    """

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, fits: bool = False
    ) -> None:
        super().__init__(text, parent)
        as_plain(self)
        self._fits = fits

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """See QWidget."""
        wanted = super().sizeHint()
        return wanted if self._fits else QSize(0, wanted.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        inside = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, inside.width()
        )
        self.setToolTip(tool_tip(self.text()) if shown != self.text() else "")
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(inside, int(self.alignment()), shown)
