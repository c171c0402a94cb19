"""Another project into this one: nothing twice, the labels of both, one undo."""

import shutil

import pytest

from curator.domain.decision import (
    Field,
    correct_text,
    drop,
    give_emotion,
    keep,
    recut,
)
from curator.domain.errors import CuratorError
from curator.domain.merging import Rule
from curator.domain.progress import NoProgress
from curator.domain.span import Span
from curator.domain.splitting import split
from curator.jobs.context import JobContext
from curator.jobs.merging import merge, plan_merge
from curator.store.project import Project
from tests.helpers.factories import a_finding, score
from tests.helpers.sets import CLIPS, a_set, file_of, imported, truth

FORMS = ("mp3", "ogg", "resampled", "quiet")


def planned(project, path, **rights):
    return plan_merge(JobContext.at_once(project, NoProgress()), path, **rights)


def merged(project, path, rule=Rule.MINE, choices=None):
    work = JobContext.at_once(project, NoProgress())
    return merge(work, plan_merge(work, path).decided(rule, choices))


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """Both sets, made once and copied for every test; the recordings stay where they are."""
    folder = tmp_path_factory.mktemp("templates")
    a_set(folder, "mine", [(seed, "wav") for seed in range(1, 6)]).close()
    shows = [(5, "wav"), *((seed, "wav") for seed in range(6, 10))]
    with a_set(folder, "theirs", shows) as project:
        project.decisions.apply(keep(project.clips.ids()))
        project.decisions.apply(give_emotion(project.clips.ids(), "tension"))
    return folder


@pytest.fixture
def mine(templates, tmp_path):
    """Five shows of four clips."""
    shutil.copytree(templates / "mine.curator", tmp_path / "mine.curator")
    with Project.open(tmp_path / "mine.curator") as project:
        yield project


@pytest.fixture
def theirs(templates, tmp_path):
    """Five shows, of which one is the same file as one of mine; labels on all clips."""
    shutil.copytree(templates / "theirs.curator", tmp_path / "theirs.curator")
    with Project.open(tmp_path / "theirs.curator") as project:
        yield project


@pytest.mark.parametrize("form", ["wav", *FORMS])
def test_a_fifth_of_shared_sound_comes_only_once(tmp_path, mine, form):
    shows = [(5, form), *((seed, "wav") for seed in range(6, 10))]
    with a_set(tmp_path, "theirs", shows) as theirs:
        theirs.decisions.apply(keep(theirs.clips.ids()))
        theirs.decisions.apply(give_emotion(theirs.clips.ids(), "tension"))
        known = truth(theirs)
    before = mine.decisions.state_hash()
    merged(mine, theirs.path)
    after = truth(mine)
    assert len(after) == len(set(after)) == 9 * CLIPS
    assert set(known) <= set(after)
    labelled = {
        where
        for where, clip in zip(truth(mine), mine.clips.find(), strict=True)
        if clip.emotion == "tension" and clip.state == "kept"
    }
    assert labelled == set(known)
    assert mine.decisions.undo_label() == "Merge: theirs.curator"
    mine.decisions.undo()
    assert mine.decisions.state_hash() == before
    mine.decisions.redo()
    assert truth(mine) == after
    assert mine.verify() == []


def test_decisions_that_differ_are_conflicts_decided_by_rule_or_one_by_one(mine, theirs):
    first, second, third, _ = shared = mine.clips.ids()[-CLIPS:]
    mine.decisions.apply(drop([first]))
    mine.decisions.apply(correct_text([second], "Here"))
    mine.decisions.apply(give_emotion([third], "tension"))
    theirs.decisions.apply(correct_text([theirs.clips.ids()[1]], "There"))
    theirs.close()
    plan = planned(mine, theirs.path)
    assert [(c.field, c.my_value, c.their_value) for c in plan.conflicts] == [
        (Field.STATE, "dropped", "kept"),
        (Field.TEXT, "Here", "There"),
    ]
    assert "'dropped' here" in plan.conflicts[0].sentence
    with pytest.raises(CuratorError, match="2 conflicts have to be decided"):
        plan.decided(Rule.ASK)
    merged(mine, theirs.path, Rule.THEIRS, {2: Rule.MINE})
    clips = {clip.id: clip for clip in mine.clips.find() if clip.id in shared}
    assert clips[first].state == "kept"
    assert clips[second].text == "Here"
    assert {clip.emotion for clip in clips.values()} == {"tension"}


def test_the_newer_decision_counts_where_that_is_the_rule(mine, theirs):
    first, second = mine.clips.ids()[-CLIPS:][:2]
    mine.decisions.apply(drop([first, second]))
    for project, when in ((mine, "2001"), (theirs, "2002")):
        with project.writing():
            project._database.write(
                "UPDATE edit SET made_at = ? || substr(made_at, 5) WHERE field = 'state'", (when,)
            )
    theirs.close()
    plan = planned(mine, theirs.path)
    assert {conflict.newer for conflict in plan.conflicts} == {Rule.THEIRS}
    merged(mine, theirs.path, Rule.NEWER)
    assert mine.clips.get(first).state == "kept"


