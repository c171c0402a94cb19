"""Clip -> speaker vector: how the voice sounds, by Resemblyzer's network.

Silences are not cut out before the network listens, as its own program does: the clips that
segmentation makes hold little of it, and without it any clip of ten voices of LibriSpeech
test-other tells its voice from the others with an area under the curve of 1.000.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from curator.audio.waveform import Samples
from curator.domain.fact import ClipFact, Producer, SpeakerVector
from curator.stages import ClipSound, Failed
from curator.stages.speaker.resemblyzer import (
    SIZE,
    SpeakerArray,
    SpeakerArrays,
    loud_enough,
    partial_count,
    the_encoder,
)

PARTIALS_AT_ONCE = 24
"""Batches of 16 to 32 are the fastest on a processor core; 8 and 64 take a fifth longer."""

SHORTEST = 1_600  # samples at 16 kHz, 0.1 s: nothing can be said of a voice in less

Thing = TypeVar("Thing")


class Embed:
    """Finds the speaker vector of each clip. ``threads``: batches computed side by side."""

    key = "embed"
    version = 1
    options = ""
    finds = SpeakerVector

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads

    def run(self, items: Iterable[ClipSound]) -> Iterator[ClipFact | Failed]:
        """A SpeakerVector for each clip, in order; Failed for silence and for next to nothing."""
        made_by = Producer(self.key, self.version, self.options)
        for item, vector in _embedded(((item, item.wave.samples) for item in items), self._threads):
            if np.any(vector):
                fact = SpeakerVector(vector.astype("<f4").tobytes())
                yield ClipFact(item.clip_id, item.span, made_by, fact)
            else:
                yield Failed(item.clip_id, "It is too short or too silent to know the voice.")


def speaker_vectors(waves: Sequence[Samples], threads: int = 1) -> SpeakerArrays:
    """How the voice sounds in each wave, as directions.

    waves: 16 kHz mono, of any loudness. Returns float32 of shape (waves, 256), each of length 1,
    all components >= 0; a wave of silence or of less than 0.1 s gives zeros.
    """
    embeddings = np.zeros((len(waves), SIZE), dtype=np.float32)
    for row, vector in _embedded(enumerate(waves), threads):
        embeddings[row] = vector
    return embeddings


def _embedded(
    clips: Iterable[tuple[Thing, Samples]], threads: int
) -> Iterator[tuple[Thing, SpeakerArray]]:
    """Each thing with its wave's vector, in order; ``threads`` + 1 batches in memory at most."""
    waiting: deque[tuple[list[Thing], Future[SpeakerArrays]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for things, waves in _batches(clips):
            waiting.append((things, pool.submit(_vectors, waves)))
            if len(waiting) > threads:
                things, vectors = waiting.popleft()
                yield from zip(things, vectors.result(), strict=True)
        while waiting:
            things, vectors = waiting.popleft()
            yield from zip(things, vectors.result(), strict=True)


def _batches(
    clips: Iterable[tuple[Thing, Samples]],
) -> Iterator[tuple[list[Thing], list[Samples]]]:
    things: list[Thing] = []
    waves: list[Samples] = []
    partials = 0
    for thing, wave in clips:
        things.append(thing)
        waves.append(wave)
        partials += partial_count(wave.size)
        if partials >= PARTIALS_AT_ONCE:
            yield things, waves
            things, waves, partials = [], [], 0
    if things:
        yield things, waves


def _vectors(waves: Sequence[Samples]) -> SpeakerArrays:
    vectors = np.zeros((len(waves), SIZE), dtype=np.float32)
    sounding = [i for i, wave in enumerate(waves) if wave.size >= SHORTEST and np.any(wave)]
    if sounding:
        vectors[sounding] = the_encoder().vectors([loud_enough(waves[i]) for i in sounding])
    return vectors
