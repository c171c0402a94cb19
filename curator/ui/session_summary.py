"""Popup above the status line: what was decided in this session, the pace, and what is left."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from curator.domain.decision import Field, State
from curator.ui.page import label
from curator.ui.session import Session
from curator.ui.session_tally import SessionTally
from curator.ui.theme import GRID
from curator.ui.wording import about, counted, number


class SessionSummary(QFrame):
    """Rows of a name and a value; any key or click closes it."""

    def __init__(self, session: Session, tally: SessionTally, left: int, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "panel")
        self.rows = summary_rows(session, tally, left)
        grid = QGridLayout(self)
        grid.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        grid.setHorizontalSpacing(3 * GRID)
        grid.addWidget(label(self.tr("This session"), "heading"), 0, 0, 1, 2)
        for line, (name, value) in enumerate(self.rows, 1):
            grid.addWidget(label(name, "quiet"), line, 0)
            grid.addWidget(label(value), line, 1)
        self.setAccessibleName(self.tr("This session"))
        self.setAccessibleDescription("; ".join(f"{name}: {value}" for name, value in self.rows))

    def show_above(self, widget: QWidget) -> None:
        """Show it above the left end of a widget."""
        self.adjustSize()
        corner = widget.mapToGlobal(QPoint(GRID, -self.height() - GRID // 2))
        self.move(corner)
        self.show()
        self.setFocus()


def judged_states(session: Session, clips: list[int]) -> tuple[int, int]:
    """How many of these clips are kept and dropped now."""
    states = [row[4] for row in session.project.clips.rows("place", clips)]
    return states.count(State.KEPT), states.count(State.DROPPED)


def summary_rows(session: Session, tally: SessionTally, left: int) -> list[tuple[str, str]]:
    """Names and values. left: undecided clips of the project."""
    tr = session.tr
    one, many = tr("%n clip"), tr("%n clips")
    kept, dropped = judged_states(session, tally.clips(Field.STATE))
    text = tr("%1: %2 kept, %3 dropped").replace("%1", counted(kept + dropped, one, many))
    rows = [(tr("Decided"), text.replace("%2", number(kept)).replace("%3", number(dropped)))]
    for name, field in (
        (tr("Category set"), Field.EMOTION),
        (tr("Text corrected"), Field.TEXT),
        (tr("Edges moved"), Field.SPAN),
    ):
        if clips := tally.clips(field):
            rows.append((name, counted(len(clips), one, many)))
    pace = tally.pace_s
    if pace is not None:
        per_minute = tr("%1 s a clip, %2 a minute").replace("%1", f"{pace:.1f}")
        rows.append((tr("Pace"), per_minute.replace("%2", number(round(60 / max(pace, 0.01))))))
        rows.append((tr("Time without breaks"), about(tally.active_s)))
    text = counted(left, one, many)
    if left and pace is not None:
        text += tr(", about %1").replace("%1", about(left * pace))
    rows.append((tr("Left"), text))
    return rows
