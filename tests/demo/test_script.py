"""The script must have what the demo is to show."""

from collections import Counter

from curator.demo.script import HOST, read_script
from curator.domain.emotion import EmotionSet, read_category_set
from curator.domain.resources import resources


def test_every_category_of_the_quiz_show_is_spoken_several_times():
    categories = EmotionSet.from_toml(read_category_set(resources() / "categories", "quiz_show"))
    spoken = Counter(line.category for line in read_script().lines(0) if line.speaker == HOST)
    assert set(spoken) == set(categories.keys)
    assert min(spoken.values()) >= 3


def test_contestants_have_no_category():
    assert all((line.category is None) == (line.speaker != HOST) for line in read_script().lines(0))


def test_there_are_about_thirty_turns_of_the_host_and_six_answers():
    lines = read_script().lines(0)
    assert 25 <= sum(line.speaker == HOST for line in lines) <= 30
    assert 5 <= sum(line.speaker != HOST for line in lines) <= 8


def test_another_seed_shuffles_the_rounds_and_loses_nothing():
    script = read_script()
    assert script.lines(3) != script.lines(0)
    assert sorted(script.lines(3), key=repr) == sorted(script.lines(0), key=repr)
    assert script.lines(3) == script.lines(3)
    assert {script.lines(seed)[0].section for seed in range(9)} == {"opening"}
    assert {script.lines(seed)[-1].section for seed in range(9)} == {"closing"}
