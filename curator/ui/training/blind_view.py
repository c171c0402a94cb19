"""Blind comparison of two checkpoints; identities are revealed at the end."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from curator.domain.errors import CuratorError, printable
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.training.blind import ALPHA, MIN_PAIRS, SAME, BlindTest, Pair, binomial_p
from curator.ui.training.evaluated import Sample
from curator.ui.wording import number


class BlindView(QWidget):
    """Shows one pair at a time."""

    asked = Signal(str)  # name of a command of the page
    judged = Signal(object, int)  # a Pair, and the preferred voice or SAME
    again_wanted = Signal()  # restart the comparison

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.test = BlindTest([])
        self.names: Sequence[str] = ("", "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.place = label(role="quiet")
        self.text = label(role="title", wrap=True)
        self.outcome = label(wrap=True)
        self.choices = [
            button(self.tr("1: First is better")),
            button(self.tr("2: Second is better")),
            button(self.tr("3: No difference")),
        ]
        self.first, self.second = button(self.tr("A: First")), button(self.tr("S: Second"))
        self.end = button(self.tr("End comparison"), "link")
        self.again = button(self.tr("Restart comparison"))
        hear, judge = QHBoxLayout(), QHBoxLayout()
        for row, controls in (
            (hear, (self.first, self.second)),
            (judge, (*self.choices, self.end)),
        ):
            for control in controls:
                row.addWidget(control)
            row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 4 * GRID, 2 * GRID, 0)
        column.setSpacing(2 * GRID)
        for widget in (self.place, self.text):
            column.addWidget(widget)
        column.addLayout(hear)
        column.addLayout(judge)
        column.addWidget(self.outcome)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.first.clicked.connect(lambda: self.asked.emit("hear_first"))
        self.second.clicked.connect(lambda: self.asked.emit("hear_second"))
        for at, control in enumerate(self.choices, start=1):
            control.clicked.connect(lambda _=False, which=at: self.judge(which))
        self.end.clicked.connect(self.end_here)
        self.again.clicked.connect(self.again_wanted)

    def begin(
        self, pairs: Sequence[tuple[Sample, Sample]], names: Sequence[str], seed: int
    ) -> None:
        """Start a comparison. Raises CuratorError if there are no common sentences."""
        if not pairs:
            raise CuratorError(self.tr("The two checkpoints have no sentence in common."))
        self.test, self.names = BlindTest.of(pairs, seed), names
        self._show()

    def judge(self, which: int) -> None:
        """Prefer the first (1), the second (2) or neither (3); ignore other digits."""
        if 1 <= which <= 3 and not self.test.over:
            voice = self.test.voice(which - 1 if which < 3 else SAME)
            self.judged.emit(self.test.pair, voice)

    def show_choices(self, chosen: Callable[[Pair], int | None]) -> None:
        """Show the decisions. chosen: returns the voice of a pair, SAME or None."""
        voices = {at: chosen(pair) for at, pair in enumerate(self.test.pairs)}
        self.test.choices = {at: voice for at, voice in voices.items() if voice is not None}
        self._show()

    def end_here(self) -> None:
        """End the comparison early and show the result."""
        self.test.ended = True
        self._show()

    def _show(self) -> None:
        over = self.test.over
        for control in (*self.choices, self.first, self.second, self.end):
            control.setVisible(not over)
        self.again.setVisible(over)
        if over:
            self.place.setText("")
            self.text.setText(self.tr("Result"))
            self.outcome.setText(self._summary())
            return
        text = self.tr("Pair %1 of %2").replace("%1", number(self.test.index + 1))
        self.place.setText(text.replace("%2", number(len(self.test.pairs))))
        self.text.setText(printable(self.test.pair.sample(0).sentence.text))
        self.outcome.setText("")

    def _summary(self) -> str:
        one, two, same = self.test.counts()
        text = self.tr("%1: preferred %2 times. %3: preferred %4 times. No difference: %5 times.")
        for mark, value in (
            ("%1", self.names[0]),
            ("%2", number(one)),
            ("%3", self.names[1]),
            ("%4", number(two)),
            ("%5", number(same)),
        ):
            text = text.replace(mark, value)
        if not one + two:
            return f"{text}\n{self.tr('No preferences were given.')}"
        p_value = binomial_p(one, one + two)
        coin = self.tr("Binomial test: p = %1.")
        coin = coin.replace("%1", f"{p_value:.2f}")
        if p_value < ALPHA:
            says = self.tr("Your preference is significant. Other listeners may differ.")
        elif one + two < MIN_PAIRS:
            says = self.tr("Too few decided pairs to show a preference.")
        else:
            says = self.tr("No significant preference.")
        return f"{text}\n{coin} {says}"
