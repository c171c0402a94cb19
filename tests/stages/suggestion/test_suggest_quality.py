"""How good suggestions are on real speech with deliveries planted in it."""

from collections import Counter

import numpy as np
import pytest

from tests.conftest import REAL_SPEECH
from tests.helpers.suggestion_material import planted_deliveries
from tests.helpers.suggestion_measures import labels_each, learned, precisions, suspects_found

pytestmark = [
    pytest.mark.slow,
    pytest.mark.model,
    pytest.mark.real_speech,
    pytest.mark.timeout(900),
]

CLIPS = 400
TRIALS = 10


@pytest.fixture(scope="module")
def shows():
    """400 real clips with a category planted in each, and what is measured of them."""
    return planted_deliveries(REAL_SPEECH, CLIPS)


def test_five_labels_each_find_three_times_as_many_as_chance(shows):
    """In every category; where chance alone is right in more than a third, hardly any can be."""
    often = Counter(shows.truth.values())
    better, good = {key: [] for key in shows.keys}, 0
    for trial in range(TRIALS):
        labels = labels_each(shows, 5, trial)
        found = learned(shows, labels, trial)
        good += found.verdict.good
        for key, precision in precisions(shows, found, labels).items():
            better[key].append(precision * (CLIPS - len(labels)) / (often[key] - 5))
    assert good >= 0.7 * TRIALS
    for key, times in better.items():
        most = (CLIPS - len(labels)) / (often[key] - 5)
        assert np.mean(times) >= (3.0 if most >= 3.0 else 1.2), key


def test_most_of_twenty_wrong_labels_are_among_the_first_forty_suspects(shows):
    caught = [suspects_found(shows, 20, 40, trial) for trial in range(TRIALS)]
    assert np.mean(caught) >= 0.7
