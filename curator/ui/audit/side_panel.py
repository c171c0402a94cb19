"""Panel of findings and categories beside the editor; folds to a strip of icons."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from curator.domain.clip import Clip
from curator.domain.emotion import EmotionSet
from curator.ui.audit.findings_panel import FindingsPanel
from curator.ui.page import hairline, label
from curator.ui.plain_text import tool_tip
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE, badge
from curator.ui.widgets.category_bar import CategoryBar

FOLDED_WIDTH = 9 * GRID
UNFOLDED_WIDTH = 22 * GRID
MAX_WIDTH = 2**24 - 1  # QWIDGETSIZE_MAX


class FindingsSummary(QToolButton):
    """Number of findings, in the folded panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(SIZE, SIZE))
        self.setProperty("role", "category")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_clip(None)

    def show_clip(self, clip: Clip | None) -> None:
        """Show the number of findings of a clip; their sentences are in the tool tip."""
        findings = clip.findings if clip else ()
        if findings:
            self.setIcon(badge(findings[0].severity))
            self.setText(str(len(findings)))
        sentences = "\n".join(finding.sentence for finding in findings)
        self.setToolTip(tool_tip(sentences))
        self.setAccessibleName(self.tr("Findings: %1").replace("%1", str(len(findings))))
        self.setAccessibleDescription(sentences)


class SidePanel(QScrollArea):
    """Scrollable column with the findings of the clip and the categories."""

    unfold_wanted = Signal()

    def __init__(
        self,
        keys: Callable[[str], tuple[str, ...]],
        emotions: EmotionSet,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.findings, self.categories = FindingsPanel(keys), CategoryBar(emotions)
        self.summary = FindingsSummary()
        self._headings: tuple[QLabel, ...] = (
            label(self.tr("Findings"), "heading"),
            label(self.tr("Category"), "heading"),
        )
        self.is_folded = False
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setSpacing(GRID)
        for widget in (self._headings[0], self.summary, self.findings):
            self._column.addWidget(widget)
        self._column.addWidget(hairline())
        self._column.addWidget(self._headings[1])
        self._column.addWidget(self.categories)
        self._column.addStretch(1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._content)
        self.summary.clicked.connect(self.unfold_wanted)
        self.fold(folded=False)

    def show_clip(self, clip: Clip | None) -> None:
        """Show the findings of a clip."""
        self.findings.show_clip(clip)
        self.summary.show_clip(clip)
        self.summary.setVisible(self.is_folded and bool(clip and clip.findings))
        self._take_width()

    def fold(self, *, folded: bool) -> None:
        """Fold to a strip of icons, or unfold."""
        self.is_folded = folded
        side = GRID // 2 if folded else 2 * GRID
        self._column.setContentsMargins(side, GRID, side, 2 * GRID)
        for widget in (*self._headings, self.findings):
            widget.setVisible(not folded)
        self.summary.setVisible(folded and bool(self.summary.toolTip()))
        self.categories.set_compact(compact=folded)
        self.setMaximumWidth(FOLDED_WIDTH if folded else MAX_WIDTH)
        self._take_width()

    def _take_width(self) -> None:
        """Be wide enough for what is inside; nothing scrolls sideways."""
        needed = max(UNFOLDED_WIDTH, self._content.minimumSizeHint().width())
        self.setMinimumWidth(FOLDED_WIDTH if self.is_folded else needed)
