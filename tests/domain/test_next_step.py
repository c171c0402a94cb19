"""Best next step towards the targets."""

from dataclasses import replace

import pytest

from curator.domain.balance import Balance, CategoryBalance
from curator.domain.emotion import Emotion
from curator.domain.lengths import BINS, Lengths
from curator.domain.letters import Coverage
from curator.domain.next_step import NextStep, StepKind, missing_clips, next_step
from curator.domain.planner import LabellingPlan
from curator.domain.target import read_target

CALM = Emotion("calm", "Calm", "#112233", "1", 15, 1.0)
TENSE = Emotion("tense", "Tense", "#332211", "2", 15, 1.0)
REACHED = CategoryBalance(CALM, 15, 1.0, 0, 0.0)
NOTHING = CategoryBalance(None, 0, 0.0, 0, 0.0)


def plan(*categories: CategoryBalance, others: CategoryBalance = NOTHING, **waiting: int):
    lengths = Lengths((0,) * BINS, 0, 0, read_target("xtts_v2"))
    return LabellingPlan(Balance(categories, others), waiting, lengths, Coverage(()), (), 0)


def lacking(**changes: object) -> CategoryBalance:
    return replace(CategoryBalance(TENSE, 10, 1.0, 0, 0.0), **changes)


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (plan(CategoryBalance(CALM, 0, 0.0, 0, 0.0)), NextStep(StepKind.IMPORT)),
        (plan(REACHED), NextStep(StepKind.EXPORT)),
        (plan(REACHED, lacking(undecided=4), tense=9), NextStep(StepKind.DECIDE, TENSE, 4)),
        (plan(REACHED, lacking(), tense=9), NextStep(StepKind.ACCEPT, TENSE, 5)),
        (
            plan(REACHED, lacking(), others=replace(NOTHING, undecided=3)),
            NextStep(StepKind.LABEL, TENSE, 5),
        ),
        (plan(REACHED, lacking()), NextStep(StepKind.RECORD, TENSE, 5)),
        (plan(lacking(clips=9), lacking(), calm=3), NextStep(StepKind.RECORD, TENSE, 6)),
    ],
    ids=["no clips", "reached", "undecided", "suggested", "unlabelled", "none left", "thinnest"],
)
def test_the_step_is_for_the_category_farthest_from_its_target(given, step):
    assert next_step(given) == step


def test_missing_minutes_count_as_clips_of_the_usual_length():
    assert missing_clips(lacking(clips=15, minutes=0.5), 0.0) == 15
    untargeted = replace(TENSE, target_clips=0)
    assert missing_clips(lacking(emotion=untargeted, clips=0, minutes=0.0), 0.05) == 20
    assert missing_clips(lacking(emotion=untargeted, clips=0, minutes=0.0), 0.0) == 1


def test_missing_clips_are_those_of_the_target():
    assert missing_clips(lacking(clips=3, minutes=0.1), 0.05) == 12
