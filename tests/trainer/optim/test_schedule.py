import pytest

from trainer.optim.schedule import learning_rate
from trainer.sections import Sched


def rates(total, **settings):
    return [learning_rate(step, total, 1e-3, Sched(**settings)) for step in range(total)]


def test_cosine_warms_up_and_ends_at_its_share_of_the_peak():
    found = rates(100, kind="cosine", warmup=0.1, min_lr=0.1)
    assert found[0] == pytest.approx(1e-4, abs=1e-12)
    assert found[9] == pytest.approx(1e-3, abs=1e-12)
    assert found[10] == pytest.approx(1e-3, abs=1e-12)
    assert found[-1] == pytest.approx(1e-4, abs=1e-12)
    assert found[10:] == sorted(found[10:], reverse=True)


def test_constant_stays_after_the_warm_up_and_stock_has_none():
    assert rates(10, kind="constant", warmup=0.2) == [5e-4] + [1e-3] * 9
    assert rates(10, kind="stock", warmup=0.2) == [1e-3] * 10


def test_the_default_is_the_one_that_is_best_on_the_bench():
    assert Sched().kind == "constant"


def test_one_step_is_a_schedule():
    assert rates(1, warmup=0.0)[0] == pytest.approx(1e-3)
