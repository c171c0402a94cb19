"""Bar of kept, undecided and suggested clips against a target, and its legend."""

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from curator.ui.balance.category_table_model import BarParts
from curator.ui.theme import GRID, Roles, roles

TARGET_AT = 0.8
"""Position of the target, as a share of the width; what is beyond exceeds the target."""


def draw_target_bar(painter: QPainter, box: QRectF, parts: BarParts, look: Roles) -> None:
    """Draw the parts of a bar one after the other, and the target as a line."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setClipRect(box.adjusted(0, -4, 1, 4))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(box, QColor(look.raised))
    left, one = box.left(), box.width() * TARGET_AT
    for share, brush in zip(
        (parts.kept, parts.undecided, parts.suggested), _brushes(look), strict=True
    ):
        part = QRectF(left, box.top(), share * one, box.height())
        painter.fillRect(part, brush)
        left += part.width()
    _draw_target(painter, box.left() + one, box, look)
    painter.restore()


def _brushes(look: Roles) -> tuple[QBrush, QBrush, QBrush]:
    light = QColor(look.accent)
    light.setAlphaF(0.45)
    return (
        QBrush(QColor(look.accent)),
        QBrush(light),
        QBrush(QColor(look.accent), Qt.BrushStyle.BDiagPattern),
    )


def _draw_target(painter: QPainter, x: float, box: QRectF, look: Roles) -> None:
    painter.setPen(QPen(QColor(look.text), 2))
    painter.drawLine(QLineF(x, box.top() - 3, x, box.bottom() + 3))


class TargetLegend(QWidget):
    """Explains the parts of the bars in one line."""

    def __init__(self) -> None:
        super().__init__()
        self._texts = (
            self.tr("kept"), self.tr("undecided"), self.tr("suggested"), self.tr("target")
        )  # fmt: skip
        self.setAccessibleName(self.tr("Bars: %1").replace("%1", ", ".join(self._texts)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """See QWidget."""
        metrics = self.fontMetrics()
        width = sum(metrics.horizontalAdvance(text) + 5 * GRID for text in self._texts)
        return QSize(width, metrics.height() + GRID)

    def minimumSizeHint(self) -> QSize:
        """See QWidget."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a sample of each part with its name."""
        look, metrics = roles(self), self.fontMetrics()
        with QPainter(self) as painter:
            left = 0
            for text, brush in zip(self._texts, (*_brushes(look), None), strict=True):
                box = QRectF(left, (self.height() - 10) / 2, 2 * GRID, 10)
                if brush is None:
                    _draw_target(painter, box.center().x(), box, look)
                else:
                    painter.fillRect(box, QColor(look.raised))
                    painter.fillRect(box, brush)
                left += 3 * GRID
                width = metrics.horizontalAdvance(text)
                painter.setPen(QColor(look.quiet))
                at = QRectF(left, 0, width + 2, self.height())
                painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, text)
                left += width + 2 * GRID
