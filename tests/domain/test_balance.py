import pytest

from curator.domain.balance import CategoryBalance, balance
from curator.domain.decision import State
from curator.domain.emotion import Emotion, EmotionSet
from curator.domain.resources import resources
from tests.helpers.factories import a_clip

QUIZ = EmotionSet.from_toml(
    (resources() / "categories" / "quiz_show.toml").read_text(encoding="utf-8")
)


def clips(emotion, count, state=State.KEPT, seconds=6.0, first=1):
    return [a_clip(first + i, emotion=emotion, state=state, seconds=seconds) for i in range(count)]


def of(found, key):
    return next(each for each in found.categories if each.key == key)


def test_shortfalls_are_told_in_words():
    found = balance(clips("confirmation", 2, seconds=30.0), QUIZ)
    assert of(found, "confirmation").shortfall() == "confirmation needs 13 more clips"
    assert "greeting needs 15 more clips and 1.0 more minutes" in found.shortfalls()


def test_one_clip_is_one_clip():
    found = balance(clips("tension", 14), QUIZ)
    assert of(found, "tension").shortfall() == "tension needs 1 more clip"


def test_a_category_may_lack_minutes_only():
    found = balance(clips("tension", 15, seconds=2.0), QUIZ)
    assert of(found, "tension").shortfall() == "tension needs 0.5 more minutes"
    assert not of(found, "tension").is_reached


def test_undecided_clips_are_counted_apart_and_offered():
    kept = clips("tension", 5, seconds=12.0)
    found = balance([*kept, *clips("tension", 1, State.UNDECIDED)], QUIZ)
    tension = of(found, "tension")
    assert (tension.clips, tension.undecided) == (5, 1)
    assert tension.undecided_minutes == pytest.approx(0.1)
    assert tension.shortfall() == "tension needs 10 more clips; 1 undecided clip"


def test_dropped_clips_count_nowhere():
    found = balance(clips("tension", 20, State.DROPPED), QUIZ)
    assert (found.clips, found.undecided, found.minutes) == (0, 0, 0.0)


def test_a_set_is_reached_when_every_category_is():
    enough = [clip for key in QUIZ.keys for clip in clips(key, 15)]
    found = balance(enough, QUIZ)
    assert found.is_reached
    assert found.shortfalls() == ()
    assert found.clips == 15 * len(QUIZ.keys)
    assert found.minutes == pytest.approx(1.5 * len(QUIZ.keys))


def test_clips_without_a_category_are_counted_and_lack_nothing():
    found = balance([*clips(None, 3), *clips("gone from the set", 2, first=10)], QUIZ)
    assert found.uncategorised.clips == 5
    assert found.uncategorised.shortfall() == ""
    assert found.clips == 5


def test_lines_are_for_people():
    found = balance([*clips("tension", 5), *clips(None, 1, State.UNDECIDED)], QUIZ)
    lines = found.counts()
    assert "Tension: 5 of 15 clips, 0.5 minutes" in lines
    assert "No category: 0 clips, 0.0 minutes, 1 undecided" in lines
    assert "5 clips kept, 0.5 minutes." in lines
    assert "tension needs 10 more clips and 0.5 more minutes" in found.shortfalls()[2]


def test_an_empty_project_lacks_everything():
    found = balance([], QUIZ)
    assert len(found.shortfalls()) == len(QUIZ.keys)
    assert "No category" not in " ".join(found.counts())


@pytest.mark.parametrize("minutes", [0.0, 0.44, 0.45, 0.5, 0.999, 1.0])
def test_shown_and_missing_minutes_make_up_the_target(minutes: float):
    emotion = Emotion("calm", "Calm", "#000000", "1", 15, 1.0)
    row = CategoryBalance(emotion, 1, minutes, 0, 0.0)
    assert round(row.counted_minutes + row.shown_minutes, 6) == 1.0
