"""Clip -> speaker vector: how the voice sounds, by Resemblyzer's network or by CAM++.

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
from curator.domain.speaker_encoder import CAMPPLUS, RESEMBLYZER, require_encoder
from curator.stages import ClipSound, Failed
from curator.stages.speaker import campplus
from curator.stages.speaker.campplus import CamPlus, the_network
from curator.stages.speaker.resemblyzer import (
    SIZE,
    SpeakerArray,
    SpeakerArrays,
    SpeakerEncoder,
    loud_enough,
    partial_count,
    the_encoder,
)

PARTIALS_AT_ONCE = 24
"""Batches of 16 to 32 are the fastest on a processor core; 8 and 64 take a fifth longer."""

SHORTEST = 1_600  # samples at 16 kHz, 0.1 s: nothing can be said of a voice in less

Thing = TypeVar("Thing")


class Embed:
    """Computes the speaker vector of each clip.

    threads: batches computed side by side. encoder: key of the network.
    """

    key = "embed"
    version = 1
    finds = SpeakerVector

    def __init__(self, threads: int = 1, encoder: str = RESEMBLYZER) -> None:
        self._threads = threads
        self._encoder = require_encoder(encoder)
        self.options = "" if encoder == RESEMBLYZER else encoder

    def run(self, items: Iterable[ClipSound]) -> Iterator[ClipFact | Failed]:
        """A SpeakerVector for each clip, in order; Failed for silence and for next to nothing."""
        made_by = Producer(self.key, self.version, self.options)
        waves = ((item, item.wave.samples) for item in items)
        for item, vector in _embedded(waves, self._threads, self._encoder):
            if np.any(vector):
                fact = SpeakerVector(vector.astype("<f4").tobytes())
                yield ClipFact(item.clip_id, item.span, made_by, fact)
            else:
                yield Failed(item.clip_id, "It is too short or too silent to know the voice.")


def require_installed(encoder: str) -> None:
    """Raise MissingModel, with how to install it, if an encoder cannot be used."""
    if require_encoder(encoder) == CAMPPLUS:
        campplus.require_installed()


def speaker_vectors(
    waves: Sequence[Samples], threads: int = 1, encoder: str = RESEMBLYZER
) -> SpeakerArrays:
    """How the voice sounds in each wave, as directions.

    waves: 16 kHz mono, of any loudness. encoder: key of the network. Returns float32 of shape
    (waves, 256), each of length 1; a wave of silence or of less than 0.1 s gives zeros.
    """
    embeddings = np.zeros((len(waves), SIZE), dtype=np.float32)
    for row, vector in _embedded(enumerate(waves), threads, encoder):
        embeddings[row] = vector
    return embeddings


def _embedded(
    clips: Iterable[tuple[Thing, Samples]], threads: int, encoder: str
) -> Iterator[tuple[Thing, SpeakerArray]]:
    """Each thing with its wave's vector, in order; ``threads`` + 1 batches in memory at most."""
    waiting: deque[tuple[list[Thing], Future[SpeakerArrays]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for things, waves in _batches(clips):
            waiting.append((things, pool.submit(_vectors, waves, encoder)))
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


def _vectors(waves: Sequence[Samples], encoder: str) -> SpeakerArrays:
    vectors = np.zeros((len(waves), SIZE), dtype=np.float32)
    sounding = [i for i, wave in enumerate(waves) if wave.size >= SHORTEST and np.any(wave)]
    if sounding:
        network: SpeakerEncoder | CamPlus = (
            the_encoder() if encoder == RESEMBLYZER else the_network()
        )
        vectors[sounding] = network.vectors([loud_enough(waves[i]) for i in sounding])
    return vectors
