"""Findings of the current clip with buttons that fix them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from curator.domain.clip import Clip, Finding
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label
from curator.ui.plain_text import plain_label
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE, badge
from curator.ui.wording import shown_key, translated


@dataclass(frozen=True, slots=True)
class Fix:
    """Fix of a finding. action: key of the action that it runs."""

    action: str
    text: str


_TRIM = Fix("audit.to_pause", QT_TRANSLATE_NOOP("Fixes", "Trim to pause"))
_TRANSCRIBE = Fix("audit.transcribe", QT_TRANSLATE_NOOP("Fixes", "Transcribe again"))
_EDIT = Fix("audit.edit_text", QT_TRANSLATE_NOOP("Fixes", "Edit text"))
_SPLIT = Fix("audit.split", QT_TRANSLATE_NOOP("Fixes", "Split at cursor"))
_MERGE = Fix("audit.merge", QT_TRANSLATE_NOOP("Fixes", "Merge with next"))
_CLEAN = Fix("window.show_cleaning", QT_TRANSLATE_NOOP("Fixes", "Clean…"))
_DROP = Fix("audit.drop", QT_TRANSLATE_NOOP("Fixes", "Drop"))

FIXES: Mapping[str, tuple[Fix, ...]] = {
    "cut_word": (_TRIM,),
    "too_long": (_SPLIT,),
    "too_short": (_MERGE, _DROP),
    "no_text": (_TRANSCRIBE, _DROP),
    "invented": (_TRANSCRIBE, _EDIT),
    "doubtful_text": (_TRANSCRIBE, _EDIT),
    "silence": (_TRIM,),
    "two_voices": (_SPLIT, _DROP),
    "noisy": (_CLEAN, _DROP),
    "poor_quality": (_CLEAN, _DROP),
    "music": (_CLEAN, _DROP),
}
"""Fixes by finding; for other findings the clip can be dropped."""


def fixes_of(finding: Finding, clip: Clip) -> tuple[Fix, ...]:
    """Fixes of a finding that apply to this clip."""
    fixes = FIXES.get(finding.key, (_DROP,))
    pauses = clip.edges and (clip.edges.start_pause, clip.edges.stop_pause) != (None, None)
    usable = tuple(fix for fix in fixes if fix is not _TRIM or pauses)
    return usable or (_DROP,)


class FindingsPanel(QWidget):
    """One sentence per finding, with buttons for its fixes below."""

    wanted = Signal(str)  # the key of an action

    def __init__(
        self, keys: Callable[[str], tuple[str, ...]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._keys = keys
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self.setAccessibleName(self.tr("Findings"))

    def show_clip(self, clip: Clip | None) -> None:
        """Show the findings of a clip."""
        shown = (clip.findings, clip.edges, clip.id) if clip else None
        if shown == self._shown and shown is not None:
            return
        self._shown = shown
        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if clip is None:
            return
        for finding in clip.findings:
            self._column.addWidget(self._sentence(finding))
            self._column.addWidget(self._fixes(finding, clip))
        if not clip.findings:
            analysed = clip.edges is not None or clip.scores
            text = self.tr("No findings.") if analysed else self.tr("Not analysed yet.")
            self._column.addWidget(label(text, "quiet", wrap=True))
        self.setAccessibleDescription(" ".join(finding.sentence for finding in clip.findings))

    def _sentence(self, finding: Finding) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        mark = plain_label()
        mark.setPixmap(badge(finding.severity).pixmap(SIZE, SIZE))
        mark.setAccessibleName(
            self.tr("Error") if finding.severity == "error" else self.tr("Warning")
        )
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(finding.sentence, wrap=True), 1)
        return row

    def _fixes(self, finding: Finding, clip: Clip) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(SIZE + GRID, 0, 0, 0)
        line.setSpacing(GRID)
        for fix in fixes_of(finding, clip):
            line.addWidget(self._button(fix))
        line.addStretch(1)
        return row

    def _button(self, fix: Fix) -> QPushButton:
        text, keys = translated("Fixes", fix.text), self._keys(fix.action)
        key = shown_key(keys[0]) if keys else ""
        fits = key and "+" not in keys[0]  # longer shortcuts are in the tool tip
        widget = button(f"{text}  {key}" if fits else text)
        widget.setToolTip("" if fits else key)
        widget.setAccessibleName(text)
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click does not move the focus
        widget.clicked.connect(lambda: self.wanted.emit(fix.action))
        return widget
