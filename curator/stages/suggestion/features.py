"""Features of the classifier: delivery, voice, Whisper's encoder, signs in the text.

Nothing is made relative to groups of similar voices: such groups split one speaker by how they
speak, and that difference is what is learned. The directions in which voices differ are features
instead, so that the classifier takes a speaker's habit into account where the labels show it. The
choice is measured by ``python -m tests.benchmarks suggestions``; see docs/performance.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.stages.delivery.features import FEATURES
from curator.stages.delivery.stage import DeliveryInputs, delivery_rows

Features = NDArray[np.float64]

VOICE = 20  # principal components of the speaker embeddings
ENCODER = 30  # principal components of the encoder's mean output
CLIPS_PER_COMPONENT = 4  # fewer clips do not determine a component
CLIPS_OF_A_PLACE = 10  # of a recording, from which its usual level and colour are known
FARTHEST = 4.0  # standard deviations; beyond it one feature would outweigh all others
SIGN_WEIGHT = 3.0  # a question mark says more than one number of the delivery
NOTHING = 1e-6

SIGNS = (
    ("?", "a question mark"),
    ("!", "an exclamation mark"),
    ("…", "an unfinished sentence"),
)


@dataclass(frozen=True, slots=True, eq=False)
class ClipFeatures:
    """What the classifier learns from.

    delivery: with the clips' speaker embeddings. encodings: clip id and its EncoderVector's bytes,
    for clips that have one. texts: clip id -> text.
    """

    delivery: DeliveryInputs
    texts: Mapping[int, str]
    encodings: Sequence[tuple[int, bytes]] = ()


def feature_matrix(inputs: ClipFeatures) -> Features:
    """Standardised features of the clips with a delivery, shape (clips, features).

    First the delivery, then voice and encoder, last the signs and the length of the text.
    """
    ids = [id_ for id_, _ in inputs.delivery.vectors]
    if not ids:
        return np.zeros((0, 0))
    return np.hstack(
        [
            _delivery(inputs.delivery, ids),
            _components(inputs.delivery.voices, ids, VOICE),
            _components(inputs.encodings, ids, ENCODER),
            _signs(inputs.texts, ids),
        ]
    )


def _delivery(inputs: DeliveryInputs, ids: Sequence[int]) -> Features:
    rows = delivery_rows(inputs.vectors).astype(np.float64)
    depends_on_place = np.array([feature.depends_on == "place" for feature in FEATURES])
    recordings = np.array([inputs.recordings.get(id_, -1) for id_ in ids])
    for recording in np.unique(recordings):
        inside = np.flatnonzero(recordings == recording)
        if inside.size >= CLIPS_OF_A_PLACE:
            cells = np.ix_(inside, depends_on_place)
            rows[cells] -= np.median(rows[cells], axis=0)
    return _standardised(rows)


def _components(vectors: Sequence[tuple[int, bytes]], ids: Sequence[int], most: int) -> Features:
    """Whitened principal components, shape (clips, at most ``most``); 0 for clips without."""
    place = {id_: row for row, id_ in enumerate(ids)}
    known = [(place[id_], values) for id_, values in vectors if id_ in place]
    count = min(most, len(known) // CLIPS_PER_COMPONENT)
    if not count:
        return np.zeros((len(ids), 0))
    flat = np.frombuffer(b"".join(values for _, values in known), "<f4")
    rows = flat.reshape(len(known), -1).astype(np.float64)
    rows -= rows.mean(axis=0)
    _, directions = np.linalg.eigh(rows.T @ rows)
    components = np.zeros((len(ids), count))
    components[[row for row, _ in known]] = _standardised(rows @ directions[:, -count:])
    return components


def _signs(texts: Mapping[int, str], ids: Sequence[int]) -> Features:
    rows = np.array([_signs_of(texts.get(id_, "")) for id_ in ids], np.float64)
    signs = _standardised(rows)
    signs[:, :-1] *= SIGN_WEIGHT  # length is a number like others
    return signs


def _signs_of(text: str) -> tuple[float, ...]:
    folded = text.replace("...", "…")
    return (*(float(sign in folded) for sign, _ in SIGNS), float(np.log1p(len(folded.split()))))


def _standardised(rows: Features) -> Features:
    """Columns of mean 0 and standard deviation 1, clipped; a constant column is 0."""
    centred = rows - rows.mean(axis=0)
    spread = centred.std(axis=0)
    scaled: Features = np.clip(centred / np.maximum(spread, NOTHING), -FARTHEST, FARTHEST)
    scaled[:, spread < NOTHING] = 0.0
    return scaled
