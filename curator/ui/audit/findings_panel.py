"""What is wrong with the clip, in sentences, each with what would mend it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from curator.domain.clip import Clip, Finding
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.widgets.badges import SIZE, sign
from curator.ui.wording import shown_key, translated


@dataclass(frozen=True, slots=True)
class Mend:
    """A way out. action: key of the action that does it."""

    action: str
    text: str


_TO_PAUSE = Mend("audit.to_pause", QT_TRANSLATE_NOOP("Mends", "Cut at the pause"))
_LISTEN = Mend("audit.transcribe", QT_TRANSLATE_NOOP("Mends", "Transcribe again"))
_WRITE = Mend("audit.edit_text", QT_TRANSLATE_NOOP("Mends", "Edit the text"))
_SPLIT = Mend("audit.split", QT_TRANSLATE_NOOP("Mends", "Split at the cursor"))
_MERGE = Mend("audit.merge", QT_TRANSLATE_NOOP("Mends", "Merge with the next"))
_CLEAN = Mend("window.show_cleaning", QT_TRANSLATE_NOOP("Mends", "Clean…"))
_DROP = Mend("audit.drop", QT_TRANSLATE_NOOP("Mends", "Drop"))

MENDS: Mapping[str, tuple[Mend, ...]] = {
    "cut_word": (_TO_PAUSE,),
    "too_long": (_SPLIT,),
    "too_short": (_MERGE, _DROP),
    "no_text": (_LISTEN, _DROP),
    "invented": (_LISTEN, _WRITE),
    "doubtful_text": (_LISTEN, _WRITE),
    "silence": (_TO_PAUSE,),
    "two_voices": (_SPLIT, _DROP),
    "noisy": (_CLEAN, _DROP),
    "poor_quality": (_CLEAN, _DROP),
    "music": (_CLEAN, _DROP),
}
"""What helps against a finding; dropping is all that helps against the others."""


def mends_of(finding: Finding, clip: Clip) -> tuple[Mend, ...]:
    """What helps against a finding of this clip."""
    mends = MENDS.get(finding.key, (_DROP,))
    pauses = clip.edges and (clip.edges.start_pause, clip.edges.stop_pause) != (None, None)
    usable = tuple(mend for mend in mends if mend is not _TO_PAUSE or pauses)
    return usable or (_DROP,)


class FindingsPanel(QWidget):
    """A sentence for each finding, and below it the mends with their keys."""

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
        """Say what is wrong with a clip."""
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
            self._column.addWidget(self._mends(finding, clip))
        if not clip.findings:
            analysed = clip.edges is not None or clip.scores
            text = (
                self.tr("Nothing found that is wrong.")
                if analysed
                else self.tr("Not analysed yet.")
            )
            self._column.addWidget(label(text, "quiet", wrap=True))
        self.setAccessibleDescription(" ".join(finding.sentence for finding in clip.findings))

    def _sentence(self, finding: Finding) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        mark = QLabel()
        mark.setPixmap(sign(finding.severity).pixmap(SIZE, SIZE))
        mark.setAccessibleName(
            self.tr("Error") if finding.severity == "error" else self.tr("Warning")
        )
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(finding.sentence, wrap=True), 1)
        return row

    def _mends(self, finding: Finding, clip: Clip) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(SIZE + GRID, 0, 0, 0)
        line.setSpacing(GRID)
        for mend in mends_of(finding, clip):
            line.addWidget(self._button(mend))
        line.addStretch(1)
        return row

    def _button(self, mend: Mend) -> QPushButton:
        text, keys = translated("Mends", mend.text), self._keys(mend.action)
        key = shown_key(keys[0]) if keys else ""
        fits = key and "+" not in keys[0]  # beside another mend; longer ones are in the tool tip
        made = button(f"{text}  {key}" if fits else text)
        made.setToolTip("" if fits else key)
        made.setAccessibleName(text)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
        made.clicked.connect(lambda: self.wanted.emit(mend.action))
        return made
