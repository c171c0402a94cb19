"""What decides the places and the colours, and what dragging does."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from curator.store.project import Project
from curator.ui.elided_label import ElidedLabel
from curator.ui.map.map_clips import Places
from curator.ui.map.measures import SIMILARITY, Measure
from curator.ui.map.scatter_view import Tool
from curator.ui.page import label
from curator.ui.theme import GRID
from curator.ui.widgets.query_field import QueryField

FINDING = "finding:"
MEASURE = "measure:"
CATEGORY, STATE, CLUSTER, RECORDING, SUGGESTED = (
    "category",
    "state",
    "cluster",
    "recording",
    "suggested",
)


class ToolBar(QWidget):
    """A line of choices above the map."""

    places_wanted = Signal()
    colours_wanted = Signal()
    tool_wanted = Signal(str)

    def __init__(
        self, project: Project, measures: Sequence[Measure], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.query = QueryField(project)
        self.measures = tuple(measures)
        self.places, self.colours = QComboBox(self), QComboBox(self)
        self.right, self.up = QComboBox(self), QComboBox(self)
        self.tools = {
            Tool.LASSO: self._tool(self.tr("Lasso")),
            Tool.BOX: self._tool(self.tr("Rectangle")),
            Tool.HAND: self._tool(self.tr("Move")),
        }
        self.hover_plays = QCheckBox(self.tr("Hear under the pointer"), self)
        self.hide_dropped = QCheckBox(self.tr("Without dropped ones"), self)
        self.find_button = self._tool(self.tr("Find…"))
        self.find_button.setCheckable(False)
        self.find_button.setAccessibleName(self.tr("Find clips by what they are like"))
        self.find_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.find_menu = QMenu(self.find_button)
        self.find_button.setMenu(self.find_menu)
        self.said = ElidedLabel(self)
        self.said.setProperty("role", "quiet")
        self._fill()
        self._lay_out()
        self._connect()

    @property
    def place(self) -> Places:
        """What decides where a clip lies."""
        return Places(self.places.currentData())

    @property
    def placing(self) -> tuple[object, ...]:
        """The same with the two numbers, where they decide it."""
        if self.place is not Places.SCORES:
            return (self.place,)
        return self.place, self.measure_of(self.right), self.measure_of(self.up)

    @property
    def colour(self) -> str:
        """What clips are coloured by, one of the words above."""
        return str(self.colours.currentData())

    @property
    def colour_title(self) -> str:
        """The same for people."""
        return self.colours.currentText()

    def measure_of(self, box: QComboBox) -> Measure:
        """The number that is chosen for one side of the map."""
        return self.measures[max(0, box.currentIndex())]

    def show_known(self, places: Sequence[Places], findings: Sequence[str]) -> None:
        """Offer what is there. places: the maps that are worked out. findings: their keys."""
        model = self.places.model()
        assert isinstance(model, QStandardItemModel)
        for number in range(self.places.count()):
            place = Places(self.places.itemData(number))
            known = place in places
            item = model.item(number)
            item.setEnabled(known)
            name = self._place_names()[place]
            lacking = self.tr("%1 (not worked out yet)").replace("%1", name)
            item.setText(name if known else lacking)
            why = self.tr("The analysis works it out: Ctrl+1, then Ctrl+Return.")
            item.setToolTip("" if known else why)
        wanted = self.colour
        self.colours.blockSignals(True)
        for number in reversed(range(self.colours.count())):
            key = str(self.colours.itemData(number))
            if key.startswith(FINDING) and key != f"{FINDING}any":
                self.colours.removeItem(number)
        for key in sorted(findings):
            said = self.tr("Finding: %1").replace("%1", key.replace("_", " "))
            self.colours.addItem(said, f"{FINDING}{key}")
        found = self.colours.findData(wanted)
        self.colours.setCurrentIndex(max(0, found))
        self.colours.blockSignals(False)

    def choose_tool(self, tool: Tool) -> None:
        """Press a tool's button."""
        self.tools[tool].setChecked(True)
        self.tool_wanted.emit(str(tool))

    def step(self, box: QComboBox) -> None:
        """Go to the next choice that is possible, from the last to the first."""
        model = box.model()
        assert isinstance(model, QStandardItemModel)
        count = box.count()
        for further in range(1, count + 1):
            number = (box.currentIndex() + further) % count
            if model.item(number).isEnabled():
                box.setCurrentIndex(number)
                return

    def _place_names(self) -> dict[Places, str]:
        return {
            Places.VOICE: self.tr("Who speaks: the voice map"),
            Places.DELIVERY: self.tr("How it is said: the delivery map"),
            Places.SCORES: self.tr("Two numbers"),
        }

    def _fill(self) -> None:
        for place, name in self._place_names().items():
            self.places.addItem(name, str(place))
        self.places.setAccessibleName(self.tr("What decides the places"))
        for key, name in (
            (CATEGORY, self.tr("Category")),
            (STATE, self.tr("Kept or dropped")),
            (SUGGESTED, self.tr("Suggested category")),
            (CLUSTER, self.tr("Cluster")),
            (RECORDING, self.tr("Recording")),
            *((f"{MEASURE}{each.key}", each.title) for each in self.measures),
            (f"{FINDING}any", self.tr("Findings")),
        ):
            self.colours.addItem(name, key)
        self.colours.setAccessibleName(self.tr("What decides the colours"))
        keys = [each.key for each in self.measures]
        for box, name, first in (
            (self.right, self.tr("Number from left to right"), SIMILARITY),
            (self.up, self.tr("Number from below to above"), "snr"),
        ):
            box.addItems([each.title for each in self.measures])
            box.setCurrentIndex(keys.index(first) if first in keys else 0)
            box.setAccessibleName(name)
            box.hide()
        for box in (self.places, self.colours, self.right, self.up):
            box.setMinimumContentsLength(12)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.places.setMinimumContentsLength(22)

    def _lay_out(self) -> None:
        line, below = QHBoxLayout(), QHBoxLayout()
        line.setSpacing(GRID)
        below.setSpacing(2 * GRID)
        line.addWidget(self.places)
        line.addWidget(self.up)
        line.addWidget(self.right)
        line.addSpacing(GRID)
        line.addWidget(label(self.tr("Colour"), "quiet"))
        line.addWidget(self.colours)
        line.addStretch(1)
        line.addWidget(self.find_button)
        line.addSpacing(GRID)
        for made in self.tools.values():
            line.addWidget(made)
        below.addWidget(self.query, 1)
        below.addWidget(self.said, 1)
        below.addWidget(self.hide_dropped)
        below.addWidget(self.hover_plays)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addLayout(line)
        column.addLayout(below)
        column.addWidget(self.query.error)  # below the whole line, in which nothing moves then

    def _connect(self) -> None:
        self._group = QButtonGroup(self)
        for tool, made in self.tools.items():
            self._group.addButton(made)
            made.clicked.connect(lambda _checked, tool=tool: self.tool_wanted.emit(str(tool)))
        self.tools[Tool.LASSO].setChecked(True)
        self.places.currentIndexChanged.connect(self._show_sides)
        for box in (self.places, self.right, self.up):
            box.currentIndexChanged.connect(lambda _place: self.places_wanted.emit())
        self.colours.currentIndexChanged.connect(lambda _place: self.colours_wanted.emit())

    def _show_sides(self) -> None:
        for box in (self.right, self.up):
            box.setVisible(self.place is Places.SCORES)

    def _tool(self, text: str) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        made.setCheckable(True)
        made.setProperty("role", "category")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setAccessibleName(self.tr("Dragging: %1").replace("%1", text))
        return made
