"""Background search for similar, outlying and typical clips."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.domain.decision import State
from curator.jobs.context import JobContext
from curator.stages.speaker.nearest_clips import likeness, oddness, typical
from curator.stages.speaker.similarity import unpacked
from curator.store.project import Project

MORE = 20
"""Clips that are added as like the chosen ones."""

ODD_SHARE, ODD_LEAST = 0.05, 5
"""Of all clips, how many count as the odd ones."""

TYPICAL = 10
"""Clips that stand for a category."""

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RankedClips:
    """clips: ids, the best match first."""

    clips: Ids


@dataclass(frozen=True, slots=True, eq=False)
class _Vectors:
    """The clips that are there and not dropped, and have a vector.

    emotions: the keys of their categories, "" for none.
    """

    ids: Ids
    vectors: NDArray[np.float32]
    seconds: NDArray[np.float64]
    emotions: NDArray[np.str_]


def most_similar(
    chosen: Collection[int], *, by_delivery: bool
) -> Callable[[JobContext], RankedClips]:
    """Task that ranks clips by similarity to the chosen ones, without dropped ones."""

    def task(work: JobContext) -> RankedClips:
        known = _known(work.project, by_delivery=by_delivery, also=chosen)
        mask = np.isin(known.ids, np.array(list(chosen), np.int64))
        if not mask.any():
            return RankedClips(known.ids[:0])
        scores = likeness(known.vectors, mask)
        scores[mask] = -np.inf
        return RankedClips(_best(known.ids, scores, min(MORE, int((~mask).sum()))))

    return task


def outliers(work: JobContext) -> RankedClips:
    """Clips farthest from the voice or from their category, the farthest first."""
    project = work.project
    known = _known(project, by_delivery=False)
    if not known.ids.size:
        return RankedClips(known.ids)
    _, codes = np.unique(known.emotions, return_inverse=True)
    codes = np.where(known.emotions == "", -1, codes)
    voice = np.isin(known.ids, np.array(project.decisions.voice(), np.int64))
    delivery = _known(project, by_delivery=True)
    whole = np.array_equal(delivery.ids, known.ids)  # else some were not analysed yet
    odd = oddness(
        known.vectors, known.seconds, codes, voice, delivery.vectors if whole else None
    ).all
    return RankedClips(_best(known.ids, odd, max(ODD_LEAST, round(ODD_SHARE * known.ids.size))))


def typical_of(
    members: Collection[int], *, by_delivery: bool
) -> Callable[[JobContext], RankedClips]:
    """Task that ranks the members by closeness to their mean."""

    def task(work: JobContext) -> RankedClips:
        known = _known(work.project, by_delivery=by_delivery)
        mask = np.isin(known.ids, np.array(list(members), np.int64))
        scores = typical(known.vectors, mask)
        return RankedClips(_best(known.ids, scores, min(TYPICAL, int(mask.sum()))))

    return task


def _known(project: Project, *, by_delivery: bool, also: Collection[int] = ()) -> _Vectors:
    """also: clips that count even if they were dropped."""
    rates = {recording.id: recording.rate for recording in project.recordings.all()}
    rows = project.clips.rows("place")
    there = {
        row[0]: ((row[3] - row[2]) / rates[row[1]], row[5] or "")
        for row in rows
        if row[4] != State.DROPPED or row[0] in also
    }
    stored = project.facts.delivery_vectors() if by_delivery else project.facts.vectors()
    if not stored:
        return _Vectors(
            np.zeros(0, np.int64), np.zeros((0, 1), np.float32), np.zeros(0), np.zeros(0, str)
        )
    if by_delivery:
        from curator.stages.delivery.stage import DeliveryInputs, normalised

        recordings = {row[0]: row[1] for row in rows}
        vectors = normalised(DeliveryInputs(stored, project.facts.vectors(), recordings))
    else:
        vectors = unpacked(stored)
    keep = np.array([clip in there for clip, _ in stored])
    ids = np.array([clip for clip, _ in stored], np.int64)[keep]
    seconds = np.array([there[clip][0] for clip in ids.tolist()], np.float64)
    emotions = np.array([there[clip][1] for clip in ids.tolist()], np.str_)
    return _Vectors(ids, vectors[keep], seconds, emotions)


def _best(ids: Ids, values: NDArray[np.float64], count: int) -> Ids:
    return ids[np.argsort(-values, kind="stable")[:count]]
