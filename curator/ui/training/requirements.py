"""What a first training needs: kept clips, a bundle and the training packages."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from curator.domain.clip_query import parse
from curator.domain.errors import printable
from curator.environment.installed import is_usable
from curator.ui.elided_label import ElidedLabel
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, hairline, label, restyle
from curator.ui.plain_text import plain_label, tool_tip
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.training.trainings import newest_bundle
from curator.ui.widgets.badges import SIZE, badge
from curator.ui.wording import counted, translated

KEPT, BUNDLE, PACKAGES = "kept", "bundle", "packages"

STATE_WIDTH = 24 * GRID
"""Most that the name of a bundle takes, in pixels."""

PANEL_WIDTH = 90 * GRID

LEADS: Mapping[str, tuple[str, str]] = {
    KEPT: (
        QT_TRANSLATE_NOOP("Requirements", "Kept clips"),
        QT_TRANSLATE_NOOP("Requirements", "Keep clips in Audit"),
    ),
    BUNDLE: (
        QT_TRANSLATE_NOOP("Requirements", "Exported bundle"),
        QT_TRANSLATE_NOOP("Requirements", "Export a bundle"),
    ),
    PACKAGES: (
        QT_TRANSLATE_NOOP("Requirements", "Training packages"),
        QT_TRANSLATE_NOOP("Requirements", "Install…"),
    ),
}
"""Title and button of each requirement."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """State of a requirement. text: such as "12 kept clips" or "not installed"."""

    key: str
    is_met: bool
    text: str


def requirements(session: Session) -> tuple[Requirement, ...]:
    """State of all requirements of a training, in the order in which they are met."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Requirements", text)

    kept = session.project.clips.count(parse("state:kept"))
    bundle = newest_bundle(session.project.path.absolute().parent)
    usable = any(map(is_usable, ("training", "chatterbox")))
    return (
        Requirement(KEPT, kept > 0, counted(kept, tr("%n clip"), tr("%n clips"))),
        Requirement(
            BUNDLE, bundle is not None, printable(bundle.name) if bundle else tr("none yet")
        ),
        Requirement(PACKAGES, usable, tr("installed") if usable else tr("not installed")),
    )


class RequirementRow:
    """Mark, title, state and button of one requirement."""

    def __init__(self, key: str, grid: QGridLayout, row: int) -> None:
        title, lead = LEADS[key]
        self.mark, self.state = plain_label(), label(role="quiet")
        self.button = button(translated("Requirements", lead))
        self.mark.setFixedSize(SIZE, SIZE)
        grid.addWidget(self.mark, row, 0)
        grid.addWidget(label(translated("Requirements", title)), row, 1)
        grid.addWidget(self.state, row, 2)
        grid.addWidget(self.button, row, 3)
        grid.setRowMinimumHeight(row, 4 * GRID)

    def show_state(self, requirement: Requirement) -> None:
        """Show the state; the button leads to what is missing."""
        kind = "kept" if requirement.is_met else "warning"
        self.mark.setPixmap(badge(kind).pixmap(SIZE, SIZE))
        self.mark.setAccessibleName(
            translated("Requirements", QT_TRANSLATE_NOOP("Requirements", "ready"))
            if requirement.is_met
            else translated("Requirements", QT_TRANSLATE_NOOP("Requirements", "missing"))
        )
        middle = Qt.TextElideMode.ElideMiddle
        metrics = self.state.fontMetrics()
        self.state.setText(metrics.elidedText(requirement.text, middle, STATE_WIDTH))
        self.state.setToolTip(tool_tip(requirement.text))
        self.button.setVisible(not requirement.is_met)


class RequirementsPanel(QWidget):
    """Sentence, and below it what is needed before the first training."""

    lead_wanted = Signal(str)  # key of a requirement
    training_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = label(role="title", wrap=True)
        self.note = label(
            self.tr("A training continues when the window is closed; its runs are listed here."),
            "quiet",
            wrap=True,
        )
        self.list = QFrame()
        self.list.setProperty("role", "panel")
        self.list.setMaximumWidth(PANEL_WIDTH)
        self.folder = ElidedLabel()
        self.folder.setProperty("role", "quiet")
        self.choose_folder = button(self.tr("Choose runs folder…"))
        self.new = button(self.tr("New training…"))
        self.new.clicked.connect(self.training_wanted)
        self.choose_folder.clicked.connect(self.folder_wanted)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setColumnStretch(2, 1)
        self.rows = {key: RequirementRow(key, grid, row) for row, key in enumerate(LEADS)}
        for key, row in self.rows.items():
            row.button.clicked.connect(lambda _checked, key=key: self.lead_wanted.emit(key))
        foot, inside = QHBoxLayout(), QVBoxLayout(self.list)
        foot.setSpacing(GRID)
        foot.addWidget(self.folder, 1)
        foot.addWidget(self.choose_folder)
        foot.addWidget(self.new)
        inside.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        inside.setSpacing(2 * GRID)
        inside.addLayout(grid)
        inside.addWidget(hairline())
        inside.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.text)
        column.addWidget(self.note)
        column.addWidget(self.list)
        column.addStretch(1)
        for each in (self.note, self.list):
            each.hide()

    def show_states(self, states: tuple[Requirement, ...]) -> None:
        """Show what is needed, the first missing one foremost; without states the sentence."""
        for state in states:
            self.rows[state.key].show_state(state)
        missing = [self.rows[state.key].button for state in states if not state.is_met]
        first = missing[0] if missing else self.new
        for each in (*(row.button for row in self.rows.values()), self.new):
            weight = "first" if each is first else ""
            if each.property("weight") != weight:
                each.setProperty("weight", weight)
                restyle(each)
        for part in (self.note, self.list):
            part.setVisible(bool(states))

    def focus_first(self) -> None:
        """Focus the button of the first missing requirement, else that of a new training."""
        shown = (row.button for row in self.rows.values())
        next((each for each in shown if not each.isHidden()), self.new).setFocus()
