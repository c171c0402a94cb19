"""Tool bar of the map: layout, colouring, filter and drag tool."""

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
from curator.ui.finding_titles import finding_title
from curator.ui.map.map_clips import MapType
from curator.ui.map.measures import SIMILARITY, Measure
from curator.ui.map.scatter_view import Tool
from curator.ui.page import label
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
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
    """Controls above the map."""

    places_wanted = Signal()
    colours_wanted = Signal()
    tool_wanted = Signal(str)

    def __init__(
        self, project: Project, measures: Sequence[Measure], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.query = QueryField(project)
        self.measures = tuple(measures)
        self.places, self.colours = ComboBox(self), ComboBox(self)
        self.right, self.up = ComboBox(self), ComboBox(self)
        self.tools = {
            Tool.LASSO: self._tool(self.tr("Lasso")),
            Tool.BOX: self._tool(self.tr("Box")),
            Tool.HAND: self._tool(self.tr("Pan")),
        }
        self.hover_plays = QCheckBox(self.tr("Play under the pointer"), self)
        self.hide_dropped = QCheckBox(self.tr("Hide dropped"), self)
        self.select_button = self._tool(self.tr("Select…"))
        self.select_button.setCheckable(False)
        self.select_button.setAccessibleName(self.tr("Select clips by similarity"))
        self.select_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.select_menu = QMenu(self.select_button)
        self.select_button.setMenu(self.select_menu)
        self.summary = ElidedLabel(parent=self)
        self.summary.setProperty("role", "quiet")
        self._fill()
        self._lay_out()
        self._connect()

    @property
    def map_type(self) -> MapType:
        """What the positions mean."""
        return MapType(self.places.currentData())

    @property
    def placing(self) -> tuple[object, ...]:
        """Map type, with the two scores where they place the points."""
        if self.map_type is not MapType.SCORES:
            return (self.map_type,)
        return self.map_type, self.measure_of(self.right), self.measure_of(self.up)

    @property
    def colour(self) -> str:
        """Key of the colouring."""
        return str(self.colours.currentData())

    @property
    def colour_title(self) -> str:
        """Name of the colouring."""
        return self.colours.currentText()

    def measure_of(self, box: QComboBox) -> Measure:
        """Score of one axis."""
        return self.measures[max(0, box.currentIndex())]

    def measure_named(self, key: str) -> Measure:
        """Measure by its key."""
        return next(each for each in self.measures if each.key == key)

    def show_available(self, places: Sequence[MapType], findings: Sequence[str]) -> None:
        """Enable these layouts and list colourings of these findings."""
        model = self.places.model()
        assert isinstance(model, QStandardItemModel)
        for number in range(self.places.count()):
            place = MapType(self.places.itemData(number))
            known = place in places
            item = model.item(number)
            item.setEnabled(known)
            name = self._place_names()[place]
            lacking = self.tr("%1 (not computed yet)").replace("%1", name)
            item.setText(name if known else lacking)
            why = self.tr("Computed by Analyse: Ctrl+1, then Ctrl+Return.")
            item.setToolTip("" if known else why)
        wanted = self.colour
        self.colours.blockSignals(True)
        for number in reversed(range(self.colours.count())):
            key = str(self.colours.itemData(number))
            if key.startswith(FINDING) and key != f"{FINDING}any":
                self.colours.removeItem(number)
        for title, key in sorted((finding_title(key), key) for key in findings):
            self.colours.addItem(self.tr("Finding: %1").replace("%1", title), f"{FINDING}{key}")
        self.colours.setCurrentIndex(max(0, self.colours.findData(wanted)))
        self.colours.blockSignals(False)

    def choose_tool(self, tool: Tool) -> None:
        """Switch to a drag tool."""
        self.tools[tool].setChecked(True)
        self.tool_wanted.emit(str(tool))

    def step(self, box: QComboBox) -> None:
        """Go to the next enabled choice, wrapping around."""
        model = box.model()
        assert isinstance(model, QStandardItemModel)
        count = box.count()
        for further in range(1, count + 1):
            number = (box.currentIndex() + further) % count
            if model.item(number).isEnabled():
                box.setCurrentIndex(number)
                return

    def _place_names(self) -> dict[MapType, str]:
        return {
            MapType.SPEAKER: self.tr("Speaker map"),
            MapType.DELIVERY: self.tr("Delivery map"),
            MapType.SCORES: self.tr("Two scores"),
        }

    def _fill(self) -> None:
        for place, name in self._place_names().items():
            self.places.addItem(name, str(place))
        self.places.setAccessibleName(self.tr("Layout"))
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
        self.colours.setAccessibleName(self.tr("Colour by"))
        keys = [each.key for each in self.measures]
        for box, name, first in (
            (self.right, self.tr("Horizontal axis"), SIMILARITY),
            (self.up, self.tr("Vertical axis"), "snr"),
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
        line.addWidget(self.select_button)
        line.addSpacing(GRID)
        for made in self.tools.values():
            line.addWidget(made)
        below.addWidget(self.query, 1)
        below.addWidget(self.summary, 1)
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
            box.setVisible(self.map_type is MapType.SCORES)

    def _tool(self, text: str) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        made.setCheckable(True)
        made.setProperty("role", "category")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setAccessibleName(self.tr("Drag tool: %1").replace("%1", text))
        return made
