import random
import struct
from dataclasses import replace

import pytest

from curator.domain.balance import balance
from curator.domain.decision import State
from curator.domain.emotion import EmotionSet, read_category_set
from curator.domain.fact import Suggestion
from curator.domain.lengths import Lengths
from curator.domain.letters import Coverage, letters_of
from curator.domain.planner import LabellingPlanner, PlanClip
from curator.domain.resources import resources
from curator.domain.target import read_target
from tests.helpers.factories import a_clip

EMOTIONS = EmotionSet.from_toml(read_category_set(resources() / "categories", "quiz_show"))
TARGET = read_target("xtts_v2")
KEPT, DROPPED, UNDECIDED = State.KEPT, State.DROPPED, State.UNDECIDED


def a_planner(*clips, language="en"):
    planner = LabellingPlanner(EMOTIONS, TARGET, language)
    planner.put(clips)
    return planner


def clip(number, emotion="neutral", state=KEPT, seconds=4.0, text=None):
    return PlanClip(number, seconds, state, emotion, f"Text {number}." if text is None else text)


def test_a_thin_category_is_told_with_the_likely_clips_that_wait():
    planner = a_planner(*(clip(i, "confirmation", seconds=6.0) for i in range(2)))
    planner.put(clip(10 + i, None, UNDECIDED) for i in range(9))
    planner.suggest({10 + i: Suggestion("confirmation", 0.7, "") for i in range(9)})
    words = next(w for w in planner.plan().shortfalls() if w.startswith("Confirmation"))
    assert words == "Confirmation needs 13 more clips and 0.8 more minutes; 9 suggested clips."


def test_what_is_improbable_decided_or_dropped_does_not_wait():
    planner = a_planner(clip(1, None, UNDECIDED), clip(2, None, DROPPED), clip(3), clip(4, None))
    planner.suggest({i: Suggestion("tension", 0.9, "") for i in (1, 2, 3)})
    assert planner.plan().waiting == {"tension": 1}
    planner.suggest({4: Suggestion("tension", 0.4, ""), 99: Suggestion("tension", 0.9, "")})
    assert planner.plan().waiting == {}
    planner.suggest({1: Suggestion("tension", 0.9, "")})
    planner.put([clip(1, "tension", UNDECIDED)])
    assert planner.plan().waiting == {}
    planner.take([1])
    planner.put([clip(1, None, UNDECIDED)])
    assert planner.plan().waiting == {"tension": 1}


def test_the_thinnest_category_is_the_farthest_from_its_target():
    planner = a_planner(clip(1, "tension"), clip(2, "tension"), clip(3, "greeting"))
    assert planner.plan().thinnest.key == "question"
    rich = (
        clip(100 * k + i, key, seconds=6.0)
        for k, key in enumerate(EMOTIONS.keys)
        for i in range(15)
    )
    full = a_planner(*rich)
    assert full.plan().thinnest is None
    assert full.plan().sentences()[0] == "All category targets are reached."


def test_short_sentences_that_are_lacking_are_counted():
    planner = a_planner(*(clip(i, seconds=5.0) for i in range(17)))
    lengths = planner.plan().lengths
    assert (lengths.clips, lengths.short, lengths.lacking_short) == (17, 0, 3)
    assert "keep 3 more of them" in planner.plan().lengths.sentences()[0]
    planner.put(clip(20 + i, seconds=2.0) for i in range(3))
    assert planner.plan().lengths.lacking_short == 0
    planner.put([clip(30, seconds=60.0), clip(31, seconds=0.1)])
    assert planner.plan().lengths.sentences()[1].startswith("2 kept clips are outside 0.5 to 11.6")
    assert Lengths((0,) * 12, 0, 0, TARGET).sentences() == ()


def test_each_family_says_what_is_short_for_it():
    planner = LabellingPlanner(EMOTIONS, read_target("chatterbox"), "en")
    planner.put(clip(i, seconds=2.5) for i in range(17))  # short for XTTS, where nothing would lack
    lengths = planner.plan().lengths
    assert (lengths.short, lengths.lacking_short) == (0, 3)
    assert "shorter than 2 s; Chatterbox needs 15%" in lengths.sentences()[0]
    planner.put(clip(20 + i, seconds=1.2) for i in range(3))
    assert planner.plan().lengths.lacking_short == 0


def test_letters_that_are_never_or_seldom_heard_are_named():
    covered = a_planner(*(clip(i, text="Quick brown foxes jump.") for i in range(12)))
    coverage = covered.plan().coverage
    assert {"a", "g", "th"} <= set(coverage.missing)
    assert "q" not in coverage.missing
    assert coverage.sentence().startswith("Not covered: a,")
    seldom = a_planner(clip(1, text="zzz"), language="en-GB").plan().coverage
    assert seldom.seldom == (("z", 3),)
    assert "z (3)" in seldom.sentence()
    assert Coverage((("a", 10),)).sentence().startswith("All letters")
    assert a_planner(clip(1), language="xx").plan().coverage.sentence() == ""
    nothing_kept = a_planner(clip(1, state=UNDECIDED)).plan().sentences()
    assert not any(words.startswith("Not covered") for words in nothing_kept)


ALPHABETIC = {*"cs da de el en es fi fr hu it ms nl no pl pt ru sv sw tr vi".split()}  # noqa: SIM905
LANGUAGES = sorted(
    (key, language)
    for key in ("xtts_v2", "chatterbox")
    for language in read_target(key).alphabets
    if letters_of(language).names
)


