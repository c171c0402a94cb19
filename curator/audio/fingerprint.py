"""Audio fingerprints: same audio in another encoding, sample rate or level.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (2002): a word of 32 bits
every 16 ms says in which of 33 bands of frequency the sound rises against its neighbours. Words of
the same sound differ in few bits; some agree altogether, which is how the place is found. That the
sounds themselves agree there is then asked of the samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from curator.audio.encode import write_bytes_atomically
from curator.audio.waveform import CACHE_RATE, Samples16
from curator.domain.foreign_files import read_bounded

RATE = 4_000
FRAME = 1_024
HOP = 64
BANDS = 33
LOWEST_HZ, HIGHEST_HZ = 300.0, 1_900.0
HOP_16 = HOP * CACHE_RATE // RATE
"""Samples of the 16 kHz copy from one word to the next."""

QUIET = 1e-4
"""Frames this much weaker than the loud ones (-40 dB) hold the codec's noise, not the sound."""

LOUD_PERCENTILE = 95
FRAMES_AT_ONCE = 4_096
MOST_PLACES = 64
"""A word that comes more often than that tells nothing about the place."""

BLOCK = 64
"""Words that are judged together: a second."""

LEAST_BLOCKS = 3
LEAST_SHARE = 0.6
"""A stretch is so many blocks, or that share of a short recording: a word that somebody says twice
in the same way is no copy."""

MOST_ERRORS = 0.35
"""Share of bits that may differ; Haitsma and Kalker's, at which chance agrees once in 1e20."""

LEAST_VOTES = 3
CANDIDATES = 24
LEAST_CORRELATION = 0.5
"""Of the samples at the found place. mp3 at 64 kbit/s keeps 0.98, another sound has below 0.2."""

COMPARED_S = 2.0
LEAST_WORDS = 16

Words = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """The words of a recording. is_loud: which of them are about sound and not about silence."""

    words: Words
    is_loud: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shared:
    """A stretch of sound that is in another recording, too.

    other: which. start, stop: the stretch, samples of the 16 kHz copy. shift: what has to be added
    to such a sample to have the other recording's.
    """

    other: int
    start: int
    stop: int
    shift: int


def fingerprint(samples: Samples16) -> Fingerprint:
    """The words of a sound at 16 kHz. Shorter than 0.3 s has none."""
    slow = soxr.resample(samples.astype(np.float32) / 32_768, CACHE_RATE, RATE).astype(np.float32)
    frames = max(0, (slow.size - FRAME) // HOP + 1)
    if frames < 2:
        return Fingerprint(np.zeros(0, np.uint32), np.zeros(0, np.bool_))
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1) * FRAME / RATE
    bins = np.round(edges).astype(np.intp)
    window = np.hanning(FRAME).astype(np.float32)
    view = np.lib.stride_tricks.sliding_window_view(slow, FRAME)[::HOP]
    energies = np.empty((frames, BANDS), np.float32)
    for start in range(0, frames, FRAMES_AT_ONCE):
        spectrum = np.fft.rfft(view[start : start + FRAMES_AT_ONCE] * window)
        power = np.square(np.abs(spectrum)).astype(np.float32)
        energies[start : start + FRAMES_AT_ONCE] = np.add.reduceat(
            power[:, : bins[-1]], bins[:-1], axis=1
        )
    rises = np.diff(np.diff(energies, axis=1), axis=0) > 0
    weights = np.left_shift(np.uint32(1), np.arange(BANDS - 1, dtype=np.uint32))
    words = (rises * weights).sum(axis=1, dtype=np.uint32)
    total = energies[1:].sum(axis=1)
    is_loud = total > QUIET * np.percentile(total, LOUD_PERCENTILE)
    return Fingerprint(words, is_loud & (total > 0))


def kept_fingerprint(path: Path, samples: Samples16) -> Fingerprint:
    """The same, read from ``path`` if it is there, else made and kept there."""
    expected = max(0, _frames(samples.size) - 1)
    if path.is_file() and path.stat().st_size == 5 * expected:
        kept = read_bounded(path, 5 * expected)
        words = np.frombuffer(kept, "<u4", expected)
        return Fingerprint(words, np.frombuffer(kept, np.bool_, expected, 4 * expected))
    computed = fingerprint(samples)
    content = computed.words.astype("<u4").tobytes() + computed.is_loud.tobytes()
    write_bytes_atomically(path, content)
    return computed


