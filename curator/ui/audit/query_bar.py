"""Filter and sort order of the clip list, with the number of matching clips."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from curator.store.project import Project
from curator.ui.clip_data.review_order import (
    AS_RECORDED,
    BY_CATEGORY,
    WORST_FIRST,
    Order,
    sample,
    wilson_interval,
)
from curator.ui.page import label
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.widgets.query_field import QueryField
from curator.ui.wording import clock, counted, number


class QueryBar(QueryField):
    """Emits the query and the order when one of them changes."""

    wanted = Signal(object, object)  # Query, Order

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(project, parent)
        self.order = AS_RECORDED
        self._seed = 0
        self._count, self._selected = "", 0
        self.orders = ComboBox()
        self.orders.setAccessibleName(self.tr("Sort order"))
        for text, key in (
            (self.tr("Recording order"), "recorded"),
            (self.tr("Worst first"), "worst"),
            (self.tr("By category"), "category"),
            (self.tr("Random sample"), "random"),
            (self.tr("By column"), "column"),
        ):
            self.orders.addItem(text, key)
        self._result, self._estimate = label(role="quiet"), label(role="quiet")
        self._lay_out()
        self.understood.connect(lambda: self.wanted.emit(self.query, self.order))
        self.orders.activated.connect(self._choose_order)

    def _lay_out(self) -> None:
        self.column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self.line.setSpacing(2 * GRID)
        self.line.addWidget(self.orders)
        self.line.addWidget(self._result)
        self.column.addWidget(self._estimate)
        self._estimate.hide()

    def set_order(self, order: Order) -> None:
        """Set the order and apply it."""
        self.order = order
        key = order.special or {AS_RECORDED: "recorded", BY_CATEGORY: "category"}.get(
            order, "column"
        )
        self.orders.setCurrentIndex(self.orders.findData(key))
        self.ask()

    def show_result(self, clips: int, of: int, seconds: float) -> None:
        """Show the number and duration of the matching clips, of all clips."""
        if clips == of:
            text = counted(of, self.tr("%n clip"), self.tr("%n clips"))
        else:
            text = (
                self.tr("%1 of %2")
                .replace("%1", number(clips))
                .replace("%2", counted(of, self.tr("%n clip"), self.tr("%n clips")))
            )
        self._count = f"{text}, {clock(seconds)}"
        self._update()

    def show_loading(self) -> None:
        """Show that the columns are being read."""
        self._count = self.tr("loading clips…")
        self._update()

    def show_selected(self, clips: int) -> None:
        """Show the number of selected clips if there are several."""
        self._selected = clips
        self._update()

    def _update(self) -> None:
        text = self.tr("%1  ·  %2 selected") if self._selected > 1 else "%1"
        text = text.replace("%1", self._count).replace("%2", number(self._selected))
        self._result.setText(text)

    def show_sample(self, dropped: int, decided: int) -> None:
        """Show the share of bad clips estimated from the decided clips of a random sample."""
        self._estimate.show()
        if not decided:
            self._estimate.setText(
                self.tr("Decide clips from the top to estimate the share of bad clips.")
            )
            return
        low, high = wilson_interval(dropped, decided)
        text = self.tr("%2 of %1 decided clips dropped: %3 – %4 % of all clips (95 % confidence)")
        values = (decided, dropped, round(100 * low), round(100 * high))
        for index, value in enumerate(values, 1):
            text = text.replace(f"%{index}", str(value), 1)
        self._estimate.setText(text)

    def hide_sample(self) -> None:
        """Hide the estimate; the list is not a random sample."""
        self._estimate.hide()

    @Slot(int)
    def _choose_order(self, index: int) -> None:
        key = self.orders.itemData(index)
        if key == "random":
            self._seed += 1
        orders = {
            "recorded": AS_RECORDED,
            "worst": WORST_FIRST,
            "category": BY_CATEGORY,
            "random": sample(self._seed),
        }
        self.set_order(orders.get(key, Order("duration")))
