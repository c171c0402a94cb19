"""Which clips are listed and in which order: a field for the query, and what came of it."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from curator.domain.clip_query import Query
from curator.domain.errors import WrongQuery
from curator.jobs.queries import read_query
from curator.store.project import Project
from curator.ui.audit.review_order import (
    AS_RECORDED,
    BY_CATEGORY,
    WORST_FIRST,
    Order,
    likely_share,
    sample,
)
from curator.ui.page import label, restyle
from curator.ui.theme import GRID
from curator.ui.wording import clock, counted

TYPED_MS = 150
"""So long after the last letter the list follows what was typed."""


class QueryEdit(QLineEdit):
    """A line; Esc and Return leave it."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See QLineEdit."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
            return
        super().keyPressEvent(event)


class QueryBar(QWidget):
    """Says what is wanted as soon as it can be understood."""

    wanted = Signal(object, object)  # a Query and an Order
    left = Signal()  # the person is done typing

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self.query, self.order = Query(), AS_RECORDED
        self._seed = 0
        self.edit = QueryEdit()
        self.edit.setPlaceholderText(
            self.tr("Filter: words, state:undecided, finding:any, emotion:none, snr<20, -drop …")
        )
        self.edit.setAccessibleName(self.tr("Filter for the clips"))
        self.edit.setClearButtonEnabled(True)
        self._error = label(role="error", wrap=True)
        self._error.hide()
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
        self._typing = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID // 2)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self.edit, 1)
        line.addWidget(self.orders)
        line.addWidget(self._result)
        column.addLayout(line)
        column.addWidget(self._error)
        column.addWidget(self._estimate)
        self._estimate.hide()

    def _connect(self) -> None:
        self.edit.textEdited.connect(lambda: self._typing.start())
        self.edit.textChanged.connect(self._clear_at_once)
        self.edit.left.connect(self._leave)
        self._typing.timeout.connect(self.ask)
        self.orders.activated.connect(self._choose_order)

    def type_query(self) -> None:
        """Let the person type."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def set_query(self, text: str) -> None:
        """Ask for these clips."""
        self.edit.setText(text)
        self.ask()

    def set_order(self, order: Order) -> None:
        """Ask for this order."""
        self.order = order
        key = order.special or {AS_RECORDED: "recorded", BY_CATEGORY: "category"}.get(
            order, "column"
        )
        self.orders.setCurrentIndex(self.orders.findData(key))
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Read the query; if it is wrong, show where, and leave the list as it is."""
        self._typing.stop()
        try:
            self.query = read_query(self._project, self.edit.text())
        except WrongQuery as error:
            self._show_error(error)
            return
        self._error.hide()
        self.edit.setAccessibleDescription("")
        self._mark(wrong=False)
        self.wanted.emit(self.query, self.order)

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
        self._result.setText(f"{text}, {clock(seconds)}")

    def show_reading(self) -> None:
        """Say that the answer is on its way."""
        self._result.setText(self.tr("reading the clips…"))

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

    def _show_error(self, error: WrongQuery) -> None:
        before = self.edit.text()[: error.column - 1]
        at = self.edit.fontMetrics().horizontalAdvance(before) + self.edit.textMargins().left()
        self._error.setIndent(min(at + GRID, self.edit.width() // 2))
        self._error.setText(f"^ {error}")
        self._error.show()
        self.edit.setAccessibleDescription(str(error))
        self._mark(wrong=True)

    def _mark(self, *, wrong: bool) -> None:
        self.edit.setProperty("wrong", wrong)
        restyle(self.edit)

    @Slot(str)
    def _clear_at_once(self, text: str) -> None:
        if not text:
            self.ask()

    @Slot()
    def _leave(self) -> None:
        if self._typing.isActive():
            self.ask()
        self.left.emit()

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
