import numpy as np
import pytest

from curator.domain.fact import DeliveryPoint, MapPoint
from curator.stages.clip_map.layout import lay_out
from curator.stages.clip_map.place_new import place_on_map
from curator.stages.speaker.similarity import unpacked
from tests.stages.speaker.test_similarity import made_up_voices


def a_map(whose, ids):
    """Every voice has a corner of its own."""
    chance = np.random.default_rng(5)
    return {
        clip: MapPoint(
            20.0 * voice + chance.uniform(-1, 1), 10.0 * voice + chance.uniform(-1, 1), int(voice)
        )
        for clip, voice in zip(ids, whose, strict=True)
    }


def test_a_new_clip_lies_among_its_voice_at_once():
    vectors, whose = made_up_voices([40, 20, 8])
    ids = [clip for clip, _ in vectors]
    whole = a_map(whose, ids)
    new = ids[::7]
    known = {clip: point for clip, point in whole.items() if clip not in new}
    found = place_on_map(ids, unpacked(vectors), known)
    assert sorted(found) == new
    for clip, point in found.items():
        assert point.cluster == whole[clip].cluster
        assert np.hypot(point.x - 20 * point.cluster, point.y - 10 * point.cluster) < 2


def test_what_has_a_place_keeps_it():
    vectors, whose = made_up_voices([10, 10])
    ids = [clip for clip, _ in vectors]
    known = a_map(whose, ids)
    assert place_on_map(ids, unpacked(vectors), known) == {}


def test_without_a_map_nothing_can_be_placed():
    vectors, _ = made_up_voices([10])
    ids = [clip for clip, _ in vectors]
    assert place_on_map(ids, unpacked(vectors), {}) == {}
    assert place_on_map([], np.zeros((0, 256), np.float32), {}) == {}


def test_more_new_clips_than_are_compared_in_one_go():
    vectors, whose = made_up_voices([300, 300])
    ids = [clip for clip, _ in vectors]
    known = dict(list(a_map(whose, ids).items())[:20] + list(a_map(whose, ids).items())[-20:])
    found = place_on_map(ids, unpacked(vectors), known)
    right = [point.cluster == whose[ids.index(clip)] for clip, point in found.items()]
    assert len(found) == 560
    assert np.mean(right) > 0.99


def test_a_clip_like_one_that_is_there_lies_on_it():
    points = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
    points[11] = points[3]
    known = {i: DeliveryPoint(float(i), 0.0, -1) for i in range(11)}
    found = place_on_map(list(range(12)), points, known)
    assert found[11].x == pytest.approx(3.0, abs=0.01)
    assert isinstance(found[11], DeliveryPoint)


@pytest.mark.model
def test_the_next_layout_leaves_it_among_the_same_clips():
    vectors, whose = made_up_voices([40] * 5)
    old = lay_out(vectors[:-1])
    late, ids = vectors[-1][0], [clip for clip, _ in vectors]
    at_once = place_on_map(ids, unpacked(vectors), old)[late]
    new = lay_out(vectors, start=old)
    own = [new[clip] for clip, voice in zip(ids, whose, strict=True) if voice == whose[-1]]
    middle = np.mean([(point.x, point.y) for point in own], axis=0)
    width = np.ptp([point.x for point in new.values()])
    assert np.hypot(*(middle - (at_once.x, at_once.y))) < 0.15 * width
    assert at_once.cluster == old[vectors[-2][0]].cluster
