"""Table of plans: this machine first, then GPUs to rent."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from curator.ui.training.trainer_process import WITHOUT_GPU, BundleCheck, Estimate
from curator.ui.wording import about, number

HOUR_S = 3600


class PlanTable(QTableWidget):
    """One row per machine: time, cost, memory, disk, steps, preset."""

    def __init__(self) -> None:
        super().__init__(0, 7)
        self.setHorizontalHeaderLabels(
            [self.tr("Machine"), self.tr("Time"), self.tr("Cost"), self.tr("GPU memory"),
             self.tr("Disk"), self.tr("Steps"), self.tr("Preset")]
        )  # fmt: skip
        self.setAccessibleName(self.tr("Plan by machine"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_plans(self, check: BundleCheck) -> None:
        """Show the plans of a check."""
        name = self.tr("This machine")
        if check.here is not None:
            here = self._row(f"{name}: {check.here.card}", check.here, owned=True)
        else:
            here = [f"{name}: {self.tr('no GPU')}", "–", "–", "–", "–", "–", WITHOUT_GPU]
        rows = [here, *(self._row(plan.card, plan, owned=False) for plan in check.rented)]
        self.setRowCount(len(rows))
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                font = item.font()
                font.setBold(at == 0)
                item.setFont(font)
                self.setItem(at, column, item)

    def _row(self, name: str, plan: Estimate, *, owned: bool) -> list[str]:
        memory = self.tr("%1 GB").replace("%1", f"{plan.memory_gb:.1f}")
        if not plan.fits:
            memory = f"{memory}, " + self.tr("does not fit")
        cost = "–" if owned or plan.money is None else f"{plan.money:.2f}"
        return [
            name,
            about(plan.hours * HOUR_S),
            cost,
            memory,
            self.tr("%1 GB").replace("%1", f"{plan.disk_gb:.1f}"),
            number(plan.steps),
            plan.preset,
        ]
