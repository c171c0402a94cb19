import math

import pytest

from trainer.optim.early_stopping import FEWEST_CLIPS, Patience, judge

DOOMED = [(0, 5.380), (5, 4.850), (10, 4.520), (15, 4.280), (20, 4.343), (25, 4.862), (29, 5.069)]


def test_a_run_that_was_best_in_the_middle_has_overfitted():
    verdict = judge(DOOMED, unit="epoch")
    assert verdict.state == "overfits"
    assert verdict.best_at == 15
    assert not verdict.finished_well
    assert "best at epoch 15" in verdict.sentence
    assert "4.280" in verdict.sentence
    assert "5.069" in verdict.sentence


def test_the_same_run_still_improved_at_epoch_15():
    assert judge(DOOMED[:4]).state == "improves"


@pytest.mark.parametrize(
    ("series", "state"),
    [
        ([], "not_measured"),
        ([(0, 5.0)], "not_measured"),
        ([(0, 5.0), (1, 4.0)], "improves"),
        ([(0, 5.0), (1, 4.0), (2, 3.999), (3, 3.998), (4, 3.997)], "flat"),
        ([(0, 5.0), (1, 5.0), (2, 5.0)], "flat"),
        ([(0, 5.0), (1, 6.0), (2, 7.0)], "falls_apart"),
        ([(0, 5.0), (1, math.nan)], "falls_apart"),
        ([(0, 5.0), (1, math.inf), (2, 4.0)], "falls_apart"),
        ([(0, 5.0), (1, 4.0), (2, 4.5)], "overfits"),
        ([(0, 5.0), (1, 4.0), (2, 4.05)], "improves"),
    ],
)
def test_a_run_is_named_for_how_it_goes(series, state):
    assert judge(series).state == state


def test_few_clips_decide_nothing_but_a_loss_that_is_no_number_does():
    improving = [(0, 5.0), (1, 4.0)]
    few = judge(improving, clips=FEWEST_CLIPS - 1)
    assert few.state == "not_measured"
    assert few.best_at == 1
    assert "5 evaluation clips are too few" in few.sentence
    assert judge(improving, clips=FEWEST_CLIPS).state == "improves"
    assert judge([(0, 5.0), (1, math.nan)], clips=1).state == "falls_apart"


def test_learning_nothing_is_said():
    assert "No measurable improvement" in judge([(0, 5.0), (1, 5.0)]).sentence


def test_patience_counts_evaluations_without_a_gain():
    patience = Patience(2, 0.01)
    assert not patience.exhausted([5.0, 4.0, 3.0])
    assert not patience.exhausted([5.0, 4.0, 4.5])
    assert patience.exhausted([5.0, 4.0, 4.5, 4.6])
    assert patience.exhausted([5.0, 4.0, 3.995, 3.992])
    assert not Patience(0, 0.01).exhausted([1.0, 2.0, 3.0, 4.0])
