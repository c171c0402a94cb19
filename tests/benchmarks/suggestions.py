"""How good suggestions are: on planted deliveries, and on a folder whose CSV tells the categories.

``python -m tests.benchmarks --folder DIR`` measures recordings of your own: one CSV in the folder
names a recording and its category on each line. Precision is that of the first ten suggestions of
a category, as a mean over categories and draws of labels. The peer is scikit-learn's linear
discriminant analysis on the same features.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from curator.stages.suggestion.features import feature_matrix
from tests.benchmarks.rows import Row
from tests.conftest import REAL_SPEECH
from tests.helpers.suggestion_material import JudgedClips, folder_clips, planted_deliveries
from tests.helpers.suggestion_measures import (
    FIRST,
    Order,
    labels_each,
    labels_needed,
    quality,
    shuffled_refusals,
    suspects_found,
)

FOLDER = "SUGGESTIONS_FOLDER"  # environment variables, so that a module stays a plain function
PROJECT = "SUGGESTIONS_PROJECT"
LANGUAGE = "SUGGESTIONS_LANGUAGE"
PLANTED = 400
COUNTS = (5, 10, 20)  # labels a category
DRAWS, SHUFFLES, LABELLERS, SUSPECT_DRAWS = 10, 60, 12, 10
GOAL = 0.7  # precision that labelling shall reach
NEVER_WORSE = 0.98  # than the peer, with its noise
REFUSED, SHUFFLED, CALIBRATION = 0.05, 0.95, 0.08
SUSPECTS, WRONG, AMONG = 0.7, 20, 40


def rows() -> Iterator[Row]:
    """Rows of the planted deliveries, or of the folder that was named."""
    if folder := os.environ.get(FOLDER):
        language = os.environ.get(LANGUAGE, "en")
        with tempfile.TemporaryDirectory() as temporary:
            project = Path(os.environ.get(PROJECT) or Path(temporary) / "clips.curator")
            clips = folder_clips(Path(folder).resolve(), project, language)
        yield from rows_of(clips, clips.name)
    else:
        yield from rows_of(planted_deliveries(REAL_SPEECH, PLANTED), "planted")


def rows_of(clips: JudgedClips, name: str) -> Iterator[Row]:
    """Every measure of one set of clips."""
    where = f"{len(clips.truth)} clips, {len(clips.keys)} categories, {clips.name}"
    for count in COUNTS:
        yield precision_row(clips, name, where, count)
    yield shuffled_row(clips, name, where)
    yield labelling_row(clips, name, where)
    yield suspects_row(clips, name, where)


def precision_row(clips: JudgedClips, name: str, where: str, count: int) -> Row:
    """Precision, refusals and calibration with that many labels a category."""
    measured = quality(clips, count, DRAWS)
    sizes = np.array([list(clips.truth.values()).count(key) for key in clips.keys])
    return Row(
        id=f"suggest-{name}-{count}",
        measure=f"precision at {FIRST}, {count} labels a category: {where}",
        peer_name="scikit-learn LDA, shrinkage auto",
        peer=peer_precision(clips, count),
        ours=measured.precision,
        unit="share",
        pass_line=NEVER_WORSE,
        equal=measured.refused <= REFUSED and not measured.calibration_error > CALIBRATION,
        note=f"chance {np.mean(sizes / sizes.sum()):.2f}; lists refused {measured.refused:.0%}"
        f" (line {REFUSED:.0%}); calibration error {measured.calibration_error:.3f}"
        f" (line {CALIBRATION})",
        higher_is_better=True,
    )


def peer_precision(clips: JudgedClips, count: int) -> float:
    """Precision of the peer with the same features and labels, never refused."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    points = feature_matrix(clips.features)
    place = {clip: row for row, (clip, _) in enumerate(clips.features.delivery.vectors)}
    truth = {place[clip]: category for clip, category in clips.truth.items() if clip in place}
    right = []
    for seed in range(DRAWS):
        labels = {place[c]: k for c, k in labels_each(clips, count, seed).items() if c in place}
        model = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage="auto", priors=np.full(len(clips.keys), 1 / len(clips.keys))
        )
        model.fit(points[list(labels)], list(labels.values()))
        free = np.array([row for row in truth if row not in labels])
        likely = model.predict_proba(points[free])
        most = likely.argmax(axis=1)  # a clip is suggested for one category
        for number, key in enumerate(model.classes_):
            offered = np.flatnonzero(most == number)
            first = free[offered[np.argsort(-likely[offered, number])[:FIRST]]]
            if first.size:
                right.append(np.mean([truth[int(row)] == key for row in first]))
    return float(np.mean(right))


def shuffled_row(clips: JudgedClips, name: str, where: str) -> Row:
    """Refusals of labels that say nothing."""
    share = shuffled_refusals(clips, COUNTS[1], SHUFFLES)
    return Row(
        id=f"suggest-{name}-shuffled",
        measure=f"lists accepted with shuffled labels, {COUNTS[1]} a category: {where}",
        peer_name="",
        peer=None,
        ours=1 - share,
        unit="share",
        pass_line=1 - SHUFFLED,
        equal=True,
        note=f"{SHUFFLES} draws",
        is_limit=True,
    )


def labelling_row(clips: JudgedClips, name: str, where: str) -> Row:
    """Labels until suggestions are good: the proposed queue beside random clips.

    The note says what somebody needs who knows all categories and deals labels evenly to them.
    """
    proposed, drawn, even = (
        [labels_needed(clips, GOAL, seed, order) for seed in range(LABELLERS)]
        for order in (Order.QUEUE, Order.RANDOM, Order.EVEN)
    )
    return Row(
        id=f"suggest-{name}-labels",
        measure=f"labels until precision at {FIRST} is {GOAL}: {where}",
        peer_name="clips drawn at random",
        peer=float(np.mean(drawn)),
        ours=float(np.mean(proposed)),
        unit="labels",
        pass_line=1.0,
        equal=True,
        note=f"{LABELLERS} draws; queue {proposed}, random {drawn}; dealt evenly by who knows all"
        f" categories {np.mean(even):.0f}",
    )


def suspects_row(clips: JudgedClips, name: str, where: str) -> Row:
    """Wrong labels among the first suspects."""
    found = [suspects_found(clips, WRONG, AMONG, seed) for seed in range(SUSPECT_DRAWS)]
    by_chance = AMONG / len(clips.truth)
    return Row(
        id=f"suggest-{name}-suspects",
        measure=f"{WRONG} planted wrong labels found in the first {AMONG} suspects: {where}",
        peer_name="chance",
        peer=by_chance,
        ours=float(np.mean(found)),
        unit="share",
        pass_line=SUSPECTS / by_chance,
        equal=True,
        note=f"{SUSPECT_DRAWS} draws, {min(found):.2f} to {max(found):.2f}",
        higher_is_better=True,
    )
