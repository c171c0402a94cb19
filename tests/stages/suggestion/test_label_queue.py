"""Which clips are proposed for labelling next."""

import numpy as np

from curator.stages.suggestion.label_queue import QUEUE, doubtful, representative


def test_each_part_without_a_label_gives_a_clip_before_any_gives_two():
    rng = np.random.default_rng(0)
    parts = np.repeat(np.arange(6), 30)
    points = rng.normal(0, 0.1, (180, 4)) + 10 * rng.normal(0, 1, (6, 4))[parts]
    labelled = np.array([0, 31])  # of parts 0 and 1
    rows = representative(points, labelled, 0)
    assert len(rows) == QUEUE
    assert set(parts[rows]) >= {2, 3, 4, 5}
    assert not set(rows) & set(labelled)


def test_the_thinnest_category_is_asked_for_first_where_it_is_most_doubtful():
    shares = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.45, 0.55], [1.0, 0.0]])
    rows = doubtful(shares, np.array([9, 2]), np.array([0, 1, 2, 3]))
    assert rows[:2] == [1, 3]
    assert 4 not in rows
    assert sorted(rows) == [0, 1, 2, 3]


def test_a_category_without_labels_is_never_waited_for():
    shares = np.array([[0.6, 0.4, 0.0], [0.5, 0.5, 0.0]])
    assert doubtful(shares, np.array([3, 3, 0]), np.array([0, 1])) == [1, 0]


def test_few_clips_are_all_proposed():
    assert representative(np.zeros((3, 2)), np.array([1]), 0) == [0, 2]
