"""Other clip lengths: only clips without decisions are cut again."""

import pytest

from curator.audio.intake import take_in
from curator.domain.decision import keep
from curator.domain.errors import CuratorError
from curator.domain.progress import NoProgress
from curator.domain.segment_lengths import SegmentLengths
from curator.domain.target import read_target
from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.jobs.resegment import resegment
from curator.store.project import Project
from tests.helpers.factories import a_cut, an_empty_project
from tests.helpers.shows import a_show
from tests.helpers.sounds import write_sound

TARGET = read_target("xtts_v2")
SHORT = SegmentLengths.chosen(TARGET, 1.0, 4.0, None)


def lengths_of(project):
    return [clip.seconds for clip in project.clips.find()]


@pytest.mark.slow
@pytest.mark.model
def test_only_clips_without_decisions_are_cut_again_with_the_new_lengths(tmp_path):
    show = a_show()
    path = write_sound(tmp_path / "show.wav", show.sound.samples16 / 32768, 16_000)
    with an_empty_project(tmp_path) as project:
        project.recordings.add(take_in(path, project.cache).recording(0, "", ""))
        work = JobContext.at_once(project, NoProgress())
        first = resegment(work, Options(), None)
        assert (first.failures, first.kept) == (0, 0)
        longest = max(project.clips.find(), key=lambda clip: clip.seconds)
        assert longest.seconds > SHORT.longest_s
        project.decisions.apply(keep([longest.id]))
        second = resegment(work, Options(), SHORT)
        assert (second.failures, second.kept) == (0, 1)
        assert project.clips.get(longest.id).span == longest.span
        others = [clip for clip in project.clips.find() if clip.id != longest.id]
        assert second.clips == len(others) + 1
        assert all(SHORT.shortest_s <= clip.seconds <= SHORT.longest_s for clip in others)
        before = lengths_of(project)
        assert resegment(work, Options(), SHORT).clips == second.clips  # nothing left to do
        assert lengths_of(project) == before


def test_lengths_are_kept_with_the_project_and_taken_back(tmp_path):
    with an_empty_project(tmp_path) as project:
        assert project.settings.lengths is None
        project.set_segment_lengths(SHORT)
    with Project.open(project.path) as again:
        assert again.settings.lengths == SHORT
        again.set_segment_lengths(None)
        assert again.settings.lengths is None


def test_recordings_of_a_list_are_not_cut(tmp_path):
    with an_empty_project(tmp_path) as project:
        path = write_sound(tmp_path / "listed.wav", a_show().sound.samples16 / 32768, 16_000)
        recording = project.recordings.add(take_in(path, project.cache).recording(0, "", ""))
        project.clips.replace_cut(a_cut(recording, [(0.5, 2.5)]))
        with project.writing():
            project._database.write("UPDATE clip SET origin = 'person'")
        outcome = resegment(JobContext.at_once(project, NoProgress()), Options(), SHORT)
        assert (outcome.clips, outcome.kept) == (1, 1)


@pytest.mark.parametrize(
    "given", [(0.2, None, None), (None, 40.0, None), (5.0, 3.0, None), (1.0, 4.0, 6.0)]
)
def test_lengths_that_cannot_be_are_refused_in_a_sentence(given):
    with pytest.raises(CuratorError, match=r"not possible|not within"):
        SegmentLengths.chosen(TARGET, *given)


def test_the_preferred_length_follows_the_others():
    assert SegmentLengths.chosen(TARGET, None, None, None) == SegmentLengths(
        TARGET.min_s, TARGET.max_s, (TARGET.min_s + TARGET.max_s) / 2
    )
    assert SHORT.preferred_s == 2.5
