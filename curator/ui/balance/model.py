"""What the balance page shows: the plan, the suggestions and the listed clips."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain import suggesting
from curator.domain.decision import State
from curator.domain.emotion import Emotion
from curator.domain.suggesting import Listed, Suggested
from curator.ui.balance.plan_tracker import PlanTracker
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.balance.suggestion_model import SuggestionRow
from curator.ui.balance.suggestion_updater import SuggestionResult, SuggestionUpdater
from curator.ui.session import Session


class BalanceModel(QObject):
    """Plan, suggestions, and which of them are listed.

    kind, category: of the listed clips; category "" for all, None before the first list.
    result: latest suggestions, None before the first. is_outdated: whether they are newer than
    the list. lists_unlabelled: whether the list has clips to label, as none is suggested.
    """

    updated = Signal()  # the result is another one

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.updater = SuggestionUpdater(session, self)  # before what describes the plan
        self.plans = PlanTracker(session, self)
        self.kind = SuggestionKind.SUGGESTED
        self.category: str | None = None
        self.result: SuggestionResult | None = None
        self.is_outdated = self.lists_unlabelled = False
        self.updater.updated.connect(self._take)

    @property
    def emotions(self) -> Mapping[str, Emotion]:
        """Categories of the project by key."""
        return {each.key: each for each in self._session.project.settings.emotions.emotions}

    def list_rows(self) -> Sequence[SuggestionRow]:
        """Clips of a new list, the most relevant first: without suggestions those to label."""
        rows = [SuggestionRow(each.clip, each.suggestion) for each in self.suggested()]
        self.lists_unlabelled = not rows and self.kind is SuggestionKind.SUGGESTED
        if self.lists_unlabelled:
            return [SuggestionRow(clip, None) for clip in self._unlabelled]
        return rows

    def suggested(self) -> Sequence[Suggested]:
        """Clips with suggestions of the kind and category, the most relevant first."""
        planner, emotions = self.plans.planner, self.emotions
        if planner is None:
            return ()
        clips = planner.clips.values()
        suggestions = {
            clip: one for clip, one in planner.suggestions.items() if one.emotion in emotions
        }
        if self.kind is SuggestionKind.UNCERTAIN:
            return suggesting.doubtful(clips, suggestions, self._queue)
        if self.kind is SuggestionKind.SUSPECT:
            return suggesting.suspects(clips, suggestions)
        keys = [self.category] if self.category else list(emotions)
        rows = [row for key in keys for row in suggesting.likely(clips, suggestions, key)]
        return sorted(rows, key=lambda row: -row.suggestion.probability)

    @property
    def labelled(self) -> Mapping[str, int]:
        """Number of labelled, undropped clips by name of the category."""
        plan = self.plans.plan
        return {
            each.emotion.name: each.clips + each.undecided
            for each in (plan.balance.categories if plan else ())
            if each.emotion is not None
        }

    @property
    def unlabelled(self) -> int:
        """Number of clips that can still get a category."""
        plan = self.plans.plan
        rest = plan.balance.uncategorised if plan else None
        return rest.clips + rest.undecided if rest else 0

    @property
    def _queue(self) -> Sequence[int]:
        return self.result.verdict.queue if self.result else ()

    @property
    def _unlabelled(self) -> Sequence[Listed]:
        """Clips that can still get a category, the most useful labels first."""
        clips = self.plans.planner.clips.values() if self.plans.planner else ()
        first = suggesting.next_to_label(clips, self._queue)
        ids = {clip.id for clip in first}
        others = (clip for clip in clips if clip.emotion is None and clip.id not in ids)
        return [*first, *(clip for clip in others if clip.state is not State.DROPPED)]

    def is_there(self, row: SuggestionRow) -> bool:
        """Whether the project still has a listed clip."""
        planner = self.plans.planner
        return planner is not None and row.clip.id in planner.clips

    def is_open(self, row: SuggestionRow) -> bool:
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
