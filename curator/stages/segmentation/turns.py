"""Whether the same person goes on after a pause.

In a conversation another voice may begin a third of a second after the last; a clip that holds
both is lost for a set of one voice. Speaker vectors of the phrases on both sides tell.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

from curator.audio.cache import release_pages
from curator.audio.waveform import CACHE_RATE, FULL_SCALE_16, Samples, Samples16
from curator.domain.span import Span

Vectors = Callable[[Sequence[Samples]], NDArray[np.float32]]
"""Waves at 16 kHz -> speaker vectors of length 1, (waves, 256); zeros where nothing can be said."""

PHRASE_PAUSE_S = 0.2  # nobody else begins to speak after a shorter pause
TOO_LONG_S = 0.6  # after a longer one nobody asks, the clip ends anyway
RELEASED_EVERY = 64
MOST_S = 4.0  # of a phrase that is listened to; more says no more

OTHER_BELOW = ((0.3, 0.45), (0.5, 0.52), (0.8, 0.60))
"""(seconds of the shorter phrase, cosine below which two people speak). Measured on ten people
who read and on synthetic voices in rooms: of neighbouring phrases of one voice, 2 % lie below."""

SAME_FROM = 0.68
"""Cosine from which on one person speaks: 1 to 2 % of phrases of two people lie above."""

SAME_LEAST_S = 0.3  # of the shorter phrase, below which no cosine says that


def same_voices(
    stretches: Sequence[Span], samples16: Samples16, vectors: Vectors | None
) -> list[bool | None]:
    """Same speaker for each pair of neighbours; None where unknown.

    stretches: speech between pauses, samples at 16 kHz, in order.
    """
    gaps = [(after.start - before.stop) / CACHE_RATE for before, after in pairwise(stretches)]
    same: list[bool | None] = [True if gap < PHRASE_PAUSE_S else None for gap in gaps]
    asked = [i for i, gap in enumerate(gaps) if PHRASE_PAUSE_S <= gap < TOO_LONG_S]
    if vectors is None or not asked:
        return same
    phrase_of, phrases = _phrases(stretches, gaps)
    wanted = sorted({phrase_of[i + side] for i in asked for side in (0, 1)})
    rows = {phrase: row for row, phrase in enumerate(wanted)}
    embeddings = vectors(_Sounds(samples16, [phrases[phrase] for phrase in wanted]))
    for i in asked:
        left, right = phrase_of[i], phrase_of[i + 1]
        cosine = float(embeddings[rows[left]] @ embeddings[rows[right]])
        shorter = min(phrases[left].samples, phrases[right].samples) / CACHE_RATE
        same[i] = _judged(cosine, shorter)
    return same


def _judged(cosine: float, shorter_s: float) -> bool | None:
    """None where the phrases are too short, or neither like nor unlike each other."""
    limits = [limit for seconds, limit in OTHER_BELOW if shorter_s >= seconds]
    if limits and cosine < limits[-1]:
        return False
    return True if cosine >= SAME_FROM and shorter_s >= SAME_LEAST_S else None


def _phrases(stretches: Sequence[Span], gaps: Sequence[float]) -> tuple[list[int], list[Span]]:
    """(which phrase each stretch is in, the phrases)."""
    phrase_of, phrases = [0], [stretches[0]]
    for stretch, gap in zip(stretches[1:], gaps, strict=True):
        if gap < PHRASE_PAUSE_S:
            phrases[-1] = phrases[-1].join(stretch)
        else:
            phrases.append(stretch)
        phrase_of.append(len(phrases) - 1)
    return phrase_of, phrases


class _Sounds(Sequence[Samples]):
    """Phrases as float32, each made when it is asked for: of ten hours, all take 2 GB."""

    def __init__(self, samples16: Samples16, phrases: Sequence[Span]) -> None:
        self._samples16, self._phrases = samples16, phrases

    def __len__(self) -> int:
        return len(self._phrases)

    @overload
    def __getitem__(self, at: int) -> Samples: ...
    @overload
    def __getitem__(self, at: slice) -> "_Sounds": ...
    def __getitem__(self, at: int | slice) -> "Samples | _Sounds":
        """The phrase, or its middle four seconds."""
        if isinstance(at, slice):
            return _Sounds(self._samples16, self._phrases[at])
        span = self._phrases[at]
        over = max(0, span.samples - int(MOST_S * CACHE_RATE)) // 2
        piece = self._samples16[span.start + over : span.stop - over]
        sound = np.asarray(piece, np.float32) / np.float32(FULL_SCALE_16)
        if at % RELEASED_EVERY == 0:
            release_pages(self._samples16)
        return sound
