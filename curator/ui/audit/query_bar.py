"""Which clips are listed and in which order: a field for the query, and what came of it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from curator.store.project import Project
from curator.ui.clip_data.review_order import (
    AS_RECORDED,
    BY_CATEGORY,
    WORST_FIRST,
    Order,
    likely_share,
    sample,
)
from curator.ui.page import label
from curator.ui.theme import GRID
from curator.ui.widgets.query_field import QueryField
from curator.ui.wording import clock, counted, number


class QueryBar(QueryField):
    """Says what is wanted as soon as it can be understood."""

    wanted = Signal(object, object)  # a Query and an Order

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(project, parent)
        self.order = AS_RECORDED
        self._seed = 0
        self._found, self._chosen = "", 0
        self.orders = QComboBox()
        self.orders.setAccessibleName(self.tr("Order of the clips"))
        for text, key in (
            (self.tr("As recorded"), "recorded"),
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
        """Ask for this order."""
        self.order = order
        key = order.special or {AS_RECORDED: "recorded", BY_CATEGORY: "category"}.get(
            order, "column"
        )
        self.orders.setCurrentIndex(self.orders.findData(key))
        self.ask()

    def show_result(self, clips: int, of: int, seconds: float) -> None:
        """Say how many clips the query found."""
        if clips == of:
            text = counted(of, self.tr("%n clip"), self.tr("%n clips"))
        else:
            found = counted(clips, "%n", "%n")
            text = (
                self.tr("%1 of %2")
                .replace("%1", found)
                .replace("%2", counted(of, self.tr("%n clip"), self.tr("%n clips")))
            )
        self._found = f"{text}, {clock(seconds)}"
        self._say()

    def show_reading(self) -> None:
        """Say that the answer is on its way."""
        self._found = self.tr("reading the clips…")
        self._say()

    def show_chosen(self, clips: int) -> None:
        """Say how many clips the next decision is about, if it is about several."""
        self._chosen = clips
        self._say()

    def _say(self) -> None:
        words = self.tr("%1  ·  %2 chosen") if self._chosen > 1 else "%1"
        words = words.replace("%1", self._found).replace("%2", number(self._chosen))
        self._result.setText(words)

    def show_sample(self, bad: int, heard: int) -> None:
        """Say what the clips of a random sample that were judged tell of the others."""
        self._estimate.show()
        if not heard:
            self._estimate.setText(
                self.tr("Judge clips from the top: they tell how many of the rest are bad.")
            )
            return
        low, high = likely_share(bad, heard)
        text = self.tr("Of %1 heard, %2 bad: between %3 and %4 % of the rest (95 % sure).")
        for place, value in enumerate((heard, bad, round(100 * low), round(100 * high)), 1):
            text = text.replace(f"%{place}", str(value), 1)
        self._estimate.setText(text)

    def hide_sample(self) -> None:
        """The list is no random sample."""
        self._estimate.hide()

    @Slot(int)
    def _choose_order(self, place: int) -> None:
        key = self.orders.itemData(place)
        if key == "random":
            self._seed += 1
        orders = {
            "recorded": AS_RECORDED,
            "worst": WORST_FIRST,
            "category": BY_CATEGORY,
            "random": sample(self._seed),
        }
        self.set_order(orders.get(key, Order("duration")))
