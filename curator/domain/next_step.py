"""Best next step towards the targets of the categories."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from curator.domain.balance import CategoryBalance
from curator.domain.emotion import Emotion
from curator.domain.planner import LabellingPlan


class StepKind(StrEnum):
    """What a person does next."""

    IMPORT = "import"  # there are no clips
    DECIDE = "decide"  # decide about the undecided clips of a category
    ACCEPT = "accept"  # accept suggested clips of a category
    LABEL = "label"  # label clips without a category
    EXPORT = "export"  # all targets are reached
    RECORD = "record"  # no clip is left for the category


@dataclass(frozen=True, slots=True)
class NextStep:
    """Step for one category. emotion: None if the step is not about one. clips: missing ones."""

    kind: StepKind
    emotion: Emotion | None = None
    clips: int = 0


def next_step(plan: LabellingPlan) -> NextStep:
    """Step for the category that is farthest from its target."""
    balance = plan.balance
    if not balance.clips and not balance.undecided:
        return NextStep(StepKind.IMPORT)
    emotion = plan.thinnest
    if emotion is None:
        return NextStep(StepKind.EXPORT)
    return step_of(plan, next(each for each in balance.categories if each.key == emotion.key))


def step_of(plan: LabellingPlan, category: CategoryBalance) -> NextStep:
    """Step towards the targets of one category that is below them."""
    balance, emotion = plan.balance, category.emotion
    if emotion is None:
        return NextStep(StepKind.IMPORT)
    missing = missing_clips(category, balance.minutes / balance.clips if balance.clips else 0.0)
    if category.undecided:
        return NextStep(StepKind.DECIDE, emotion, category.undecided)
    if plan.waiting.get(emotion.key):
        return NextStep(StepKind.ACCEPT, emotion, missing)
    unlabelled = balance.uncategorised.undecided + balance.uncategorised.clips
    return NextStep(StepKind.LABEL if unlabelled else StepKind.RECORD, emotion, missing)


def missing_clips(category: CategoryBalance, usual_minutes: float) -> int:
    """Clips that a category lacks; if only minutes are missing, about as many clips.

    usual_minutes: mean length of a kept clip of the set, for a category without clips.
    """
    if category.lacking_clips:
        return category.lacking_clips
    mean = category.minutes / category.clips if category.clips else usual_minutes
    by_minutes = ceil(round(category.lacking_minutes / mean, 6)) if mean > 0 else 0
    return max(by_minutes, 1)
