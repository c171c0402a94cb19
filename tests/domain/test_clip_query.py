import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.clip_query import (
    MAX_TERMS,
    SCORE_KEYS,
    Compared,
    InRecording,
    Not,
    Numbered,
    OneOf,
    Query,
    Words,
    fold,
    parse,
)
from curator.domain.decision import State
from curator.domain.errors import WrongQuery
from curator.domain.fact import Edges, MapPoint
from tests.helpers.factories import a_clip, a_finding
from tests.helpers.queries import queries


@given(queries())
def test_a_query_typed_again_means_the_same(query):
    assert parse(str(query)) == query


@given(st.text(alphabet='ab-":<>=!,\\ \n1.é_' + "snrtate", max_size=30))
@settings(max_examples=300)
def test_whatever_is_typed_is_understood_or_refused_with_a_column_inside(text):
    try:
        query = parse(text)
    except WrongQuery as wrong:
        column = wrong.column
    else:
        column = 1
        assert parse(str(query)) == query
    assert 1 <= column <= len(text) + 1


def test_every_term_is_understood():
    typed = (
        'hello "two words" -drop state:kept,dropped emotion:none finding:any recording:"my show" '
        "language:en cluster:-1,3 id:1,2 has:map snr>20 duration <= 3.5 -start!=1e2"
    )
    assert parse(typed).terms == (
        Words("hello"),
        Words("two words"),
        Not(Words("drop")),
        OneOf("state", ("kept", "dropped")),
        OneOf("emotion", ("none",)),
        OneOf("finding", ("any",)),
        InRecording("my show"),
        OneOf("language", ("en",)),
        Numbered("cluster", (-1, 3)),
        Numbered("id", (1, 2)),
        OneOf("has", ("map",)),
        Compared("snr", ">", 20.0),
        Compared("duration", "<=", 3.5),
        Not(Compared("start", "!=", 100.0)),
    )


def test_nothing_typed_asks_for_every_clip():
    assert parse("  \t ") == Query()
    assert parse("").matches(a_clip())


def test_names_of_filters_and_their_values_may_be_in_any_case():
    assert parse("State:KEPT SNR>3") == parse("state:kept snr>3")


def test_a_time_of_day_is_just_a_word():
    assert parse("10:30") == Query((Words("10:30"),))


def test_quotation_marks_inside_a_quotation_are_escaped():
    assert parse(r'"say \"hi\" \\ now"') == Query((Words(r'say "hi" \ now'),))


@pytest.mark.parametrize(
    ("typed", "column", "said"),
    [
        ("emotoin:angry", 1, "Did you mean emotion?"),
        ("hello snt>3", 7, "Did you mean snr?"),
        ("state:keept", 7, "Did you mean kept?"),
        ("xyz:1", 1, "There are: state"),
        ("snr>", 5, "needs a number, not nothing"),
        ("snr>loud", 5, "needs a number, not 'loud'"),
        ("snr>1e999", 5, "needs a number"),
        ("snr>nan", 5, "needs a number"),
        ('a "never closed', 3, "never closed"),
        ('say"so"', 4, "Put a space"),
        ('"a""b"', 1, "Put a space"),
        ("a - b", 3, "directly before"),
        ('""', 1, "nothing between"),
        ('recording:""', 11, "nothing between"),
        ("state:", 7, "needs a value"),
        ("id:12,x", 4, "whole numbers, not 'x'"),
        ("id:99999999999999999999", 4, "whole numbers"),
        ("cluster:1.5", 9, "whole numbers"),
        ("language:english", 10, "two letters"),
        ("has:wings", 5, "There are: text"),
        ("finding:a=b", 9, "needs a word"),
    ],
)
def test_a_wrong_query_says_where_and_what(typed, column, said):
    with pytest.raises(WrongQuery) as caught:
        parse(typed)
    assert caught.value.column == column
    assert f"(at column {column})" in caught.value.sentence
    assert said in str(caught.value)


def test_emotions_and_findings_are_checked_when_they_are_known():
    with pytest.raises(WrongQuery, match="Did you mean tension"):
        parse("emotion:tensoin", emotions=["greeting", "tension"])
    with pytest.raises(WrongQuery, match="Did you mean clipped"):
        parse("finding:cliped", findings=["clipped"])
    assert parse("emotion:none finding:any", emotions=[], findings=[])


def test_only_scores_that_exist_can_be_asked_for():
    assert parse("shine>3", score_keys={*SCORE_KEYS, "shine"})
    with pytest.raises(WrongQuery):
        parse("shine>3")


def test_a_query_has_a_limit():
    with pytest.raises(WrongQuery, match="at most"):
        parse("a " * (MAX_TERMS + 1))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("arvizturo", "Árvíztűrő tükörfúrógép"),
        ("ARVIZ", "árvíztűrő"),
        ("árvíz", "ARVIZTURO"),
        ("strasse", "Straße"),
        ("fine", "ﬁne"),
        ("istanbul", "İstanbul"),
        ('"two words"', "some TWO WORDS here"),
        ("elcome", "Welcome"),
    ],
)
def test_text_is_found_whatever_its_case_and_accents(typed, text):
    assert parse(typed).matches(a_clip(text=text))
    assert not parse(f"-{typed}").matches(a_clip(text=text))


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


CLIP = a_clip(
    12,
    seconds=4.0,
    start_s=10.0,
    text="Welcome",
    state=State.KEPT,
    emotion="greeting",
    recording="Show One.wav",
    scores={"snr": 20.0, "speaker_similarity": 0.9},
    findings=[a_finding("clipped")],
    edges=Edges(0, 0, None, None),
    map=MapPoint(0.0, 1.0, 3),
)
BARE = a_clip(13, text="")


@pytest.mark.parametrize(
    "typed",
    [
        "state:kept",
        "state:dropped,kept",
        "-state:undecided",
        "emotion:tension,greeting",
        "-emotion:none",
        "finding:clipped",
        "finding:any",
        "-finding:none",
        "-finding:cut_word",
        'recording:"show one"',
        "language:en",
        "cluster:3",
        "id:12",
        "has:text has:words has:transcript has:edges has:map has:voice has:emotion",
        "-has:correction",
        "snr>19 snr>=20 snr<21 snr<=20 snr=20 snr!=19",
        "duration=4 start=10 confidence=0.9",
        "speaker_similarity>0.8",
    ],
)
def test_a_clip_matches_what_it_is(typed):
    assert parse(typed).matches(CLIP)


@pytest.mark.parametrize(
    "typed",
    ["snr>0", "snr<0", "snr!=0", "cluster:0", "has:text", "has:map", "has:voice", "finding:any"],
)
def test_a_clip_without_the_thing_asked_for_does_not_match(typed):
    assert not parse(typed).matches(BARE)
    assert parse(f"-{typed}").matches(BARE)
