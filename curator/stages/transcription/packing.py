"""Short pieces of sound side by side in one window, and words back from windows to pieces.

Whisper pays for 30 s whatever it is given, so a window per clip wastes most of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from curator.audio.waveform import CACHE_RATE, Samples

ROOM = 28 * CACHE_RATE
"""Samples of a window that may be filled: Whisper hears worse where its 30 s end."""

GAP = int(0.6 * CACHE_RATE)
"""Silence between pieces, samples: about a sentence's end, so that Whisper does not join them."""

Owner = TypeVar("Owner")


@dataclass(frozen=True, slots=True, eq=False)
class Chunk(Generic[Owner]):
    """Sound that belongs to ``owner``; samples at 16 kHz, at most ``ROOM`` of them."""

    owner: Owner
    samples: Samples


@dataclass(frozen=True, slots=True, eq=False)
class Window(Generic[Owner]):
    """Pieces with silence between them. starts: where each piece begins, in samples."""

    pieces: tuple[Chunk[Owner], ...]
    starts: tuple[int, ...]

    @property
    def samples(self) -> Samples:
        """The window as Whisper hears it."""
        sound = np.zeros(self.starts[-1] + len(self.pieces[-1].samples), np.float32)
        for start, piece in zip(self.starts, self.pieces, strict=True):
            sound[start : start + len(piece.samples)] = piece.samples
        return sound

    def place(self, sample: float) -> int:
        """Which piece a sample of the window belongs to; the gaps are halved."""
        middles = [
            (start + len(piece.samples) + following) / 2
            for start, piece, following in zip(
                self.starts, self.pieces, self.starts[1:], strict=False
            )
        ]
        return int(np.searchsorted(middles, sample, side="right"))


def packed(pieces: Iterable[Chunk[Owner]], room: int = ROOM) -> Iterator[Window[Owner]]:
    """Windows filled one after the other, in the order given."""
    waiting: list[Chunk[Owner]] = []
    filled = 0
    for piece in pieces:
        if waiting and filled + GAP + len(piece.samples) > room:
            yield _window(waiting)
            waiting, filled = [], 0
        filled += len(piece.samples) + (GAP if waiting else 0)
        waiting.append(piece)
    if waiting:
        yield _window(waiting)


def _window(pieces: Sequence[Chunk[Owner]]) -> Window[Owner]:
    lengths = np.array([len(piece.samples) + GAP for piece in pieces])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return Window(tuple(pieces), tuple(int(start) for start in starts))
