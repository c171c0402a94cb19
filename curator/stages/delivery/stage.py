"""Clip -> delivery vector, and all delivery vectors -> the delivery map.

The vector holds what was measured; what is usual for the speaker is taken away when clips are
compared, because it is known only once all clips are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curator.domain.fact import ClipFact, DeliveryPoint, DeliveryVector, Producer
from curator.stages import ClipSound, Failed
from curator.stages.clip_map.layout import clusters, map_places, old_places, principal
from curator.stages.delivery.features import FEATURES, SIZE, delivery
from curator.stages.speaker.grouping import speakers

Deliveries = NDArray[np.float32]  # (clips, SIZE)

FARTHEST = 4.0  # spreads from the usual; beyond it one number would outweigh all others
SURE_OF_MIDDLE = 3  # clips of a speaker that weigh as much as all clips together
SURE_OF_SPREAD = 10  # clips of a speaker that weigh as much as what is usual among readers
CLIPS_OF_A_PLACE = 10  # of a speaker in one recording, to know how near the microphone was


class Deliver:
    """Finds how each clip is spoken."""

    key = "delivery"
    version = 1
    options = ""
    finds = DeliveryVector

    def run(self, items: Iterable[ClipSound]) -> Iterator[ClipFact | Failed]:
        """A DeliveryVector for each clip, in order; Failed for what holds next to no speech."""
        made_by = Producer(self.key, self.version, self.options)
        for item in items:
            vector = delivery(item.wave)
            if vector is None:
                yield Failed(item.clip_id, "There is too little speech in it to hear a delivery.")
            else:
                fact = DeliveryVector(vector.astype("<f4").tobytes())
                yield ClipFact(item.clip_id, item.span, made_by, fact)


class LayOutDelivery:
    """The stage that lays out the whole set by delivery."""

    key = "lay_out_delivery"
    version = 2
    finds = DeliveryPoint

    def __init__(self, seed: int = 0) -> None:
        self.options = f"seed={seed}"
        self._seed = seed

    def run(
        self, inputs: "DeliveryInputs", start: Mapping[int, DeliveryPoint] | None = None
    ) -> dict[int, DeliveryPoint]:
        """A point for every clip. start: the older map, if there is one."""
        if not inputs.vectors:
            return {}
        ids = [id_ for id_, _ in inputs.vectors]
        places = map_places(principal(normalised(inputs)), self._seed, old_places(ids, start or {}))
        labels = clusters(places)
        return {
            id_: DeliveryPoint(float(x), float(y), int(label))
            for id_, (x, y), label in zip(ids, places, labels, strict=True)
        }


@dataclass(frozen=True, slots=True, eq=False)
class DeliveryInputs:
    """What is known of how clips are spoken and by whom.

    vectors: clip id and the values of its DeliveryVector. voices: the same of SpeakerVectors, for
    the clips that have one. recordings: clip id -> the recording it is from.
    """

    vectors: Sequence[tuple[int, bytes]]
    voices: Sequence[tuple[int, bytes]] = ()
    recordings: Mapping[int, int] = field(default_factory=dict)


def normalised(inputs: DeliveryInputs) -> Deliveries:
    """How far each number is from what is usual for the speaker, in usual spreads, -4 to 4.

    Level and colour, which the microphone's place decides too, are compared within a recording
    where that has enough clips of the speaker.
    """
    rows = delivery_rows(inputs.vectors)
    if not len(rows):
        return rows
    labels = speakers(inputs.voices)
    ids = [id_ for id_, _ in inputs.vectors]
    speaker = np.array([labels.get(id_, -1) for id_ in ids])
    recording = np.array([inputs.recordings.get(id_, -1) for id_ in ids])
    place = _places(speaker, recording)
    from_place = np.array([feature.depends_on == "place" for feature in FEATURES])
    whole = np.median(rows, axis=0)
    scaled = np.zeros_like(rows)
    for groups, columns in ((speaker, ~from_place), (place, from_place)):
        for group in np.unique(groups):
            inside = np.ix_(groups == group, columns)
            scaled[inside] = _from_usual(rows[inside], whole[columns], _SPREADS[columns])
    return np.clip(scaled, -FARTHEST, FARTHEST)


def delivery_rows(vectors: Sequence[tuple[int, bytes]]) -> Deliveries:
    """The vectors as float32 of shape (clips, SIZE)."""
    flat = np.frombuffer(b"".join(values for _, values in vectors), dtype="<f4")
    return flat.reshape(len(vectors), SIZE)


_SPREADS = np.array([feature.usual_spread for feature in FEATURES], np.float32)


def _places(speaker: NDArray[np.int64], recording: NDArray[np.int64]) -> NDArray[np.int64]:
    """Groups of clips of one speaker in one recording; of the speaker alone where they are few."""
    both = (speaker + 1) * (int(recording.max()) + 2) + recording + 1
    _, group, counts = np.unique(both, return_inverse=True, return_counts=True)
    return np.where(counts[group] >= CLIPS_OF_A_PLACE, group, -2 - speaker)


def _from_usual(group: Deliveries, whole: Deliveries, spreads: Deliveries) -> Deliveries:
    count = len(group)
    middle: Deliveries = np.median(group, axis=0)
    # The median distance of a normal variable is 0.6745 of its standard deviation.
    spread = np.median(np.abs(group - middle), axis=0) / 0.6745
    if count < SURE_OF_MIDDLE:
        few = (count * middle + (SURE_OF_MIDDLE - count) * whole) / SURE_OF_MIDDLE
        middle = few.astype(np.float32)
    weight = count / (count + SURE_OF_SPREAD)
    scale = np.sqrt(weight * np.square(spread) + (1 - weight) * np.square(spreads))
    distance: Deliveries = (group - middle) / np.maximum(scale, 1e-6)
    return distance
