import numpy as np
import pytest

from curator.domain.fact import MapPoint
from curator.stages.clip_map.layout import LayOut, clusters, lay_out, representatives
from curator.stages.clip_map.neighbour_graph import fuzzy_graph, nearest
from tests.stages.speaker.test_similarity import made_up_voices

pytestmark = pytest.mark.model


def places(points):
    return np.array([(point.x, point.y) for _, point in sorted(points.items())])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 14, 15, 16, 40])
def test_every_number_of_clips_has_a_finite_map(count):
    vectors, _ = made_up_voices([count])
    points = lay_out(vectors)
    assert list(points) == [id_ for id_, _ in vectors]
    assert np.isfinite(places(points)).all()


@pytest.mark.parametrize("count", [5, 60])
def test_clips_that_sound_the_same_have_a_map_too(count):
    vectors, _ = made_up_voices([1])
    points = lay_out([(i, vectors[0][1]) for i in range(count)])
    assert np.isfinite(places(points)).all()
    assert len(np.unique(places(points), axis=0)) == count


def test_the_same_seed_gives_the_same_map_and_another_seed_another():
    vectors, _ = made_up_voices([30, 30])
    assert lay_out(vectors, seed=3) == lay_out(vectors, seed=3)
    assert lay_out(vectors, seed=3) != lay_out(vectors, seed=4)


def test_voices_are_clusters_the_largest_first():
    vectors, whose = made_up_voices([20, 60, 40])
    points = lay_out(vectors)
    found = np.array([points[id_].cluster for id_, _ in vectors])
    for voice, cluster in ((1, 0), (2, 1), (0, 2)):
        assert np.mean(found[whose == voice] == cluster) > 0.9


def test_neighbours_on_the_map_are_of_the_same_voice():
    vectors, whose = made_up_voices([40] * 5)
    found = places(lay_out(vectors))
    apart = np.linalg.norm(found[:, None] - found[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    same = whose[np.argsort(apart, axis=1)[:, :5]] == whose[:, None]
    assert same.mean() > 0.98


def test_clips_stay_where_people_know_them_when_others_come():
    vectors, _ = made_up_voices([40] * 5)
    old = lay_out(vectors[::2])
    new = lay_out(vectors, start=old)
    width = np.ptp(places(old), axis=0).max()
    moved = [np.hypot(new[i].x - old[i].x, new[i].y - old[i].y) for i in old]
    assert np.median(moved) < 0.1 * width


def test_a_new_clip_lies_among_its_voice():
    vectors, whose = made_up_voices([40] * 5)
    late = len(vectors) - 1
    new = lay_out(vectors, start=lay_out(vectors[:-1]))
    found = places(new)
    nearest_ones = np.argsort(np.linalg.norm(found - found[late], axis=1))[1:6]
    assert np.all(whose[nearest_ones] == whose[late])


def test_a_map_of_few_clips_does_not_hold_back_that_of_many():
    vectors, whose = made_up_voices([40] * 5)
    few = lay_out(vectors[::20])
    found = lay_out(vectors, start=few)
    labels = np.array([found[id_].cluster for id_, _ in vectors])
    for voice in range(5):
        assert np.unique(labels[whose == voice]).size == 1
    assert np.unique(labels).size == 5


def test_a_map_that_knows_none_of_the_clips_is_no_start():
    vectors, _ = made_up_voices([30])
    assert lay_out(vectors, start={999: MapPoint(0.0, 0.0, -1)}) == lay_out(vectors)


def test_few_clips_keep_their_old_places():
    vectors, _ = made_up_voices([5])
    old = {id_: MapPoint(float(id_), 1.0, -1) for id_, _ in vectors}
    assert places(lay_out(vectors, start=old)).tolist() == places(old).tolist()


def test_too_few_clips_for_a_cluster_are_in_none():
    assert clusters(np.zeros((4, 2), np.float32)).tolist() == [-1] * 4


def test_representatives_are_the_clips_most_like_their_cluster():
    vectors, _ = made_up_voices([10, 10])
    labels = {id_: -1 if id_ == 10 else place // 10 for place, (id_, _) in enumerate(vectors)}
    chosen = representatives(vectors, labels, most=3)
    assert {label: len(ids) for label, ids in chosen.items()} == {0: 3, 1: 3}
    assert 10 not in chosen[0]
    assert all(labels[id_] == label for label, ids in chosen.items() for id_ in ids)
    assert representatives(vectors, {}) == {}


def test_the_graph_is_symmetric_and_each_clip_has_a_sure_neighbour():
    points = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    graph = fuzzy_graph(nearest(points)).toarray()
    np.testing.assert_allclose(graph, graph.T, atol=1e-6)
    np.testing.assert_allclose(graph.max(axis=1), 1.0, atol=1e-6)
    assert np.diag(graph).max() == 0.0


@pytest.mark.slow
def test_the_graph_is_that_of_umap_itself():
    from umap import UMAP

    points = np.random.default_rng(0).standard_normal((80, 8)).astype(np.float32)
    theirs = UMAP(n_neighbors=16, random_state=0, n_jobs=1, n_epochs=1).fit(points).graph_
    np.testing.assert_allclose(fuzzy_graph(nearest(points)).toarray(), theirs.toarray(), atol=1e-4)


def test_the_stage_is_named_by_its_seed():
    assert (LayOut.key, LayOut(3).options) == ("lay_out", "seed=3")
    vectors, _ = made_up_voices([20])
    assert LayOut(3).run(vectors) == lay_out(vectors, seed=3)
