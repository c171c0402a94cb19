"""Numbers of training and evaluation clips of an export that is not yet written."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from curator.export.formats import formats
from curator.export.split import SplitClip, SplitResult, split
from curator.jobs.context import JobContext
from curator.ui.export.choices import Choices
from curator.ui.page import label
from curator.ui.session import Session
from curator.ui.wording import counted

WHAT = "split"
WAIT_MS = 150
"""Delay between a change of the form and the next split."""


@dataclass(frozen=True, slots=True)
class _Split:
    """Split of candidates by a share, as the export will split them."""

    candidates: tuple[SplitClip, ...]
    share: float
    result: SplitResult


class SplitPreview(QObject):
    """A line with the split that the form asks for; hidden without clips."""

    def __init__(self, session: Session, choices: Choices) -> None:
        super().__init__(choices)
        self.line = label(role="quiet", wrap=True)
        self.line.hide()
        self._session, self._choices = session, choices
        self._candidates: tuple[SplitClip, ...] = ()
        self._wait = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._wait.timeout.connect(self._ask)
        choices.eval_percent.valueChanged.connect(self._wait.start)
        choices.form.currentIndexChanged.connect(self._wait.start)
        session.readings.produced.connect(self._take)

    def show_split_of(self, candidates: tuple[SplitClip, ...]) -> None:
        """Show how these clips will be split."""
        self._candidates = candidates
        self._ask()

    def close(self) -> None:
        """Follow nothing any more."""
        self._wait.stop()
        self._session.readings.produced.disconnect(self._take)

    @property
    def _is_shown(self) -> bool:
        return bool(self._candidates) and formats()[self._choices.form_key].has_sounds

    @Slot()
    def _ask(self) -> None:
        if not self._is_shown:
            self.line.hide()
        elif WHAT not in self._session.readings.waiting:
            share = self._choices.settings.eval_share
            self._session.readings.ask(WHAT, partial(_split, self._candidates, share))

    @Slot(str, object)
    def _take(self, what: str, result: object) -> None:
        if what != WHAT or not isinstance(result, _Split):
            return
        if result.candidates is not self._candidates or (
            result.share != self._choices.settings.eval_share
        ):
            self._ask()
            return
        self.line.setText(self._text(result))
        self.line.setVisible(self._is_shown)

    def _text(self, split_clips: _Split) -> str:
        training = split_clips.result.count("train")
        evaluation = split_clips.result.count("eval")
        text = self.tr("Split: %1, %2")
        text = text.replace(
            "%1", counted(training, self.tr("%n training clip"), self.tr("%n training clips"))
        )
        words = self.tr("%n evaluation clip"), self.tr("%n evaluation clips")
        parts = [text.replace("%2", counted(evaluation, *words))]
        parts += self._lacking(split_clips) if evaluation else []
        parts += [note.rstrip(".") for note in split_clips.result.notes]
        return "  ·  ".join(parts)

    def _lacking(self, split_clips: _Split) -> list[str]:
        """Names of categories without evaluation clips."""
        side = split_clips.result.side
        total = Counter(each.category for each in split_clips.candidates)
        evaluated = Counter(
            each.category for each in split_clips.candidates if side[each.clip_id] == "eval"
        )
        names = {each.key: each.name for each in self._session.project.settings.emotions.emotions}
        absent = [names[key] for key in names if total[key] and not evaluated[key]]
        if not absent:
            return []
        return [self.tr("without evaluation clips: %1").replace("%1", ", ".join(absent))]


def _split(candidates: tuple[SplitClip, ...], share: float, _work: JobContext) -> _Split:
    return _Split(candidates, share, split(candidates, share=share))
