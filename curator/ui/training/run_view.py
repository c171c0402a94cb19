"""View of one run: guard state, curves and test sentences."""

import math
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from curator.domain.errors import printable
from curator.ui.elided_label import ElidedLabel
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label, restyle
from curator.ui.theme import GRID
from curator.ui.training.curves_view import CurvesView, Shown
from curator.ui.training.run_list import ENDED
from curator.ui.training.run_record import MEASURES, METRICS, MeasureSeries, RunRecord, Series
from curator.ui.wording import number, translated

TITLES = {
    "mel_ce": QT_TRANSLATE_NOOP("Training", "Audio loss (mel_ce, nats)"),
    "eos_ce": QT_TRANSLATE_NOOP("Training", "End-of-speech loss (eos_ce, nats)"),
    "text_ce": QT_TRANSLATE_NOOP("Training", "Text loss (text_ce, nats)"),
    "wer": QT_TRANSLATE_NOOP("Training", "Word error rate, %1 sentences"),
    "similarity": QT_TRANSLATE_NOOP("Training", "Speaker similarity, %1 sentences"),
    "dnsmos": QT_TRANSLATE_NOOP("Training", "DNSMOS (1 to 5), %1 sentences"),
    "run_on": QT_TRANSLATE_NOOP("Training", "Overran, share of %1 sentences"),
    "early_stop": QT_TRANSLATE_NOOP("Training", "Stopped early, share of %1 sentences"),
}
LOOKS = {"improves": "kept", "flat": "quiet", "overfits": "warning", "falls_apart": "error"}
LIST_HEIGHT = 14 * GRID


class RunView(QWidget):
    """Shows a run record; its signals ask the page for commands."""

    asked = Signal(str)  # name of a command of the page
    play_wanted = Signal(object)  # path of an audio file

    def __init__(self) -> None:
        super().__init__()
        self.loss = METRICS[0]
        self._curves = list(METRICS)
        self.heading = ElidedLabel()
        self.heading.setProperty("role", "title")
        self.where = label(role="quiet", wrap=True)
        self.guard = label(wrap=True)
        self.curves = CurvesView()
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
                ("next_loss", self.tr("Next loss")),
                ("open_report", self.tr("Report")),
                ("listen", self.tr("Listen")),
            )
        }
        self._lay_out()
        for key, control in self.buttons.items():
            control.clicked.connect(lambda _=False, what=key: self.asked.emit(what))
        self.samples.itemActivated.connect(self._play)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for key in ("pause", "resume", "stop", "go_on_with_more"):
            row.addWidget(self.buttons[key])
        row.addStretch(1)
        row.addWidget(self.buttons["next_loss"])
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading, 1)
        for key in ("listen", "open_report"):
            head.addWidget(self.buttons[key])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.guard)
        column.addWidget(self.where)
        column.addWidget(self.curves, 1)
        column.addWidget(self.spoken_title)
        column.addWidget(self.samples)
        column.addLayout(row)

    def show_record(self, record: RunRecord, *, here: bool) -> None:
        """Show the state of a run. here: whether a local process trains it."""
        self.heading.setText(printable(record.folder.name))
        self._say_guard(record)
        self.where.setText(self._status(record, here=here))
        self._show_curves(record)
        self._show_spoken(record)
        self.buttons["pause"].setEnabled(here)
        self.buttons["stop"].setEnabled(here)
        self.buttons["resume"].setEnabled(not here and record.ended != "finished")
        self.buttons["go_on_with_more"].setEnabled(
            not here and bool(record.evaluation["mel_ce"].steps)
        )

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

    def _show_curves(self, record: RunRecord) -> None:
        self._curves = [*METRICS, *(key for key in MEASURES if key in record.measures)]
        more = len(self._curves) > len(METRICS)
        self.buttons["next_loss"].setText(self.tr("Next curve") if more else self.tr("Next loss"))
        if self.loss not in self._curves:
            self.loss = METRICS[0]
        if self.loss in record.measures:
            self._show_measure(record, record.measures[self.loss])
            return
        choices = (record.started.choices if record.started else None) or {}
        many = choices.get(self.loss, 0)
        evaluation = record.evaluation[self.loss]
        self.curves.show_series(
            Shown(
                translated("Training", TITLES[self.loss]),
                record.training[self.loss],
                evaluation,
                best_step(record),
                math.log(many) if many > 1 else None,
            )
        )

    def _show_measure(self, record: RunRecord, series: MeasureSeries) -> None:
        """Show a measure with its confidence intervals."""
        title = translated("Training", TITLES[self.loss]).replace("%1", number(series.samples))
        shown = Shown(title, Series(), series, best_step(record), None, series.low, series.high)
        self.curves.show_series(shown)

    def _show_spoken(self, record: RunRecord) -> None:
        there = bool(record.spoken)
        self.samples.setVisible(there)
        self.spoken_title.setVisible(there)
        for at in range(self.samples.count(), len(record.spoken)):
            spoken = record.spoken[at]
            text = self.tr("step %1: %2").replace("%1", number(spoken.step))
            item = QListWidgetItem(text.replace("%2", printable(spoken.text)))
            item.setData(Qt.ItemDataRole.UserRole, spoken.out)
            self.samples.addItem(item)

    def forget(self) -> None:
        """Clear the samples before another run is shown."""
        self.samples.clear()

    def turn_loss(self) -> None:
        """Select the next loss or measure."""
        self.loss = self._curves[(self._curves.index(self.loss) + 1) % len(self._curves)]

    def play_current(self) -> None:
        """Play the selected sample, or the last one."""
        item = self.samples.currentItem() or self.samples.item(self.samples.count() - 1)
        if item is not None:
            self._play(item)

    def _play(self, item: QListWidgetItem) -> None:
        self.play_wanted.emit(Path(item.data(Qt.ItemDataRole.UserRole)))


def best_step(record: RunRecord) -> int | None:
    """Return the evaluated step with the lowest mel_ce."""
    series = record.evaluation["mel_ce"]
    good = [
        (value, step)
        for step, value in zip(series.steps, series.values, strict=True)
        if math.isfinite(value)
    ]
    return min(good)[1] if good else record.best
