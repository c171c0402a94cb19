"""How evenly categories shall be heard in training: a slider, and what it means in words."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from curator.domain.weights import Weights
from curator.ui.page import label
from curator.ui.theme import GRID

STEPS = 10
SETTLED_MS = 250
"""Steps that follow one another so fast are one decision."""


class WeightsBar(QWidget):
    """From "as often as there are clips" to "all equally often"."""

    wanted = Signal(float)  # the temperature: 1 as they are, 0 equally often

    def __init__(self) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(self.tr("Sampling of categories in training"))
        self.slider.setMaximumWidth(25 * GRID)
        self.said = label(role="quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label(self.tr("Sampling: as recorded")))
        row.addWidget(self.slider, 1)
        row.addWidget(label(self.tr("balanced")))
        row.addStretch(1)
        row.addWidget(self.said)
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settling.timeout.connect(self._tell)
        self.slider.valueChanged.connect(lambda _value: self._settling.start())

    def show_weights(self, weights: Weights) -> None:
        """Where the slider stands, as decided."""
        self._settling.stop()
        self.slider.blockSignals(True)
        self.slider.setValue(round(STEPS * (1.0 - weights.temperature)))
        self.slider.blockSignals(False)
        text = self.tr("temperature %1").replace("%1", f"{weights.temperature:.1f}")
        self.said.setText(text)

    def step(self, by: int) -> None:
        """A step towards equally often (1) or as they are (-1)."""
        self.slider.setValue(self.slider.value() + by)

    def stop(self) -> None:
        """Ask for nothing more."""
        self._settling.stop()

    def _tell(self) -> None:
        self.wanted.emit(round(1.0 - self.slider.value() / STEPS, 2))
