"""Placement of new clips on the existing maps until the next layout."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from curator.domain.fact import ClipFact
from curator.jobs.context import JobContext
from curator.jobs.result_writer import write_facts
from curator.stages.clip_map.place_new import MADE_BY, Point, place_on_map
from curator.stages.delivery.stage import DeliveryInputs, normalised
from curator.stages.speaker.similarity import unpacked


def place_new(work: JobContext) -> None:
    """Place every clip with a vector and no point near its nearest neighbours."""
    facts = work.project.facts
    on_voices, voices = facts.map_points(), facts.vectors()
    if on_voices and any(clip not in on_voices for clip, _ in voices):
        _place(work, [clip for clip, _ in voices], unpacked(voices), on_voices)
    on_deliveries, deliveries = facts.delivery_points(), facts.delivery_vectors()
    if on_deliveries and any(clip not in on_deliveries for clip, _ in deliveries):
        recordings = {clip: number for clip, number, _ in work.project.clips.spans()}
        vectors = normalised(DeliveryInputs(deliveries, voices, recordings))
        _place(work, [clip for clip, _ in deliveries], vectors, on_deliveries)


def _place(
    work: JobContext, ids: Sequence[int], vectors: NDArray[np.float32], known: Mapping[int, Point]
) -> None:
    points = place_on_map(ids, vectors, known)
    spans = {clip: span for clip, _, span in work.project.clips.spans(points)}
    made = [ClipFact(clip, span, MADE_BY, points[clip]) for clip, span in spans.items()]
    write_facts(work.write, made)
