from curator.domain.decision import (
    PROJECT,
    Field,
    State,
    choose_voice,
    correct_text,
    drop,
    give_emotion,
    keep,
    recut,
    undecide,
)
from curator.domain.span import Span


def test_keeping_says_how_many_clips():
    assert keep([3]).label == "Keep (clip 3)"
    assert keep([3, 4]).label == "Keep (2 clips)"


def test_keeping_dropping_and_undeciding_are_about_the_state():
    assert keep([1, 2]).after == {1: State.KEPT, 2: State.KEPT}
    assert drop([1]).after == {1: State.DROPPED}
    assert undecide([1]).after == {1: None}
    assert {keep([1]).field, drop([1]).field, undecide([1]).field} == {Field.STATE}


def test_giving_an_emotion_names_it():
    edit = give_emotion([1, 2], "tension")
    assert (edit.label, edit.field) == ("Set category: tension (2 clips)", Field.EMOTION)
    assert edit.after == {1: "tension", 2: "tension"}


def test_an_emotion_can_be_taken_back():
    edit = give_emotion([1], None)
    assert (edit.label, edit.after) == ("Clear category (clip 1)", {1: None})


def test_correcting_text_takes_any_iterable_of_clips():
    edit = correct_text(iter([4, 5]), "hello")
    assert (edit.label, edit.field) == ("Correct text (2 clips)", Field.TEXT)
    assert edit.after == {4: "hello", 5: "hello"}


def test_recutting_holds_both_edges_and_none_goes_back_to_the_cut():
    assert recut(7, Span(10, 20)).after == {7: (10, 20)}
    assert recut(7, None).after == {7: None}
    assert recut(7, None).field is Field.SPAN


def test_a_voice_is_a_decision_about_the_project():
    edit = choose_voice([3, 9], "clip 3 and 9")
    assert (edit.label, edit.field) == ("Set reference voice: clip 3 and 9", Field.VOICE)
    assert edit.after == {PROJECT: "3,9"}
