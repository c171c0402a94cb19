"""Listening view: play samples beside reference and real clip, rate, compare blindly."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from curator.domain.decision import Changes, Field
from curator.domain.errors import CuratorError, printable
from curator.ui.page import button, label
from curator.ui.plain_text import tool_tip
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.training.blind_decisions import BlindDecisions
from curator.ui.training.blind_view import BlindView
from curator.ui.training.evaluated import ASPECTS, Evaluated, Sample, ends, read_evaluated
from curator.ui.training.measure_texts import ASPECT_NAMES, reason
from curator.ui.training.ratings import rate, ratings
from curator.ui.training.sample_table import dress_samples
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import number, translated

ROLE = Qt.ItemDataRole.UserRole
SIDE = 30 * GRID
OF_RATING = ("hear_first", "hear_second", "hear_third", "take_ratings", "evaluate")
DURING = "during "
"""Prefix of the checkpoints that stand for the test sentences during training."""


class ListeningView(QWidget):
    """Table of samples and aspects to rate, or the blind comparison."""

    asked = Signal(str)  # name of a command of the page
    play_wanted = Signal(object)  # path of an audio file

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.evaluated = Evaluated(Path(), (), None)
        self.heading = label(role="title")
        self.note = label(role="quiet", wrap=True)
        self.checkpoint = ComboBox()
        self.checkpoint.setAccessibleName(self.tr("Checkpoint"))
        self.checkpoint.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(GRID)
        self.progress.setAccessibleName(self.tr("Progress of the evaluation"))
        self.doing = label(role="quiet")
        self.table = QTableWidget(0, 4)
        self.aspects = QListWidget()
        self.front = QStackedWidget(self)
        self.blind = BlindView(self.front)
        self.decisions = BlindDecisions(
            session, self.blind, lambda sample: self.evaluated.name(sample)
        )
        self.buttons = {
            key: button(text)
            for key, text in (
                ("back", self.tr("Back")),
                ("evaluate", self.tr("Evaluate")),
                ("cancel_evaluation", self.tr("Cancel")),
                ("hear_first", self.tr("Synthesised")),
                ("hear_second", self.tr("Reference")),
                ("hear_third", self.tr("Real voice")),
                ("toggle_blind", self.tr("Blind comparison")),
                ("take_ratings", self.tr("Import ratings…")),
            )
        }
        self._lay_out()
        self.show_progress("", 0, 0)
        for key, control in self.buttons.items():
            control.clicked.connect(lambda _=False, what=key: self.asked.emit(what))
        self.checkpoint.currentIndexChanged.connect(self._fill)
        self.table.currentCellChanged.connect(self._show_rating)
        self.blind.asked.connect(self.asked)
        session.changed.connect(self._follow)

    def _lay_out(self) -> None:
        dress_samples(self.table)
        self.aspects.setFixedWidth(SIDE)
        self.aspects.setAccessibleName(self.tr("Aspects, rated 1 to 10"))
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.checkpoint)
        rating = QWidget(self.front)
        row = QHBoxLayout(rating)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.table, 1)
        row.addWidget(self.aspects)
        self.front.addWidget(rating)
        self.front.addWidget(self.blind)
        foot = QHBoxLayout()
        foot.addWidget(self.buttons["back"])
        foot.addWidget(self.buttons["evaluate"])
        foot.addStretch(1)
        for key in ("hear_first", "hear_second", "hear_third", "toggle_blind", "take_ratings"):
            foot.addWidget(self.buttons[key])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.note)
        work = QHBoxLayout()
        work.addWidget(self.doing)
        work.addWidget(self.progress, 1)
        work.addWidget(self.buttons["cancel_evaluation"])
        column.addLayout(work)
        column.addWidget(self.front, 1)
        column.addLayout(foot)

    def show_run(self, run: Path, shipped: int | None) -> None:
        """Show the samples of a run. shipped: step selected first."""
        self.evaluated = read_evaluated(run)
        self.heading.setText(self.tr("Listening: %1").replace("%1", printable(run.name)))
        self._list_checkpoints(shipped)
        self._put_in_front(0)
        self._fill()

    def reload(self) -> None:
        """Read the samples again; selection and checkpoint stay."""
        if self.is_blind:
            return
        row, chosen = self.table.currentRow(), self.checkpoint.currentData()
        self.evaluated = read_evaluated(self.evaluated.run)
        self._list_checkpoints(None)
        if (at := self._row_of(chosen)) >= 0:
            with QSignalBlocker(self.checkpoint):
                self.checkpoint.setCurrentIndex(at)
        self._fill()
        if 0 <= row < self.table.rowCount():
            self.table.setCurrentCell(row, 0)

    def show_progress(self, text: str, done: int, of: int) -> None:
        """Show the progress of an evaluation; "" hides it. of: 0 if unknown."""
        for widget in (self.doing, self.progress, self.buttons["cancel_evaluation"]):
            widget.setVisible(bool(text))
        self.buttons["evaluate"].setEnabled(not text)
        self.doing.setText(text)
        self.progress.setRange(0, of)
        self.progress.setValue(done)

    def _row_of(self, data: object) -> int:
        rows = (at for at in range(self.checkpoint.count()) if self.checkpoint.itemData(at) == data)
        return next(rows, -1)

    def _list_checkpoints(self, shipped: int | None) -> None:
        """List evaluated steps, then steps with test sentences during training."""
        steps = self.evaluated.checkpoints
        with QSignalBlocker(self.checkpoint):
            self.checkpoint.clear()
            for step in steps:
                self.checkpoint.addItem(self._step_name(step), step)
            for step in reversed(self.evaluated.steps_during):
                text = self.tr("%1, during training").replace("%1", self._step_name(step))
                self.checkpoint.addItem(text, f"{DURING}{step}")
            wanted = shipped if shipped in steps else steps[-1] if steps else None
            self.checkpoint.setCurrentIndex(max(0, self._row_of(wanted)))

    def _step_name(self, step: int) -> str:
        text = self.tr("step %1").replace("%1", number(step))
        return text if step else self.tr("base model")

    def _samples(self) -> list[Sample]:
        """Return the samples of the selected checkpoint."""
        chosen = self.checkpoint.currentData()
        if isinstance(chosen, str):
            return self.evaluated.of(int(chosen.removeprefix(DURING)), during=True)
        return self.evaluated.of(chosen) if chosen is not None else []

    @Slot()
    def _fill(self) -> None:
        samples = self._samples()
        marks = ends(samples)
        self.table.setRowCount(len(samples))
        for at, sample in enumerate(samples):
            category = sample.sentence.category
            texts = (
                self.session.category_name(category) if category else self.tr("none"),
                sample.sentence.text,
                reason(sample, marks.get(sample.sample, "")),
                "",
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(printable(text))
                item.setToolTip(tool_tip(item.text()))
                item.setData(ROLE, sample)
                self.table.setItem(at, column, item)
        self.note.setText(self._hint(bool(samples)))
        if samples:
            self.table.setCurrentCell(0, 0)
        self._show_ratings()

    def _hint(self, there: bool) -> str:
        if not there:
            return self.tr("No samples yet. Evaluate speaks and measures test sentences (E).")
        text = self.tr("A, S, D: play sample, reference, real clip. 1 to 9, 0 for 10: rate.")
        if self.evaluated.bundle is None:
            return f"{text} {self.tr('No real clips: the bundle is not on this machine.')}"
        return text

    @property
    def sample(self) -> Sample:
        """Selected sample. Raises CuratorError without one."""
        item = self.table.item(self.table.currentRow(), 0)
        if item is None:
            raise CuratorError(self.tr("No sample selected."))
        sample = item.data(ROLE)
        assert isinstance(sample, Sample)
        return sample

    def hear(self, which: int) -> None:
        """Play the sample (0), its reference (1) or a real clip (2); or side 0 or 1 of a pair."""
        if self.is_blind:
            if which < 2 and not self.blind.test.over:
                self._play(self.evaluated.wav(self.blind.test.pair.sample(which)))
            return
        sample = self.sample
        real = sample.reference.clip if sample.reference else None
        self._play(
            self.evaluated.wav(sample)
            if which == 0
            else self.evaluated.clip(sample.prompt if which == 1 else real)
        )

    def _play(self, path: Path | None) -> None:
        if path is None:
            raise CuratorError(self.tr("This audio is not available."))
        self.play_wanted.emit(path)

    def _put_in_front(self, place: int) -> None:
        """Show rating (0) or the blind comparison (1), which hides what reveals identities."""
        self.front.setCurrentIndex(place)
        for widget in (self.note, self.checkpoint, *(self.buttons[key] for key in OF_RATING)):
            widget.setVisible(place == 0)
        text = self.tr("Back to rating") if place else self.tr("Blind comparison")
        self.buttons["toggle_blind"].setText(text)
        (self.blind if place else self.table).setFocus()

    @property
    def is_blind(self) -> bool:
        """Whether the blind comparison is shown."""
        return self.front.currentIndex() == 1

    def digit(self, text: str) -> None:
        """Rate the selected aspect, or choose of a blind pair."""
        if self.is_blind:
            self.blind.judge(int(text))
            return
        aspect = ASPECTS[max(0, self.aspects.currentRow())]
        rate(self.session, self.evaluated.name(self.sample), aspect, int(text) or 10)
        self.aspects.setCurrentRow(min(self.aspects.currentRow() + 1, len(ASPECTS) - 1))

    def toggle_blind(self, seed: int) -> None:
        """Compare the selected checkpoint blindly with another one, or return to rating."""
        if self.is_blind:
            self._put_in_front(0)
            return
        steps = self.evaluated.checkpoints
        one = self.checkpoint.currentData()
        if not isinstance(one, int) or len(steps) < 2:
            raise CuratorError(self.tr("A blind comparison needs two evaluated checkpoints."))
        two = steps[0] if one != steps[0] else steps[-1]
        names = [self._step_name(step) for step in (one, two)]
        self.blind.begin(self.evaluated.pairs(one, two), names, seed)
        self.decisions.show()
        self._put_in_front(1)

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        if changes.field is Field.RATING:
            self._show_ratings()

    def _show_ratings(self) -> None:
        by_sample = ratings(self.session)
        for at in range(self.table.rowCount()):
            item = self.table.item(at, 0)
            rated = by_sample.get(self.evaluated.name(item.data(ROLE)), {}) if item else {}
            mean = f"{sum(rated.values()) / len(rated):.1f}" if rated else ""
            last = self.table.item(at, 3)
            if last is not None:
                last.setText(mean)
        self._show_rating()

    @Slot()
    def _show_rating(self) -> None:
        item = self.table.item(self.table.currentRow(), 0)
        rated = ratings(self.session).get(self.evaluated.name(item.data(ROLE)), {}) if item else {}
        row = max(0, self.aspects.currentRow())
        self.aspects.clear()
        for aspect in ASPECTS:
            name = translated("Training", ASPECT_NAMES[aspect])
            self.aspects.addItem(f"{name}: {rated.get(aspect, '–')}")
        self.aspects.setCurrentRow(row)
