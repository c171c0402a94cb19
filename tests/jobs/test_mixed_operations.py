"""Two hundred operations of every kind, undone one by one through the very same states."""

import random
from itertools import pairwise

import pytest

from curator.domain.category_union import united, unknown
from curator.domain.decision import (
    PROJECT,
    Edit,
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
from curator.domain.merging import Rule
from curator.domain.progress import NoProgress
from curator.domain.recipe import Recipe, RecipeStep
from curator.domain.snapshot import Kind
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.jobs import merging
from curator.jobs.context import JobContext
from curator.store.project import Project
from tests.helpers.factories import a_project, a_recording, an_empty_project, say, some_clips
from tests.store.test_acts import without

OPERATIONS = 200
SETS = 4


def another_set(folder, number, chance):
    """A project with the recording of the first one and another, labelled by chance."""
    with an_empty_project(folder, f"other-{number}.curator") as project:
        for content_hash in (f"{1:064x}", f"{number + 7:064x}"):
            recording = a_recording(project, content_hash=content_hash)
            clips = some_clips(project, recording, 6, seconds=chance.choice([4.0, 4.0, 2.6]))
            project.decisions.apply(keep(chance.sample(clips, 3)))
            project.decisions.apply(give_emotion(chance.sample(clips, 3), "greeting"))
    return project.path


class Operations:
    """Everything that can be done to a project, by chance."""

    def __init__(self, project, others, chance):
        self.project = project
        self.others = others
        self.chance = chance

    def one(self):
        """Do something; the changes it made."""
        weighted = {
            self.decide: 6, self.act: 2, self.split: 2, self.merge_clips: 2, self.merge_set: 1,
            self.snapshot: 1, self.back: 2, self.categories: 1, self.of_project: 2,
        }  # fmt: skip
        chosen = self.chance.choices(list(weighted), list(weighted.values()))[0]
        return chosen.__name__, chosen()

    def some(self):
        ids = self.project.clips.ids()
        return self.chance.sample(ids, min(len(ids), self.chance.randint(1, 5)))

    def edit(self):
        clips = self.some()
        clip = self.project.clips.get(clips[0])
        start = max(0, clip.span.start + self.chance.randint(-2000, 2000))
        emotions = self.project.settings.emotions.keys
        return self.chance.choice(
            [
                keep(clips), drop(clips), undecide(clips),
                give_emotion(clips, self.chance.choice([None, *emotions])),
                correct_text(clips, self.chance.choice([None, "yes", "no | maybe", ""])),
                recut(clip.id, self.chance.choice([None, Span(start, clip.span.stop + 4000)])),
            ]
        )  # fmt: skip

    def decide(self):
        return self.project.decisions.apply(self.edit())

    def act(self):
        return self.project.decisions.apply_all("Several", [self.edit() for _ in range(3)])

    def split(self):
        clip = self.project.clips.get(self.some()[0])
        return self.project.decisions.apply(split(clip, (clip.span.start + clip.span.stop) // 2))

    def merge_clips(self):
        pairs = [
            pair
            for pair in pairwise(self.project.clips.find())
            if pair[0].recording_id == pair[1].recording_id
        ]
        return self.project.decisions.apply(merge(*self.chance.choice(pairs)))

    def merge_set(self):
        work = JobContext.at_once(self.project, NoProgress())
        plan = merging.plan_merge(work, self.chance.choice(self.others))
        return merging.merge(work, plan.decided(self.chance.choice([Rule.MINE, Rule.THEIRS])))

    def snapshot(self):
        self.project.snapshots.take(f"snapshot {len(self.project.snapshots.all())}")

    def back(self):
        known = self.project.snapshots.all()
        if not known:
            return None
        name = self.chance.choice(known).name
        changes = self.project.snapshots.back(name)
        found = self.project.snapshots.compare(name)
        assert set(found.counts) <= {Kind.CAME}  # of recordings that were not there yet
        assert all(sentence.startswith("New among") for sentence in found.of_project)
        return changes

    def categories(self):
        text = self.project.settings.categories
        if self.chance.random() < 0.5:
            new = united(text, [unknown(f"mood {self.chance.randint(1, 9)}", text)])
            edits = [Edit("Add", Field.CATEGORIES, {PROJECT: new})]
        else:
            gone, heir, *_ = self.chance.sample(self.project.settings.emotions.keys, 2)
            clips = [clip.id for clip in self.project.clips.find() if clip.emotion == gone]
            smaller = Edit("Remove", Field.CATEGORIES, {PROJECT: without(text, gone)})
            edits = [*([give_emotion(clips, heir)] if clips else []), smaller]
        return self.project.decisions.apply_all("Categories", edits)

    def of_project(self):
        weights = f'{{"greeting": {self.chance.randint(1, 5)}}}'
        recipe = self.chance.choice([None, *self.project.cleanings.recipes()])
        recording = self.chance.choice(self.project.recordings.all()).id
        edit = self.chance.choice(
            [
                choose_voice(self.some()[:2], "a voice"),
                Edit("Weigh", Field.WEIGHTS, {PROJECT: weights}),
                Edit("Clean", Field.RECORDING_RECIPE, {recording: recipe}),
                Edit("Clean", Field.RECIPE, dict.fromkeys(self.some(), recipe)),
            ]
        )
        return self.project.decisions.apply(edit)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_two_hundred_operations_are_undone_through_the_same_states(tmp_path, seed):
    chance = random.Random(seed)
    others = [another_set(tmp_path, number, chance) for number in range(SETS)]
    with a_project(tmp_path, 12) as project:
        for clip in project.clips.ids():
            say(project, clip, f"words {clip}")
        for cutoff in (80.0, 8000.0):
            step = RecipeStep.of("highpass", 1, {"hz": cutoff})
            project.cleanings.add_recipe(Recipe(f"above {cutoff:.0f} Hz", (step,)))
        operations = Operations(project, others, chance)
        states = [project.decisions.state_hash()]
        done = set()
        while len(states) <= OPERATIONS:
            try:
                name, changes = operations.one()
            except CuratorError as refused:
                if "voice" in refused.sentence or "start before it stops" in refused.sentence:
                    continue
                raise
            if changes is not None and changes.clips:
                states.append(project.decisions.state_hash())
                done.add(name)
        assert len(project.decisions.history(limit=1000)) == OPERATIONS
        assert done == {
            "decide", "act", "split", "merge_clips", "merge_set", "back", "categories",
            "of_project",
        }  # fmt: skip
        assert project.verify() == []
        for state in reversed(states[:-1]):
            assert project.decisions.undo() is not None
            assert project.decisions.state_hash() == state
        assert project.decisions.undo() is None
        project.close()
        with Project.open(project.path) as again:
            for state in states[1:]:
                assert again.decisions.redo() is not None
                assert again.decisions.state_hash() == state
            assert again.verify() == []
