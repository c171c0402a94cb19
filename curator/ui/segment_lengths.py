"""Dialog for the clip lengths of a project."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import CuratorError
from curator.domain.segment_lengths import SegmentLengths
from curator.domain.target import read_target
from curator.ui.page import button, label
from curator.ui.session import Session
from curator.ui.theme import GRID

STEP_S = 0.5
WIDTH = 56 * GRID


class SegmentLengthsDialog(QDialog):
    """Sets shortest, longest and preferred length, and segments again what has no decisions."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Segment lengths"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        settings = session.project.settings
        self._target = read_target(settings.target)
        self._usual = SegmentLengths.usual(self._target)
        self.shortest, self.longest, self.preferred = (self._field() for _ in range(3))
        self.error = label(role="error", wrap=True)
        self.usual = button(self.tr("Use model defaults"))
        self.cancel = button(self.tr("Cancel"))
        self.start = button(self.tr("Segment again"), "first")
        self.start.setDefault(True)
        self._lay_out()
        self._show(settings.lengths or self._usual)
        for field in (self.shortest, self.longest, self.preferred):
            field.valueChanged.connect(self._validate)
        self.usual.clicked.connect(lambda: self._show(self._usual))
        self.cancel.clicked.connect(self.close)
        self.start.clicked.connect(self._segment)
        self._validate()

    def _field(self) -> QDoubleSpinBox:
        field = QDoubleSpinBox(decimals=1, singleStep=STEP_S)
        field.setRange(self._usual.shortest_s, self._usual.longest_s)
        field.setSuffix(self.tr(" s"))
        return field

    def _lay_out(self) -> None:
        about = self.tr(
            "Clips with decisions stay as they are. All others are replaced, with their analysis."
        )
        form = QFormLayout()
        for text, field in (
            (self.tr("Shortest clip"), self.shortest),
            (self.tr("Longest clip"), self.longest),
            (self.tr("Preferred length"), self.preferred),
        ):
            field.setAccessibleName(text)
            form.addRow(text, field)
        line = QHBoxLayout()
        line.addWidget(self.usual)
        line.addStretch(1)
        line.addWidget(self.cancel)
        line.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        column.addLayout(form)
        column.addWidget(label(about, "quiet", wrap=True))
        column.addWidget(self.error)
        column.addLayout(line)
        self.resize(WIDTH, self.sizeHint().height())

    def _show(self, lengths: SegmentLengths) -> None:
        self.shortest.setValue(lengths.shortest_s)
        self.longest.setValue(lengths.longest_s)
        self.preferred.setValue(lengths.preferred_s)

    def _lengths(self) -> SegmentLengths | None:
        """The lengths of the fields; None for those of the model. Raises CuratorError."""
        shown = tuple(field.value() for field in (self.shortest, self.longest, self.preferred))
        usual = (self._usual.shortest_s, self._usual.longest_s, self._usual.preferred_s)
        if shown == tuple(round(value, 1) for value in usual):
            return None
        exact = [
            value if round(value, 1) == seen else seen
            for value, seen in zip(usual, shown, strict=True)
        ]
        return SegmentLengths.chosen(self._target, *exact)

    @Slot()
    def _validate(self) -> None:
        try:
            self._lengths()
        except CuratorError as error:
            self.error.setText(str(error))
        else:
            self.error.setText("")
        self.start.setEnabled(not self.error.text() and not self._session.read_only)

    @Slot()
    def _segment(self) -> None:
        self._session.resegment(self._lengths())
        self.close()
