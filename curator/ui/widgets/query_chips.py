"""Terms of a query as buttons that remove them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from curator.domain.clip_query import Query, Term
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID
from curator.ui.widgets.flow_layout import FlowLayout


class QueryChips(QWidget):
    """One button per term, in lines; hidden while there are fewer than two."""

    query_wanted = Signal(str)  # the query without the removed term

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Terms of the filter"))
        self._line = FlowLayout(self, GRID // 2)
        self._terms: Sequence[Term] = ()
        self.hide()

    def show_query(self, query: Query) -> None:
        """Show the terms of a query."""
        if tuple(query.terms) == tuple(self._terms):
            return
        self._terms = query.terms
        while (item := self._line.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for place, term in enumerate(query.terms):
            self._line.addWidget(self._chip(place, term))
        self.setVisible(len(query.terms) > 1)

    def _chip(self, place: int, term: Term) -> QToolButton:
        chip = QToolButton()
        chip.setText(f"{term}  ×")
        chip.setProperty("role", "chip")
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        name = self.tr("Remove %1 from the filter").replace("%1", str(term))
        chip.setAccessibleName(name)
        chip.setToolTip(tool_tip(name))
        others = [str(each) for at, each in enumerate(self._terms) if at != place]
        chip.clicked.connect(lambda: self.query_wanted.emit(" ".join(others)))
        return chip