def test_clips_that_are_cut_otherwise_are_left_out_taken_or_asked_about(mine, theirs):
    a, b, c, _ = mine.clips.ids()[-CLIPS:]
    first, second, third, _ = (theirs.clips.get(clip) for clip in theirs.clips.ids()[:CLIPS])
    for clip in (first, second, third):
        theirs.decisions.apply(split(clip, clip.span.start + clip.span.samples // 2))
    ids = theirs.clips.ids()
    theirs.decisions.apply(keep(ids[:2]))
    theirs.decisions.apply(keep(ids[2:4]))
    mine.decisions.apply(keep([b]))
    theirs.close()
    plan = planned(mine, theirs.path)
    (conflict, *others) = plan.conflicts
    assert conflict.field is Field.PRESENCE
    assert [clip.id for clip in conflict.mine] == [b]
    assert len(conflict.theirs) == 2
    assert plan.go == (a, c)  # pieces of the third have the category of the clip they are made of
    assert others == []
    before = mine.decisions.state_hash()
    merged(mine, theirs.path, Rule.THEIRS)
    assert not {a, b, c} & set(mine.clips.ids())
    mine.decisions.undo()
    assert mine.decisions.state_hash() == before


def test_edges_that_a_person_moved_come_along(mine, theirs):
    clip = theirs.clips.get(theirs.clips.ids()[0])
    theirs.decisions.apply(recut(clip.id, Span(clip.span.start + 500, clip.span.stop - 900)))
    theirs.close()
    merged(mine, theirs.path)
    here = mine.clips.get(mine.clips.ids()[-5 * CLIPS])
    assert here.span == Span(clip.span.start + 500, clip.span.stop - 900)


def test_what_machines_found_out_comes_along_for_the_same_samples(mine, theirs):
    known = theirs.clips.ids()
    for clip in known:
        score(theirs, clip, snr=float(clip))
    theirs.facts.set_findings({known[0]: [a_finding()]})
    theirs.close()
    merged(mine, theirs.path)
    shared, *new = (clip for clip in mine.clips.find() if "snr" in clip.scores)
    assert len(new) == 5 * CLIPS - 1
    assert all(clip.machine_text for clip in new)
    assert shared.machine_text == f"clip {shared.id} of show-5-wav.wav"  # mine has one of its own


def test_categories_of_both_are_there_afterwards(tmp_path, mine, theirs):
    from curator.domain.category_union import united, unknown
    from curator.domain.decision import PROJECT, Edit

    text = theirs.settings.categories
    wider = Edit("Add", Field.CATEGORIES, {PROJECT: united(text, [unknown("Shouting", text)])})
    theirs.decisions.apply(wider)
    theirs.decisions.apply(give_emotion([theirs.clips.ids()[-1]], "shouting"))
    theirs.close()
    before = mine.settings.emotions.keys
    merged(mine, theirs.path)
    assert mine.settings.emotions.keys == (*before, "shouting")
    assert mine.clips.find()[-1].emotion == "shouting"
    mine.decisions.undo()
    assert mine.settings.emotions.keys == before


def test_merging_again_changes_nothing(mine, theirs):
    theirs.close()
    merged(mine, theirs.path)
    state, acts = mine.decisions.state_hash(), len(mine.decisions.history())
    assert merged(mine, theirs.path).clips == ()
    assert (mine.decisions.state_hash(), len(mine.decisions.history())) == (state, acts)


def test_a_recording_without_clips_comes_too_and_a_project_is_not_merged_into_itself(
    tmp_path, mine, theirs
):
    imported(theirs, file_of(tmp_path, 30))
    theirs.close()
    merged(mine, theirs.path)
    assert "show-30-wav.wav" in [each.name for each in mine.recordings.all()]
    with pytest.raises(CuratorError, match="into itself"):
        planned(mine, mine.path)


def test_sound_that_is_gone_is_merged_by_its_hash_alone(tmp_path, mine):
    a_set(tmp_path, "theirs", [(seed, "wav") for seed in range(5, 10)]).close()
    gone = tmp_path / "theirs.curator"
    for path in [*(tmp_path / "theirs").iterdir(), *(gone / "cache").iterdir()]:
        path.unlink()
    merged(mine, gone)
    assert len(truth(mine)) == len(set(truth(mine))) == 9 * CLIPS


def test_a_plan_is_not_carried_out_on_a_set_that_has_changed(mine, theirs):
    theirs.close()
    plan = planned(mine, theirs.path).decided(Rule.THEIRS)
    mine.decisions.apply(drop(mine.clips.ids()[-1:]))
    before = mine.decisions.state_hash()
    with pytest.raises(CuratorError, match="was changed since"):
        mine.merging.apply(plan)
    assert mine.decisions.state_hash() == before
    assert len(mine.recordings.all()) == 5


def test_planning_decides_nothing(mine, theirs):
    theirs.close()
    before, number = mine.decisions.state_hash(), len(mine.recordings.all())
    plan = planned(mine, theirs.path)
    assert plan.sentences[0] == (
        "16 of 20 clips are new; 4 are here already, 8 decisions about them taken over."
    )
    assert (mine.decisions.state_hash(), len(mine.recordings.all())) == (before, number)
    with Project.open(mine.path, write=False) as reader:
        assert planned(reader, theirs.path).sentences == plan.sentences
