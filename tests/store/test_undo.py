"""Random edits, undone and redone all the way, pass exactly the same states."""

import contextlib
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from curator.domain.decision import (
    Field,
    choose_voice,
    correct_text,
    drop,
    give_emotion,
    keep,
    recut,
    undecide,
)
from curator.domain.errors import CuratorError
from curator.domain.fact import Producer, Transcript
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.store.project import Project
from tests.helpers.factories import (
    RATE,
    a_cut,
    a_project,
    a_transcript,
    found,
)

CLIPS = 5
clips = st.lists(st.integers(1, CLIPS), min_size=1, max_size=CLIPS, unique=True)
edges = st.integers(0, RATE * 60)
edits = st.one_of(
    st.builds(keep, clips),
    st.builds(drop, clips),
    st.builds(undecide, clips),
    st.builds(give_emotion, clips, st.sampled_from(["greeting", "tension", None])),
    st.builds(correct_text, clips, st.sampled_from(["hello", "Ő", "", None])),
    st.builds(
        lambda clip, a, b: recut(clip, Span(min(a, b), max(a, b) + 1)),
        st.integers(1, CLIPS),
        edges,
        edges,
    ),
    st.builds(recut, st.integers(1, CLIPS), st.none()),
    st.builds(choose_voice, clips, st.just("somebody")),
)


class Undoing(RuleBasedStateMachine):
    """The store beside a plain list of states and a position in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.project = a_project(Path(self.folder.name), CLIPS)
        self.states = [self.project.decisions.state_hash()]
        self.at = 0
        self.version = 0

    @rule(edit=edits)
    def decide_what_is_possible(self, edit):
        if edit.field is Field.VOICE or edit.after.keys() <= set(self.project.clips.ids()):
            with contextlib.suppress(CuratorError):  # a voice of clips that are not there
                self.decide(edit)

    @rule(several=st.lists(edits, min_size=2, max_size=4))
    def decide_several_things_at_once(self, several):
        there = set(self.project.clips.ids())
        if all(e.field is not Field.VOICE and e.after.keys() <= there for e in several):
            self.decide(*several)

    def decide(self, *edits):
        if self.project.decisions.apply_all(edits[0].label, edits).clips:
            self.at += 1
            self.states[self.at :] = [self.project.decisions.state_hash()]

    @rule(data=st.data(), share=st.floats(0.01, 0.99))
    def split_a_clip(self, data, share):
        clip = data.draw(st.sampled_from(self.project.clips.find()))
        at = clip.span.start + round(share * clip.span.samples)
        if clip.span.start < at < clip.span.stop and clip.id not in self.project.decisions.voice():
            self.decide(split(clip, at))

    @rule(data=st.data())
    def merge_neighbours(self, data):
        there = self.project.clips.find()
        pairs = [
            (first, later)
            for first, later in pairwise(there)
            if not {first.id, later.id} & set(self.project.decisions.voice())
        ]
        if pairs:
            self.decide(merge(*data.draw(st.sampled_from(pairs))))

    @rule()
    def undo(self):
        assert (self.project.decisions.undo() is None) == (self.at == 0)
        self.at = max(0, self.at - 1)

    @rule()
    def redo(self):
        end = len(self.states) - 1
        assert (self.project.decisions.redo() is None) == (self.at == end)
        self.at = min(end, self.at + 1)

    @rule()
    def transcribe_again(self):
        self.version += 1
        maker = Producer("transcribe", self.version)
        self.project.facts.add(
            found(self.project, clip, a_transcript("so they say", Span(0, 100)), maker)
            for clip in self.project.facts.missing(maker, Transcript)
        )
        assert self.project.facts.missing(maker, Transcript) == []

    @rule()
    def end_and_start_again(self):
        self.project.close()
        self.project = Project.open(self.project.path)

    @invariant()
    def is_where_the_list_is(self):
        assert self.project.decisions.state_hash() == self.states[self.at]
        assert (self.project.decisions.undo_label() is None) == (self.at == 0)

    def teardown(self):
        for state in reversed(self.states[: self.at]):
            self.project.decisions.undo()
            assert self.project.decisions.state_hash() == state
        for state in self.states[1:]:
            self.project.decisions.redo()
            assert self.project.decisions.state_hash() == state
        assert self.project.verify() == []
        self.project.close()
        self.folder.cleanup()


Undoing.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestUndoing = Undoing.TestCase


def test_segmenting_again_between_edits_loses_no_decision_and_undo_goes_on(tmp_path):
    with a_project(tmp_path, 6) as project:
        recording = project.recordings.all()[0]
        first, second, third, fourth, *_ = project.clips.ids()
        project.decisions.apply(keep([first]))
        project.decisions.apply(give_emotion([second], "tension"))
        project.decisions.apply(keep([third]))
        project.decisions.apply(undecide([third]))
        project.decisions.apply(drop([fourth]))
        project.decisions.undo()
        elsewhere = [(100 + i * 5.0, 103 + i * 5.0) for i in range(4)]
        project.clips.replace_cut(a_cut(recording, elsewhere, Producer("segment", 2)))
        left = project.clips.ids()
        assert left[:2] == [first, second]
        assert not {third, fourth} & set(left)
        # What was about the vanished clips is passed over; the rest goes on in its order.
        assert project.decisions.redo_label() is None
        assert project.decisions.undo_label() == f"Set category: tension (clip {second})"
        project.decisions.undo()
        project.decisions.undo()
        assert project.decisions.undo() is None
        assert project.decisions.redo_label() == f"Keep (clip {first})"
        project.decisions.redo()
        project.decisions.redo()
        assert project.decisions.redo() is None
        assert project.clips.get(second).emotion == "tension"
        assert project.verify() == []
