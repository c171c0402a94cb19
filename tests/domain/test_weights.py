import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.domain.weights import MAX_WEIGHT, Weights

SIZES = {"neutral": 40, "tension": 10, "greeting": 0}


def test_as_they_are_every_clip_is_heard_once():
    assert Weights().sampling_weights(SIZES) == {"neutral": 1.0, "tension": 1.0}
    assert Weights().to_json() is None


def test_at_temperature_0_all_categories_are_heard_equally_often():
    heard = Weights(0.0).sampling_weights(SIZES)
    assert heard["neutral"] * 40 == pytest.approx(heard["tension"] * 10)


def test_between_them_thin_categories_are_heard_a_little_more_often():
    assert Weights(0.5).sampling_weights(SIZES)["tension"] == pytest.approx(2.0)


def test_a_category_may_be_heard_more_often_than_that():
    assert Weights(1.0, {"tension": 3.0}).sampling_weights(SIZES) == {
        "neutral": 1.0,
        "tension": 3.0,
    }


def test_no_clip_is_heard_more_often_than_the_trainer_allows():
    assert Weights(0.0).sampling_weights({"a": 1000, "b": 1})["b"] == MAX_WEIGHT


def test_no_clips_have_no_weights():
    assert Weights(0.0).sampling_weights({}) == {}


@given(
    st.floats(0.0, 1.0),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.floats(0.1, MAX_WEIGHT), max_size=3),
)
def test_what_is_written_is_read_again(temperature, by_category):
    weights = Weights(temperature, {k: v for k, v in by_category.items() if v != 1.0})
    assert Weights.from_json(weights.to_json()) == weights.checked()


@pytest.mark.parametrize(
    "weights",
    [Weights(-0.1), Weights(1.1), Weights(1.0, {"a": 0.0}), Weights(1.0, {"a": 9.0})],
)
def test_weights_that_cannot_be_are_refused(weights):
    with pytest.raises(CuratorError):
        weights.checked()


def test_something_else_is_no_weights():
    with pytest.raises(CuratorError):
        Weights.from_json("[1]")


def test_weights_follow_their_category():
    weights = Weights(0.5, {"a": 2.0, "b": 3.0})
    assert weights.moved({"a": "c"}) == Weights(0.5, {"b": 3.0, "c": 2.0})
    assert weights.moved({"a": "b"}) == Weights(0.5, {"b": 3.0})
    assert weights.moved({"a": None}) == Weights(0.5, {"b": 3.0})
    assert weights.moved({}) is weights