def test_all_languages_with_an_alphabet_that_a_family_speaks_have_letters():
    assert {language for _, language in LANGUAGES} >= ALPHABETIC


@pytest.mark.parametrize(("target", "language"), LANGUAGES)
def test_every_language_of_the_targets_has_its_letters(target, language):
    names = letters_of(language).names
    assert len(names) >= 21
    assert len(set(names)) == len(names)
    letters = "".join(name for name in names if not name.startswith("tone "))
    assert set(letters) - {"/"} <= read_target(target).alphabets[language]


def heard(language, text):
    letters = letters_of(language)
    return {
        name: times
        for name, times in zip(letters.names, letters.counted(text), strict=True)
        if times
    }


def test_a_letter_of_two_signs_is_not_counted_as_each_of_them():
    found = heard("hu", "Egészség, dzsessz")
    assert found == {"e": 2, "g": 2, "s": 1, "é": 2, "dzs/ddzs": 1, "sz/ssz": 2}
    assert heard("en", "Joy, boil") == {
        "j": 1, "o": 2, "y": 1, "b": 1, "i": 1, "l": 1, "oi/oy": 2,
    }  # fmt: skip


def test_long_vowels_are_letters_of_their_own_however_they_are_written():
    composed, apart = "tűzőgép", "tu\u030bzo\u030bge\u0301p"
    assert heard("hu", composed) == heard("hu", apart)
    assert {"ű", "ő", "é"} <= heard("hu", apart).keys()
    assert not {"u", "o", "e"} & heard("hu", apart).keys()


def test_tones_are_counted_and_their_letters_are_those_without_them():
    assert heard("vi", "Nghỉ quá!") == {
        "ng/ngh": 1,
        "i": 1,
        "qu": 1,
        "a": 1,
        "tone hỏi": 1,
        "tone sắc": 1,
    }
    found = heard("vi", "Người Việt đến, mẹ đã chờ 12 năm.")
    tones = {name: times for name, times in found.items() if name.startswith("tone")}
    assert tones == {
        "tone ngang": 1, "tone huyền": 2, "tone nặng": 2, "tone sắc": 1, "tone ngã": 1,
    }  # fmt: skip
    assert found["ươ/ưa"] == found["iê/yê/ia"] == 1
    missing = a_planner(clip(1, text="Chào anh."), language="vi").plan().coverage.missing
    assert {"tone sắc", "tone nặng", "đ", "tr"} <= set(missing)


def voice(direction, turned=0.0):
    values = [0.0] * 256
    values[direction], values[direction + 1] = 1.0, turned
    return struct.pack("<256f", *values)


def test_what_is_said_twice_and_what_is_there_twice_is_told_apart():
    planner = a_planner(
        clip(1, text="Well done!"),
        clip(2, text="well, done", seconds=4.1),
        clip(3, text="Well done.", seconds=9.0),
        clip(4, text="Something else"),
        clip(5, text="well done", state=DROPPED),
        clip(6, text=""),
        clip(7, text="?!"),
    )
    assert planner.repeated == {1, 2, 3}
    (twins,) = planner.plan().twins
    assert (twins.clips, twins.sounds) == ((1, 2, 3), ())
    assert "2 clips have the same text as another clip." in planner.plan().sentences()
    planner.hear([(1, voice(0)), (2, voice(0, 0.1)), (3, voice(0))])
    (twins,) = planner.plan().twins
    assert twins.sounds == (1, 2)
    said = [words for words in planner.plan().sentences() if "same text" in words]
    assert said == ["2 clips have the same text as another clip, 1 of them with the same audio."]
    planner.hear([(2, voice(8))])
    assert planner.plan().twins[0].sounds == ()
    planner.take([2, 3])
    assert planner.plan().twins == ()


def test_an_export_weighs_what_its_samples_do():
    planner = a_planner(clip(1, seconds=10.0), clip(2, seconds=5.0, state=UNDECIDED))
    assert planner.plan().bytes == 10 * 22_050 * 2 + 44
    assert "Export size: 0.4 MB." in planner.plan().sentences()
    assert not any("weigh" in words for words in a_planner().plan().sentences())


def test_counts_follow_any_changes_as_if_counted_anew():
    chance = random.Random(5)
    planner = a_planner()
    there = {}
    for _ in range(400):
        number = chance.randrange(40)
        if number in there and chance.random() < 0.2:
            del there[number]
            planner.take([number])
            continue
        there[number] = PlanClip(
            number,
            chance.choice([0.2, 1.5, 4.0, 30.0]),
            chance.choice([KEPT, DROPPED, UNDECIDED]),
            chance.choice([*EMOTIONS.keys, "gone", None]),
            chance.choice(["", "One two.", "one, two", "Three"]),
        )
        planner.put([there[number]])
    anew = a_planner(*there.values()).plan()
    ours = planner.plan()
    assert replace(ours, balance=anew.balance) == anew
    counted = balance(
        [
            a_clip(
                each.id, seconds=each.seconds, rate=10_000, state=each.state, emotion=each.emotion
            )
            for each in there.values()
        ],
        EMOTIONS,
    )
    for mine, theirs in zip(
        (*ours.balance.categories, ours.balance.uncategorised),
        (*counted.categories, counted.uncategorised),
        strict=True,
    ):
        assert (mine.clips, mine.undecided) == (theirs.clips, theirs.undecided)
        assert mine.minutes == pytest.approx(theirs.minutes, abs=1e-6)
