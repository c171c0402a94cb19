"""Header of the clip list: columns are sorted, sized, moved, shown and hidden in it."""

import contextlib
from collections.abc import Iterator

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.list_columns import COLUMNS, ListColumn
from curator.ui.theme import GRID
from curator.ui.wording import translated

ICON_WIDTH = 4 * GRID
MIN_WIDTH = 3 * GRID
MAX_WIDTH = 100 * GRID
ALWAYS = "text"
"""Column that cannot be hidden; it takes the width that the others leave."""

SAVE_MS = 300
"""Delay after the last change of a width, so that one drag is one change."""

KEYS = [column.key for column in COLUMNS]


class ColumnHeader(QHeaderView):
    """Arrangement of the columns as a short text: keys in order, with widths that were changed.

    "state id=60 text seconds" shows four columns, the number 60 pixels wide; "" is the default.
    """

    arranged = Signal(str)  # the arrangement, after a person changed it
    sort_asked = Signal(str, bool)  # column of ClipColumns, whether descending

    def __init__(self, model: ClipTableModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._clips = model
        self._is_arranging = False
        self.setModel(model)
        # A header asks every selected row whether it is selected when it paints: 2 s for 100,000
        # rows. Its own, always empty selection model avoids that.
        self.setSelectionModel(QItemSelectionModel(model, self))
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setSortIndicatorShown(False)
        self.setMinimumSectionSize(MIN_WIDTH)
        self.setMaximumSectionSize(MAX_WIDTH)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.open_menu)
        self._saving = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._saving.timeout.connect(lambda: self.arranged.emit(self.arrangement))
        self.sectionResized.connect(self._follow_person)
        self.sectionMoved.connect(self._follow_person)
        self.sectionClicked.connect(self._ask_to_sort)

    @property
    def arrangement(self) -> str:
        """Visible columns in order as a text, with widths other than the default."""
        parts = []
        for column in self._visible():
            width = self.sectionSize(KEYS.index(column.key))
            is_usual = column.key == ALWAYS or width == self._usual_width(column)
            parts.append(column.key if is_usual else f"{column.key}={width}")
        text = " ".join(parts)
        usual = " ".join(column.key for column in COLUMNS if not column.is_optional)
        return "" if text == usual else text

    def arrange(self, text: str) -> None:
        """Apply an arrangement; unknown columns and widths are ignored."""
        widths: dict[str, str] = {}
        for part in text.split() or [each.key for each in COLUMNS if not each.is_optional]:
            key, _, width = part.partition("=")
            if key in KEYS:
                widths.setdefault(key, width)
        widths.setdefault(ALWAYS, "")
        with self._arranging():
            for place, key in enumerate(widths):
                self.moveSection(self.visualIndex(KEYS.index(key)), place)
            for section, column in enumerate(COLUMNS):
                self.setSectionHidden(section, column.key not in widths)
                self._size(section, column, widths.get(column.key, ""))
        self._clips.show_columns(widths)

    def show_sorting(self, column: str, descending: bool) -> None:
        """Show the sort indicator if the list is sorted by a column."""
        keys = [shown.sorts_by for shown in COLUMNS]
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.setSortIndicatorShown(column in keys and column != "recorded")
        if column in keys:
            self.setSortIndicator(keys.index(column), order)

    @Slot(QPoint)
    def open_menu(self, position: QPoint) -> None:
        """Open the menu of the columns."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in COLUMNS:
            if column.key == ALWAYS:
                continue
            choice = menu.addAction(translated("ClipTable", column.tip))
            choice.setCheckable(True)
            choice.setChecked(not self.isSectionHidden(KEYS.index(column.key)))
            choice.toggled.connect(lambda on, column=column: self.show_column(column, on))
        menu.addSeparator()
        menu.addAction(self.tr("Reset columns"), self._reset)
        menu.popup(self.mapToGlobal(position))

    def show_column(self, column: ListColumn, shown: bool) -> None:
        """Show or hide a column."""
        section = KEYS.index(column.key)
        with self._arranging():
            self.setSectionHidden(section, not shown)
            if shown:
                self._size(section, column, "")
        self._clips.show_columns([each.key for each in self._visible()])
        self.arranged.emit(self.arrangement)

    def _reset(self) -> None:
        self.arrange("")
        self.arranged.emit("")

    def _visible(self) -> list[ListColumn]:
        sections = map(self.logicalIndex, range(self.count()))
        return [COLUMNS[section] for section in sections if not self.isSectionHidden(section)]

    def _size(self, section: int, column: ListColumn, width: str) -> None:
        if column.key == ALWAYS:
            self.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
            return
        self.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
        chosen = int(width) if width.isdecimal() else self._usual_width(column)
        self.resizeSection(section, min(max(chosen, MIN_WIDTH), MAX_WIDTH))

    def _usual_width(self, column: ListColumn) -> int:
        """Width for the widest usual value and the title."""
        if column.icon:
            return ICON_WIDTH
        title = translated("ClipTable", column.title)
        texts = [column.widest, f"{title}  "]  # room for the sort indicator
        return max(self.fontMetrics().horizontalAdvance(text) for text in texts) + 2 * GRID + 4

    @contextlib.contextmanager
    def _arranging(self) -> Iterator[None]:
        """Ignore changes of the sections; the person did not make them."""
        self._is_arranging = True
        try:
            yield
        finally:
            self._is_arranging = False

    @Slot(int)
    def _follow_person(self, section: int) -> None:
        if not self._is_arranging and COLUMNS[section].key != ALWAYS:
            self._saving.start()

    @Slot(int)
    def _ask_to_sort(self, section: int) -> None:
        order = self._clips.order
        column = COLUMNS[section].sorts_by
        again = order.column == column and not order.special
        first = column in ("findings", "corrected")  # those with a value first
        self.sort_asked.emit(column, not order.descending if again else first)
