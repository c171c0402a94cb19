"""Speaker vectors and a chosen clip -> how much each clip sounds like that voice.

One clip knows its voice only roughly, so the voice is refined from the clips that surely share it.
The threshold below which a clip counts as another voice lies in the valley of the similarities,
near the place where it was found to lie for read speech of ten people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curator.stages.speaker.resemblyzer import SIZE, SpeakerArray, SpeakerArrays

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Measured on LibriSpeech test-other, cosines to the mean of a voice, clips of 3 s and more:
# 98 % of the own clips lie above 0.87, 98 % of the others below 0.72, the nearest of all at 0.78.
USUAL_THRESHOLD = 0.77
"""Of clips of 1 s, 3 % of the own lie below it and 0.5 % of the others above; at 0.80 it would be
10 % and 0.2 %. Of long clips none of the own and 0.2 % of the others are on the wrong side."""
THRESHOLD_RANGE = (0.70, 0.88)
SURELY_THE_SAME = 0.84
"""Clips above this refine the voice: no clip of another person came near it."""

NEARLY_AS_NEAR = 0.03
"""When the chosen clip is too short to be like any other, these near the nearest refine it."""

TELLING_S = 1.6
"""Shorter clips are filled up with silence for the network and all sound a little alike."""

REFINEMENTS = 5
GRID = 0.001  # steps of similarity in which the valley is looked for
SMOOTHING = 0.012  # of the density of similarities, one standard deviation
PULL = 0.05  # cost of a threshold that is PULL_WIDTH away from the usual one, in peaks of density
PULL_WIDTH = 0.05

# Another person's similarity hardly depends on the clip's length, the own one falls: by 0.03 at
# 1.5 s, 0.07 at 1 s, 0.14 at 0.6 s against clips of 3 s.
LONG_ENOUGH_S = 3.0
LOSS_PER_HERTZ = 0.1
MOST_ALLOWANCE = 0.14


@dataclass(frozen=True, slots=True)
class VoiceMatch:
    """How much each clip sounds like the chosen voice.

    similarity: clip id -> cosine 0..1, with the allowance for short clips added where lengths were
    given. threshold: below it a clip is another voice.
    """

    similarity: Mapping[int, float]
    threshold: float

    def others(self) -> tuple[int, ...]:
        """The clips that are another voice."""
        return tuple(id_ for id_, value in self.similarity.items() if value < self.threshold)


def similarities(
    vectors: Sequence[tuple[int, bytes]],
    chosen: Sequence[int],
    seconds: Mapping[int, float] | None = None,
) -> VoiceMatch:
    """How much each clip sounds like the voice of the chosen ones.

    vectors: clip id and the values of its SpeakerVector. chosen: at least one id that is among
    them. seconds: length of each clip; where it is known, short clips are judged more kindly.
    """
    ids = [id_ for id_, _ in vectors]
    missing = sorted(set(chosen) - set(ids))
    if missing or not chosen:
        raise ValueError(f"no speaker vector of the chosen clips {missing}")
    rows = unpacked(vectors)
    lengths = np.array([seconds[i] if seconds else LONG_ENOUGH_S for i in ids])
    allowance = np.array([short_clip_allowance(length) for length in lengths])
    voice = _refined(rows, np.isin(ids, list(chosen)), lengths >= TELLING_S)
    similarity = np.clip(rows @ voice + allowance, 0.0, 1.0)
    return VoiceMatch(
        {id_: float(value) for id_, value in zip(ids, similarity, strict=True)},
        valley(similarity),
    )


def unpacked(vectors: Sequence[tuple[int, bytes]]) -> SpeakerArrays:
    """The vectors as float32 of shape (clips, 256)."""
    flat = np.frombuffer(b"".join(values for _, values in vectors), dtype="<f4")
    return flat.reshape(len(vectors), SIZE)


def short_clip_allowance(seconds: float) -> float:
    """What a clip's similarity to its own voice loses by its length, 0 to 0.14."""
    loss = LOSS_PER_HERTZ * (1.0 / max(seconds, 0.1) - 1.0 / LONG_ENOUGH_S)
    return min(max(loss, 0.0), MOST_ALLOWANCE)


def valley(similarity: Numbers) -> float:
    """The threshold between the own clips and the others, 0.70 to 0.88.

    Where few clips are, near the usual threshold; the usual one when there is only one voice.
    """
    from scipy.ndimage import gaussian_filter1d

    edges = np.arange(0.0, 1.0 + GRID, GRID)
    counts, _ = np.histogram(similarity, bins=edges)
    density = gaussian_filter1d(counts.astype(np.float64), SMOOTHING / GRID, mode="constant")
    middles = (edges[:-1] + edges[1:]) / 2
    pull = PULL * np.square((middles - USUAL_THRESHOLD) / PULL_WIDTH)
    inside = (middles >= THRESHOLD_RANGE[0]) & (middles <= THRESHOLD_RANGE[1])
    cost = np.where(inside, density / max(density.max(), 1e-9) + pull, np.inf)
    return float(round(middles[np.argmin(cost)], 4))


def _refined(rows: SpeakerArrays, picked: Flags, telling: Flags) -> SpeakerArray:
    """The direction of the voice: the mean of the clips that surely share it.

    telling: the clips long enough to tell. Stays with the chosen clips when nothing is like them.
    """
    first = voice = _direction(rows[picked])
    anchors = picked & telling
    for _ in range(REFINEMENTS):
        cosines = np.where(telling, rows @ voice, 0.0)
        sure = anchors | (cosines >= min(SURELY_THE_SAME, float(cosines.max()) - NEARLY_AS_NEAR))
        if not sure.any():
            break
        nearer = _direction(rows[sure])
        if np.array_equal(nearer, voice):
            break
        voice = nearer
    strayed = float(np.median(rows[picked] @ voice)) < THRESHOLD_RANGE[0] - MOST_ALLOWANCE
    return first if strayed else voice


def _direction(rows: SpeakerArrays) -> SpeakerArray:
    middle: SpeakerArray = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    length = float(np.linalg.norm(middle))
    return middle / np.float32(length) if length > 0.0 else middle
