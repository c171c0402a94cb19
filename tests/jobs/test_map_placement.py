from curator.domain.fact import MapPoint
from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.jobs.map_placement import place_new
from curator.jobs.step_table import lay_out_producer
from curator.stages.clip_map.place_new import MADE_BY
from tests.helpers.factories import a_project, a_vector, found
from tests.jobs.test_reanalyse import Watching


def a_map_and_a_new_clip(tmp_path):
    """Seven clips of two voices on the map, and an eighth of the second voice that is not."""
    project = a_project(tmp_path, clips=8)
    ids = project.clips.ids()
    by_layout = lay_out_producer(Options())
    for place, clip in enumerate(ids):
        second = place >= 4
        project.facts.add([found(project, clip, a_vector(int(second)))])
        if clip != ids[-1]:
            point = MapPoint(10.0 * second + place / 10, 0.0, int(second))
            project.facts.add([found(project, clip, point, by_layout)])
    return project, ids


def test_a_clip_that_was_just_heard_is_on_the_map_before_the_next_layout(tmp_path):
    project, ids = a_map_and_a_new_clip(tmp_path)
    with project:
        place_new(JobContext.at_once(project, Watching()))
        new = project.facts.map_points()[ids[-1]]
        assert new.cluster == 1
        assert 9 < new.x < 12
        assert project.clips.get(ids[-1]).map == new


def test_a_layout_takes_such_a_place_for_none(tmp_path):
    project, ids = a_map_and_a_new_clip(tmp_path)
    with project:
        place_new(JobContext.at_once(project, Watching()))
        assert project.facts.missing(lay_out_producer(Options()), MapPoint) == [ids[-1]]
        laid_out = project.facts.map_points(without=MADE_BY.key)
        assert sorted(laid_out) == sorted(ids[:-1])


def test_a_clip_that_has_a_place_is_left_where_it_is(tmp_path):
    project, _ = a_map_and_a_new_clip(tmp_path)
    with project:
        before = project.facts.map_points()
        place_new(JobContext.at_once(project, Watching()))
        after = project.facts.map_points()
        assert {clip: after[clip] for clip in before} == before
        assert not project.facts.delivery_points()


def test_without_a_map_there_is_nothing_to_do(tmp_path):
    with a_project(tmp_path) as project:
        for clip in project.clips.ids():
            project.facts.add([found(project, clip, a_vector())])
        place_new(JobContext.at_once(project, Watching()))
        assert not project.facts.map_points()
