"""What the balance page shows: the plan, the suggestions and the listed clips."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain import suggesting
from curator.domain.decision import State
from curator.domain.emotion import Emotion
from curator.domain.suggesting import Suggested
from curator.ui.balance.plan_tracker import PlanTracker
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.balance.suggestion_updater import SuggestionResult, SuggestionUpdater
from curator.ui.session import Session


class BalanceModel(QObject):
    """Plan, suggestions, and which of them are listed.

    kind, category: of the listed clips; category "" for all, None before the first list.
    result: latest suggestions, None before the first. is_outdated: whether they are newer than
    the list.
    """

    updated = Signal()  # the result is another one

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.plans = PlanTracker(session, self)
        self.updater = SuggestionUpdater(session, self)
        self.kind = SuggestionKind.SUGGESTED
        self.category: str | None = None
        self.result: SuggestionResult | None = None
        self.is_outdated = False
        self.updater.updated.connect(self._take)

    @property
    def emotions(self) -> Mapping[str, Emotion]:
        """Categories of the project by key."""
        return {each.key: each for each in self._session.project.settings.emotions.emotions}

    def rows(self) -> Sequence[Suggested]:
        """Clips of the list, the most relevant first."""
        planner, emotions = self.plans.planner, self.emotions
        if planner is None:
            return ()
        clips = planner.clips.values()
        suggestions = {
            clip: one for clip, one in planner.suggestions.items() if one.emotion in emotions
        }
        if self.kind is SuggestionKind.UNCERTAIN:
            queue = self.result.verdict.queue if self.result and self.result.verdict else ()
            return suggesting.doubtful(clips, suggestions, queue)
        if self.kind is SuggestionKind.SUSPECT:
            return suggesting.suspects(clips, suggestions)
        keys = [self.category] if self.category else list(emotions)
        rows = [row for key in keys for row in suggesting.likely(clips, suggestions, key)]
        return sorted(rows, key=lambda row: -row.suggestion.probability)

    def is_open(self, row: Suggested) -> bool:
        """Whether a listed clip is still undecided."""
        planner = self.plans.planner
        clip = planner.clips.get(row.clip.id) if planner else None
        if clip is None or clip.state is State.DROPPED:
            return False
        if self.kind is SuggestionKind.SUSPECT:
            return clip.emotion is not None and clip.emotion == row.clip.emotion
        return clip.emotion is None

    @Slot(object)
    def _take(self, result: SuggestionResult) -> None:
        self.result = result
        self.plans.set_suggestions(result.suggestions)
        self.updated.emit()
