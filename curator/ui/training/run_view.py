"""View of one run: guard state, curves and test sentences."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import printable
from curator.ui.elided_label import ElidedLabel
from curator.ui.page import button, label, restyle
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID
from curator.ui.training.axes_menu import AxesMenuButton
from curator.ui.training.curves_strip import CurvesStrip
from curator.ui.training.curves_view import CurvesView
from curator.ui.training.plot import Plot
from curator.ui.training.run_list import ENDED
from curator.ui.training.run_phase import phase_text, read_phase
from curator.ui.training.run_plot import curve_keys, curve_title, plot_of
from curator.ui.training.run_record import METRICS, RunRecord, Spoken
from curator.ui.training.x_axis import XAxis, axes_of
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import about, number, translated

LOOKS = {"improves": "kept", "flat": "quiet", "overfits": "warning", "falls_apart": "error"}
LIST_HEIGHT = 14 * GRID
STRIP_FROM, TWO_COLUMNS_FROM = 70 * GRID, 130 * GRID
"""Widths of the view from which small plots are beside the large one, in one or two columns."""
CURVE_LETTERS, CURVE_WIDTH = 7, 44 * GRID
"""Letters that the box of curves has room for at least, and its greatest width."""
SLIDER_WIDTHS = 6 * GRID, 14 * GRID
CURVE_STRETCH, SLIDER_STRETCH = 100, 40
SMOOTHEST = 99
SMOOTH_AT_FIRST = 60
"""Of the slider, in hundredths: weight of the moving average, as TensorBoard's default."""


