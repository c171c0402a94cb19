"""Slider for the sampling temperature of the categories."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from curator.domain.weights import Weights
from curator.ui.page import label
from curator.ui.theme import GRID

STEPS = 10
DELAY_MS = 250
"""Delay after the last step, so that a series of steps is one decision."""


class SamplingBar(QWidget):
    """Slider from "as recorded" (temperature 1) to "balanced" (temperature 0)."""

    temperature_wanted = Signal(float)  # 0..1

    def __init__(self) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(self.tr("Sampling of categories in training"))
        self.slider.setMaximumWidth(25 * GRID)
        self.temperature = label(role="quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label(self.tr("Sampling: as recorded")))
        row.addWidget(self.slider, 1)
        row.addWidget(label(self.tr("balanced")))
        row.addStretch(1)
        row.addWidget(self.temperature)
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._ask)
        self.slider.valueChanged.connect(lambda _value: self._delay.start())

    def show_weights(self, weights: Weights) -> None:
        """Set the slider to the decided temperature."""
        self._delay.stop()
        self.slider.blockSignals(True)
        self.slider.setValue(round(STEPS * (1.0 - weights.temperature)))
        self.slider.blockSignals(False)
        text = self.tr("temperature %1").replace("%1", f"{weights.temperature:.1f}")
        self.temperature.setText(text)

    def step(self, by: int) -> None:
        """Move the slider. by: steps towards balanced, negative towards as recorded."""
        self.slider.setValue(self.slider.value() + by)

    def stop(self) -> None:
        """Cancel a delayed change."""
        self._delay.stop()

    def _ask(self) -> None:
        self.temperature_wanted.emit(round(1.0 - self.slider.value() / STEPS, 2))