def _frames(samples16: int) -> int:
    return (-(-samples16 * RATE // CACHE_RATE) - FRAME) // HOP + 1


class Library:
    """Recordings in which others are looked for. sounds: their 16 kHz copies, by number."""

    def __init__(self, prints: Mapping[int, Fingerprint], sounds: Mapping[int, Samples16]) -> None:
        self._prints = prints
        self._sounds = sounds
        self._numbers = np.array(list(prints), np.int64)
        places = [np.flatnonzero(each.is_loud) for each in prints.values()]
        loud = [each.words[place] for each, place in zip(prints.values(), places, strict=True)]
        words = np.concatenate(loud) if loud else np.zeros(0, np.uint32)
        order = np.argsort(words, kind="stable")
        self._words = words[order]
        self._places = np.concatenate(places)[order] if places else np.zeros(0, np.intp)
        owner = np.repeat(np.arange(len(places)), [place.size for place in places])
        self._owners = owner[order]

    def find(self, sought: Fingerprint, sound: Samples16) -> list[Shared]:
        """The stretches of a sound that are in recordings here, in order of time."""
        if sought.words.size < LEAST_WORDS or not self._words.size:
            return []
        blocks = -(-sought.words.size // BLOCK)
        claimed = np.zeros(blocks, np.bool_)
        matches = []
        for owner, shift in self._candidates(sought):
            number = int(self._numbers[owner])
            same = self._agreeing(sought, self._prints[number], shift) & ~claimed
            for first, last in _runs(same):
                if last - first < min(LEAST_BLOCKS, LEAST_SHARE * blocks):
                    continue
                shared = self._confirmed(sound, number, shift, first, last, sought)
                if shared is not None:
                    claimed[first:last] = True
                    matches.append(shared)
        return sorted(matches, key=lambda each: each.start)

    def _candidates(self, sought: Fingerprint) -> list[tuple[int, int]]:
        """Candidate pairs (recording, shift in fingerprint words), most frequent first."""
        loud_places = np.flatnonzero(sought.is_loud)
        first = np.searchsorted(self._words, sought.words[loud_places], "left")
        last = np.searchsorted(self._words, sought.words[loud_places], "right")
        counts = np.where(last - first <= MOST_PLACES, last - first, 0)
        if not counts.sum():
            return []
        loud_places = np.repeat(loud_places, counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        at = np.repeat(first, counts) + within
        shifts = self._places[at] - loud_places
        span = 1 << 40
        votes, numbers = np.unique(self._owners[at] * span + shifts + span // 2, return_counts=True)
        enough = numbers >= LEAST_VOTES
        votes, numbers = votes[enough], numbers[enough]
        best = votes[np.argsort(-numbers, kind="stable")][:CANDIDATES]
        return [(int(vote // span), int(vote % span - span // 2)) for vote in best]

    def _agreeing(self, sought: Fingerprint, kept: Fingerprint, shift: int) -> NDArray[np.bool_]:
        """Which blocks of the sought words agree with those here."""
        blocks = -(-sought.words.size // BLOCK)
        start, stop = max(0, -shift), min(sought.words.size, kept.words.size - shift)
        if stop - start < LEAST_WORDS:
            return np.zeros(blocks, np.bool_)
        sought_part, kept_part = slice(start, stop), slice(start + shift, stop + shift)
        errors = np.bitwise_count(sought.words[sought_part] ^ kept.words[kept_part])
        counted = sought.is_loud[sought_part] & kept.is_loud[kept_part]
        block = np.arange(start, stop) // BLOCK
        wrong = np.bincount(block, errors * counted, blocks)
        judged = np.bincount(block, counted, blocks)
        enough = judged >= LEAST_WORDS // 2
        return enough & (wrong <= MOST_ERRORS * (BANDS - 1) * judged)

    def _confirmed(
        self, sound: Samples16, number: int, shift: int, first: int, last: int, sought: Fingerprint
    ) -> Shared | None:
        """The stretch from block to block, if the samples agree there; to the very sample."""
        other = self._sounds[number]
        begin, end = first * BLOCK * HOP_16, last * BLOCK * HOP_16
        if (last + 1) * BLOCK >= sought.words.size:  # what is left is too short to be judged
            end = sound.size
        exact = _aligned(sound, other, begin, end, shift * HOP_16)
        if exact is None:
            return None
        start = max(begin if first else 0, -exact)
        return Shared(number, start, min(end, sound.size, other.size - exact), exact)


def _runs(same: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of agreeing blocks; up to two blocks in between may be silent or disturbed."""
    runs: list[tuple[int, int]] = []
    for block in np.flatnonzero(same).tolist():
        if runs and block - runs[-1][1] <= 2:
            runs[-1] = (runs[-1][0], block + 1)
        else:
            runs.append((block, block + 1))
    return runs


def _aligned(sound: Samples16, other: Samples16, begin: int, end: int, shift: int) -> int | None:
    """The exact shift near ``shift``, from the loudest part between; None if nothing agrees."""
    begin, end = max(begin, -shift, 0), min(end, sound.size, other.size - shift)
    length = min(int(COMPARED_S * CACHE_RATE), end - begin)
    if length < HOP_16:
        return None
    energy = np.square(sound[begin:end].astype(np.float64)).cumsum()
    sums = energy[length - 1 :] - np.concatenate(([0.0], energy[: energy.size - length]))
    at = begin + int(np.argmax(sums))
    reach = 2 * HOP_16
    low, high = max(0, at + shift - reach), min(other.size, at + shift + length + reach)
    ours = sound[at : at + length].astype(np.float64)
    theirs = other[low:high].astype(np.float64)
    if theirs.size < ours.size or not ours.any() or not theirs.any():
        return None
    size = 1 << (theirs.size + ours.size).bit_length()
    product = np.fft.rfft(theirs, size) * np.conj(np.fft.rfft(ours, size))
    likeness = np.fft.irfft(product, size)[: theirs.size - ours.size + 1]
    squares = np.concatenate(([0.0], np.square(theirs).cumsum()))
    norms = np.sqrt((squares[ours.size :] - squares[: squares.size - ours.size]).clip(1.0))
    likeness = np.abs(likeness) / (norms * np.sqrt(np.square(ours).sum()))
    best = int(np.argmax(likeness))
    return low + best - at if likeness[best] >= LEAST_CORRELATION else None