class RunView(QWidget):
    """Shows a run record; its signals ask the page for commands."""

    asked = Signal(str)  # name of a command of the page
    play_wanted = Signal(object)  # path of an audio file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss, self.x_axis = METRICS[0], XAxis.STEP
        self._curves, self._plotted = list(METRICS), ""
        self.heading = ElidedLabel()
        self.heading.setProperty("role", "title")
        self.where = label(role="quiet", wrap=True)
        self.guard = label(wrap=True)
        self.overlays: Sequence[RunRecord] = ()
        self.name_of: Callable[[str], str] = printable  # name of a category by its key
        self._shown: RunRecord | None = None
        self._spoken = 0
        self.curves, self.strip = CurvesView(), CurvesStrip()
        self.curve = ComboBox()
        self.curve.setAccessibleName(self.tr("Curve"))
        self.curve.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.curve.setMinimumContentsLength(CURVE_LETTERS)
        self.curve.setMaximumWidth(CURVE_WIDTH)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, SMOOTHEST)
        self.smoothing.setValue(SMOOTH_AT_FIRST)
        self.smoothing.setMinimumWidth(SLIDER_WIDTHS[0])
        self.smoothing.setMaximumWidth(SLIDER_WIDTHS[1])
        self.smoothing.setAccessibleName(self.tr("Smoothing"))
        self.smoothing.setToolTip(self.tr("Moving average of the training curve"))
        self.axes = AxesMenuButton()
        self.zoom_to_fit = button(self.tr("Zoom to fit"))
        self.zoom_to_fit.setToolTip(
            tool_tip(self.tr("Drag a box or turn the wheel to zoom in, with Ctrl vertically"))
        )
        self.zoom_to_fit.setEnabled(False)
        self.samples = QListWidget()
        self.samples.setAccessibleName(self.tr("Test sentences"))
        self.samples.setMaximumHeight(LIST_HEIGHT)
        self.spoken_title = label(self.tr("Test sentences"), "heading")
        self.buttons = {
            key: button(text)
            for key, text in (
                ("pause", self.tr("Pause")),
                ("resume", self.tr("Resume")),
                ("stop", self.tr("Stop now")),
                ("go_on_with_more", self.tr("Continue with more data…")),
                ("speak", self.tr("Speak…")),
                ("evaluate", self.tr("Evaluate")),
                ("listen", self.tr("Listen")),
                ("open_report", self.tr("Report")),
            )
        }
        self._lay_out()
        for key, control in self.buttons.items():
            control.clicked.connect(lambda _=False, what=key: self.asked.emit(what))
        self.samples.itemActivated.connect(self._play)
        self.curve.activated.connect(self._choose_curve)
        self.smoothing.valueChanged.connect(self._set_smoothing)
        self.axes.logarithmic.toggled.connect(self._set_logarithmic)
        self.axes.axis_chosen.connect(self.show_axis)
        self.zoom_to_fit.clicked.connect(self.curves.zoom_to_fit)
        self.curves.zoomed.connect(self._show_zoom)
        self.strip.chosen.connect(self._show_curve)
        self.strip.step_pointed.connect(self.curves.point_at)
        self.strip.step_pointed.connect(self.strip.point_at)
        self.curves.step_pointed.connect(self.strip.point_at)
        self._set_smoothing(self.smoothing.value())

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for key in ("pause", "resume", "stop", "go_on_with_more"):
            row.addWidget(self.buttons[key])
        row.addStretch(1)
        tools = QHBoxLayout()
        tools.setSpacing(GRID)
        smoothing = label(self.tr("Smoothing"))
        smoothing.setBuddy(self.smoothing)
        tools.addWidget(self.curve, CURVE_STRETCH)
        for widget in (self.axes, self.zoom_to_fit, smoothing):
            tools.addWidget(widget)
        tools.addWidget(self.smoothing, SLIDER_STRETCH)
        tools.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading, 1)
        for key in ("speak", "evaluate", "listen", "open_report"):
            head.addWidget(self.buttons[key])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.guard)
        column.addWidget(self.where)
        column.addLayout(tools)
        plots = QHBoxLayout()
        plots.setSpacing(GRID)
        plots.addWidget(self.curves, 1)
        plots.addWidget(self.strip)
        column.addLayout(plots, 1)
        column.addWidget(self.spoken_title)
        column.addWidget(self.samples)
        column.addLayout(row)

    def show_record(self, record: RunRecord, *, here: bool) -> None:
        """Show the state of a run. here: whether a local process trains it."""
        self._shown = record
        self.heading.setText(printable(record.folder.name))
        self._say_guard(record)
        self.where.setText(self._status(record, here=here))
        self._show_curves(record)
        self._show_spoken(record)
        trained = bool(record.evaluation["mel_ce"].steps)
        self.buttons["pause"].setEnabled(here)
        self.buttons["stop"].setEnabled(here)
        self.buttons["resume"].setEnabled(not here and record.ended != "finished")
        self.buttons["go_on_with_more"].setEnabled(not here and trained)
        for key in ("speak", "evaluate"):
            self.buttons[key].setEnabled(record.started is not None)

    def _say_guard(self, record: RunRecord) -> None:
        state, sentence = record.verdict
        look = LOOKS.get(state, "quiet")
        if self.guard.property("role") != look:
            self.guard.setProperty("role", look)
            restyle(self.guard)
        self.guard.setText(sentence or self.tr("Not evaluated yet."))

    def _status(self, record: RunRecord, *, here: bool) -> str:
        parts = []
        total = record.started.total_steps if record.started else None
        if total:
            text = self.tr("step %1 of %2")
            parts.append(text.replace("%1", number(record.step)).replace("%2", number(total)))
        phase = read_phase(record.folder)
        if phase is not None and (here or record.started is None):
            parts.append(phase_text(phase))
        if here and record.step_s:
            parts += self._speed(record)
        if here:
            parts.append(self.tr("training on this machine"))
        elif record.ended:
            text = translated("Training", ENDED[record.ended])
            parts.append(f"{text}: {record.reason}" if record.reason else text)
        else:
            parts.append(self.tr("training on another machine, or interrupted (can be resumed)"))
        if record.started and record.started.device:
            parts.append(record.started.device)
        if record.damaged:
            text = self.tr("%1 invalid lines skipped")
            parts.append(text.replace("%1", number(record.damaged)))
        return " · ".join(parts)

    def _speed(self, record: RunRecord) -> list[str]:
        """Return speed and remaining time."""
        assert record.step_s is not None
        a_minute = 60 / record.step_s
        text = self.tr("%1 steps/min").replace(
            "%1", f"{a_minute:,.0f}" if a_minute >= 10 else f"{a_minute:.1f}"
        )
        left = record.left_s
        return [text, self.tr("%1 left").replace("%1", about(left))] if left else [text]

    def look(self) -> dict[str, object]:
        """How curves are shown, as JSON values."""
        return {
            "curve": self.loss,
            "axis": str(self.x_axis),
            "smoothing": self.smoothing.value(),
            "log": self.axes.logarithmic.isChecked(),
        }

    def recall_look(self, look: Mapping[str, object]) -> None:
        """Show curves as `look` returned; values of another version are ignored."""
        curve, axis, smoothing = look.get("curve"), look.get("axis"), look.get("smoothing")
        if isinstance(curve, str):
            self.loss = curve  # one that the run does not have becomes the first
        if isinstance(axis, str) and axis in set(XAxis):
            self.x_axis = XAxis(axis)
        if isinstance(smoothing, int):
            self.smoothing.setValue(smoothing)
        self.axes.logarithmic.setChecked(look.get("log") is True)

    @Slot(int)
    def _set_smoothing(self, value: int) -> None:
        self.curves.set_smoothing(value / 100)
        self.smoothing.setStatusTip(f"{value / 100:.2f}")
        self._show_strip()

    @Slot(bool)
    def _set_logarithmic(self, on: bool) -> None:
        self.curves.set_logarithmic(on)
        self._show_strip()

    @Slot(int)
    def _choose_curve(self, _row: int) -> None:
        self._show_curve(self.curve.currentData())

    @Slot(object)
    def show_axis(self, axis: XAxis) -> None:
        """Plot over another axis, whole."""
        self.x_axis = axis
        self.curves.zoom_to_fit()
        self.curves.point_at(None)
        self.strip.point_at(None)
        if self._shown is not None:
            self._show_curves(self._shown)

    def turn_axis(self) -> None:
        """Plot over the next axis that the run has."""
        axes = axes_of(self._shown) if self._shown is not None else list(XAxis)
        at = axes.index(self._axis()) + 1
        self.show_axis(axes[at % len(axes)])

    def _axis(self) -> XAxis:
        """The chosen axis, steps where the run does not have it."""
        has_axis = self._shown is None or self.x_axis in axes_of(self._shown)
        return self.x_axis if has_axis else XAxis.STEP

    @Slot()
    def _show_zoom(self) -> None:
        """Show the places of the large curve in all small ones, too."""
        self.strip.set_zoom(self.curves.zoom)
        self.zoom_to_fit.setEnabled(self.curves.is_zoomed)

    @Slot(str)
    def _show_curve(self, key: str) -> None:
        """Show a curve large."""
        self.loss = key
        if self._shown is not None:
            self._show_curves(self._shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the small plots where there is room for them."""
        super().resizeEvent(event)
        self._show_strip()

    def _show_strip(self) -> None:
        """Show all curves of the run small, beside the large one."""
        record, width = self._shown, self.width()
        there = record is not None and record.step > 0 and width >= STRIP_FROM
        self.strip.setVisible(there)
        if record is None or not there:
            return
        self.strip.set_columns(2 if width >= TWO_COLUMNS_FROM else 1)
        self.strip.show_plots(
            [(key, self._plot(key, record)) for key in self._curves],
            self.loss,
            smoothing=self.smoothing.value() / 100,
            logarithmic=self.axes.logarithmic.isChecked(),
        )

    def overlay(self, records: Sequence[RunRecord]) -> None:
        """Draw other runs over the shown one."""
        self.overlays = records
        if self._shown is not None:
            self._show_curves(self._shown)

    def _show_curves(self, record: RunRecord) -> None:
        self._curves = curve_keys(record)
        if self.loss not in self._curves:
            self.loss = METRICS[0]
        self._fill_choices(record)
        if self.loss != self._plotted:  # other values
            self._plotted = self.loss
            self.curves.set_value_zoom(None)
        self.curves.show_plot(self._plot(self.loss, record))
        self._show_strip()

    def _plot(self, key: str, record: RunRecord) -> Plot:
        return plot_of(key, record, self.overlays, self.name_of, self._axis())

    def _fill_choices(self, record: RunRecord) -> None:
        """List the curves and axes that the run has."""
        if [self.curve.itemData(at) for at in range(self.curve.count())] != self._curves:
            with QSignalBlocker(self.curve):
                self.curve.clear()
                for key in self._curves:
                    self.curve.addItem(curve_title(record, key), key)
        self.curve.setCurrentIndex(self._curves.index(self.loss))
        self.axes.show_axes(axes_of(record), self._axis())

    def _show_spoken(self, record: RunRecord) -> None:
        """List the test sentences, newest first."""
        there = bool(record.spoken)
        self.samples.setVisible(there)
        self.spoken_title.setVisible(there)
        for spoken in record.spoken[self._spoken :]:
            item = QListWidgetItem(self._sentence(spoken))
            item.setData(Qt.ItemDataRole.UserRole, spoken.out)
            self.samples.insertItem(0, item)
        self._spoken = len(record.spoken)

    def _sentence(self, spoken: Spoken) -> str:
        text = self.tr("step %1: %2").replace("%1", number(spoken.step))
        text = text.replace("%2", printable(spoken.text))
        if spoken.wer is None:
            return text
        return f"{text} · " + self.tr("word errors %1").replace("%1", f"{spoken.wer:.0%}")

    def forget(self) -> None:
        """Clear samples and zoom before another run is shown."""
        self.curves.zoom_to_fit()
        self.samples.clear()
        self._spoken = 0

    def turn_loss(self) -> None:
        """Select the next loss or measure."""
        self.loss = self._curves[(self._curves.index(self.loss) + 1) % len(self._curves)]

    def play_current(self) -> None:
        """Play the selected sample, or the newest one."""
        item = self.samples.currentItem() or self.samples.item(0)
        if item is not None:
            self._play(item)

    def _play(self, item: QListWidgetItem) -> None:
        self.play_wanted.emit(Path(item.data(Qt.ItemDataRole.UserRole)))
