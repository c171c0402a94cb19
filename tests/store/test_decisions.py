import json

import pytest

from curator.domain.decision import (
    PROJECT,
    Changes,
    Edit,
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
from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.store.project import Project
from tests.helpers.factories import a_recording, say, some_clips


def test_dropping_a_clip_keeps_its_corrected_text(project):
    clip = project.clips.ids()[0]
    say(project, clip, "helo")
    project.decisions.apply(correct_text([clip], "hello"))
    project.decisions.apply(drop([clip]))
    seen = project.clips.get(clip)
    assert (seen.text, seen.machine_text, seen.text_decided) == ("hello", "helo", True)
    assert seen.state is State.DROPPED


def test_a_batch_is_one_edit(project):
    clips = project.clips.ids()
    changes = project.decisions.apply(give_emotion(clips, "tension"))
    assert changes == Changes(tuple(clips), Field.EMOTION, "Set category: tension (6 clips)")
    assert project.decisions.undo() == changes
    assert {clip.emotion for clip in project.clips.find()} == {None}
    assert project.decisions.undo() is None


def test_an_edit_that_changes_nothing_is_not_noted(project):
    first, second, *_ = project.clips.ids()
    project.decisions.apply(keep([first]))
    before = project.decisions.history()
    assert project.decisions.apply(keep([first])).clips == ()
    assert project.decisions.apply(undecide([second])).clips == ()
    assert project.decisions.apply(recut(second, None)).clips == ()
    assert project.decisions.history() == before


def test_an_edit_that_changes_nothing_does_not_abandon_what_was_undone(project):
    first, *_ = project.clips.ids()
    project.decisions.apply(keep([first]))
    project.decisions.undo()
    project.decisions.apply(undecide([first]))
    assert project.decisions.redo_label() == f"Keep (clip {first})"


def test_changes_name_only_the_clips_that_changed(project):
    first, second, *_ = project.clips.ids()
    project.decisions.apply(keep([first]))
    assert project.decisions.apply(keep([first, second])).clips == (second,)
    project.decisions.undo()
    assert project.clips.get(first).state is State.KEPT


def test_undo_and_redo_go_on_after_the_program_ended(project):
    clip = project.clips.ids()[0]
    project.decisions.apply(keep([clip]))
    project.decisions.apply(give_emotion([clip], "neutral"))
    project.decisions.undo()
    project.close()
    with Project.open(project.path) as again:
        assert again.decisions.undo_label() == f"Keep (clip {clip})"
        assert again.decisions.redo_label() == f"Set category: neutral (clip {clip})"
        again.decisions.redo()
        assert again.clips.get(clip).emotion == "neutral"
        assert again.decisions.redo() is None
        assert again.decisions.redo_label() is None


def test_a_new_edit_abandons_what_was_undone_but_the_journal_keeps_it(project):
    clip = project.clips.ids()[0]
    project.decisions.apply(keep([clip]))
    project.decisions.undo()
    project.decisions.apply(drop([clip]))
    assert project.decisions.redo() is None
    assert [(e.label, e.state, e.clips) for e in project.decisions.history()] == [
        (f"Drop (clip {clip})", "done", 1),
        (f"Keep (clip {clip})", "abandoned", 1),
    ]


def test_history_shows_the_latest_first_and_no_more_than_asked(project):
    for clip in project.clips.ids():
        project.decisions.apply(keep([clip]))
    latest = project.decisions.history(limit=2)
    assert [entry.id for entry in latest] == [6, 5]
    assert latest[0].made_at.endswith("+00:00")


def test_moving_edges_moves_the_clip_and_taking_it_back_restores_the_cut(project):
    clip = project.clips.ids()[0]
    cut = project.clips.get(clip).span
    project.decisions.apply(recut(clip, Span(5, 70_000)))
    assert project.clips.get(clip).span == Span(5, 70_000)
    assert project.clips.spans([clip])[0][2] == Span(5, 70_000)
    project.decisions.apply(recut(clip, None))
    assert project.clips.get(clip).span == cut
    project.decisions.undo()
    assert project.clips.get(clip).span == Span(5, 70_000)


def test_the_voice_is_chosen_and_taken_back(project):
    first, second, *_ = project.clips.ids()
    assert project.decisions.voice() == ()
    changes = project.decisions.apply(choose_voice([second, first, second], "the host"))
    assert changes == Changes((PROJECT,), Field.VOICE, "Set reference voice: the host")
    assert project.decisions.voice() == (second, first)
    assert project.decisions.apply(choose_voice([second, first], "the host")).clips == ()
    assert project.decisions.history()[0].clips == 0
    project.decisions.undo()
    assert project.decisions.voice() == ()
    project.decisions.redo()
    assert project.decisions.voice() == (second, first)


def test_an_empty_choice_of_voice_is_none(project):
    project.decisions.apply(choose_voice([1], "clip 1"))
    project.decisions.apply(choose_voice([], "nobody"))
    assert project.decisions.voice() == ()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (keep([1, 99]), "There is no clip 99"),
        (give_emotion([1], "tensoin"), "no category 'tensoin'. Choose one of: greeting"),
        (Edit("Odd", Field.STATE, {1: "lost"}), "kept, dropped or undecided, not 'lost'"),
        (Edit("Odd", Field.STATE, {1: (1, 2)}), "kept, dropped or undecided"),
        (Edit("Odd", Field.TEXT, {1: (1, 2)}), "must be text"),
        (correct_text([1], "half \ud800 of it"), "half a character"),
        (correct_text([1], "no\x00thing"), "zero character"),
        (recut(1, Span(0, 3600 * 22_050 + 1)), "inside its recording of 79380000 samples"),
        (recut(1, Span(7, 7)), "must start before it stops"),
        (Edit("Odd", Field.SPAN, {1: "5,6"}), "must start before it stops"),
        (choose_voice([99], "nobody"), "There is no clip 99"),
        (Edit("Odd", Field.VOICE, {PROJECT: "one"}), "by the numbers of its clips"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_a_sentence_and_nothing_is_done(project, edit, said):
    before = project.decisions.state_hash()
    with pytest.raises(CuratorError) as caught:
        project.decisions.apply(edit)
    assert said in str(caught.value)
    assert project.decisions.state_hash() == before
    assert project.decisions.history() == []


def test_one_wrong_clip_of_a_batch_refuses_the_whole_batch(project):
    with pytest.raises(CuratorError):
        project.decisions.apply(keep([*project.clips.ids(), 1000]))
    assert {clip.state for clip in project.clips.find()} == {State.UNDECIDED}


def test_undecided_can_be_said_as_a_state(project):
    project.decisions.apply(keep([1]))
    project.decisions.apply(Edit("Undecide", Field.STATE, {1: State.UNDECIDED}))
    assert project.clips.get(1).state is State.UNDECIDED


def test_decisions_of_several_kinds_about_one_clip_are_independent(project):
    clip = project.clips.ids()[0]
    project.decisions.apply(keep([clip]))
    project.decisions.apply(give_emotion([clip], "tension"))
    project.decisions.apply(correct_text([clip], ""))
    project.decisions.apply(undecide([clip]))
    seen = project.clips.get(clip)
    assert (seen.state, seen.emotion, seen.text, seen.text_decided) == (
        State.UNDECIDED,
        "tension",
        "",
        True,
    )


def test_a_reader_cannot_decide(project):
    with (
        Project.open(project.path, write=False) as reader,
        pytest.raises(CuratorError, match="for reading only"),
    ):
        reader.decisions.apply(keep([1]))


def test_many_edits_can_be_undone_and_redone_all_the_way(project):
    clip = project.clips.ids()[0]
    states = [project.decisions.state_hash()]
    with project.writing(bulk=True):
        for number in range(300):
            project.decisions.apply(correct_text([clip], f"version {number}"))
            states.append(project.decisions.state_hash())
    with project.writing(bulk=True):
        for state in reversed(states[:-1]):
            project.decisions.undo()
            assert project.decisions.state_hash() == state
        for state in states[1:]:
            project.decisions.redo()
            assert project.decisions.state_hash() == state


def test_the_journal_says_what_was_there_before(project):
    clip = project.clips.ids()[0]
    project.decisions.apply(keep([clip]))
    project.decisions.apply(drop([clip]))
    row = project._database.read("SELECT before, after FROM edit WHERE id = 2").fetchone()
    assert [json.loads(text) for text in row] == [{str(clip): "kept"}, {str(clip): "dropped"}]


def test_emotions_of_another_recording_are_no_concern_of_an_edit(project):
    other = some_clips(project, a_recording(project), 3)
    project.decisions.apply(give_emotion(other, "neutral"))
    assert [c.emotion for c in project.clips.find()] == [None] * 6 + ["neutral"] * 3
