"""One row for each category below its targets, with a button that leads to its next clips."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from curator.domain.balance import CategoryBalance
from curator.domain.emotion import Emotion
from curator.domain.next_step import NextStep, StepKind, step_of
from curator.domain.planner import LabellingPlan
from curator.ui.page import button, label
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID
from curator.ui.widgets.badges import category_badge
from curator.ui.wording import counted, number

BADGE = 18
"""Size of the badge of a category in pixels."""


class MissingRows(QWidget):
    """Shortfalls, largest first, then what else there is to say about the set."""

    step_wanted = Signal(object)  # a NextStep

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        self._rows: list[tuple[QLabel, QLabel, QPushButton]] = []
        self._steps: list[NextStep] = []
        self.remarks = label(wrap=True)
        self.remarks.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.remarks.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid, column = QGridLayout(), QVBoxLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addLayout(self._grid)
        column.addWidget(self.remarks)
        column.addStretch(1)

    def show_plan(self, plan: LabellingPlan) -> None:
        """Show what a plan lacks."""
        lacking = plan.lacking
        self._steps = [step_of(plan, each) for each in lacking]
        while len(self._rows) < len(lacking):
            self._add_row()
        for place, (badge, text, leads) in enumerate(self._rows):
            is_used = place < len(lacking)
            for widget in (badge, text, leads):
                widget.setVisible(is_used)
            emotion = lacking[place].emotion if is_used else None
            if emotion is not None:
                self._show_row(place, lacking[place], emotion, plan.waiting.get(emotion.key, 0))
        remarks = plan.remarks()
        if not lacking:
            remarks = (self.tr("All category targets are reached."), *remarks)
        self.remarks.setText("\n".join(remarks))

    def texts(self) -> list[str]:
        """Shown rows as texts."""
        return [text.text() for _, text, leads in self._rows if not leads.isHidden()]

    def _add_row(self) -> None:
        place = len(self._rows)
        row = label(), label(wrap=True), button("")
        row[2].clicked.connect(lambda: self.step_wanted.emit(self._steps[place]))
        for column, widget in enumerate(row):
            self._grid.addWidget(widget, place, column)
        self._rows.append(row)
        self.buttons.append(row[2])

    def _show_row(
        self, place: int, category: CategoryBalance, emotion: Emotion, waiting: int
    ) -> None:
        badge, text, leads = self._rows[place]
        step = self._steps[place]
        ratio = self.devicePixelRatioF()
        badge.setPixmap(category_badge(emotion.sign, emotion.colour).pixmap(BADGE, BADGE))
        badge.setFixedWidth(round(BADGE * max(1.0, ratio) / ratio) + GRID)
        text.setText(f"{emotion.name}: {self._shortfall(category, waiting)}")
        words = {
            StepKind.DECIDE: self.tr("Decide %1"),
            StepKind.ACCEPT: self.tr("Suggestions"),
            StepKind.LABEL: self.tr("Label clips"),
        }.get(step.kind, self.tr("Add recordings"))
        leads.setText(words.replace("%1", number(step.clips)))
        tip = {
            StepKind.DECIDE: self.tr("Show undecided clips of %1 in Audit"),
            StepKind.ACCEPT: self.tr("List the clips suggested for %1"),
            StepKind.LABEL: self.tr("Show clips without a category in Audit, to label %1"),
        }.get(step.kind, self.tr("No clip is left to label %1: add recordings"))
        tip = tip.replace("%1", emotion.name)
        leads.setToolTip(tool_tip(tip))
        leads.setAccessibleName(f"{leads.text()}: {tip}")

    def _shortfall(self, category: CategoryBalance, waiting: int) -> str:
        """Such as "13 more clips and 0.6 more min; 4 undecided"."""
        one, many = self.tr("%n more clip"), self.tr("%n more clips")
        missing = [counted(category.lacking_clips, one, many)] if category.lacking_clips else []
        if category.shown_minutes:
            minutes = self.tr("%1 more min").replace("%1", f"{category.shown_minutes:.1f}")
            missing.append(minutes)
        parts = [self.tr(" and ").join(missing)]
        if category.undecided:
            parts.append(self.tr("%1 undecided").replace("%1", number(category.undecided)))
        if waiting:
            parts.append(self.tr("%1 suggested").replace("%1", number(waiting)))
        return "; ".join(parts)
