"""Sound that flows through cleaners: in blocks of any size, never more than a few in memory.

A cleaner may listen to pieces with what surrounds them; where pieces are laid depends on the place
in the recording alone, so that the same sound comes out however it was divided into blocks.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import soxr

from curator.audio.waveform import Samples
from curator.domain.span import Span

QUALITY = "HQ"  # 20 bit: below the noise of any recording
RESAMPLED_AT_ONCE = 1 << 16  # samples


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A recording as it flows. blocks: mono float32, ``samples`` of them in all at ``rate`` Hz.

    wanted_from: seconds; what comes before was made already, and may be anything of that length.
    """

    blocks: Iterator[Samples]
    rate: int
    samples: int
    wanted_from: float = 0.0

    @classmethod
    def of(cls, samples: Samples, rate: int, block: int = 1 << 16) -> "Sound":
        """Sound that is in memory already."""
        parts = (samples[at : at + block] for at in range(0, samples.size, block))
        return cls(parts, rate, samples.size)

    def all(self) -> Samples:
        """What is left of it, in one piece."""
        parts = list(self.blocks)
        return np.concatenate(parts) if parts else np.empty(0, np.float32)

    def with_blocks(self, blocks: Iterator[Samples]) -> "Sound":
        """As long as this one, whatever the blocks' makers had to fill up: exactly so long."""
        return replace(self, blocks=exactly(blocks, self.samples))

    def at(self, rate: int, samples: int | None = None) -> "Sound":
        """The same at another rate, in step with it. samples: of the result, where it is known."""
        if rate == self.rate:
            return self
        if samples is None:
            samples = Span(0, self.samples).at_rate(self.rate, rate).stop
        blocks = exactly(_resampled(self, rate), samples)
        return Sound(blocks, rate, samples, self.wanted_from)


@dataclass(frozen=True, slots=True)
class Pieces:
    """How a recording is divided for what listens to a piece at a time, in samples.

    step: from one piece to the next. context: heard on both sides and thrown away. fade: over so
    much of a joint one piece turns into the next; 0 where pieces agree anyway.
    """

    step: int
    context: int
    fade: int = 0


def exactly(blocks: Iterable[Samples], samples: int) -> Iterator[Samples]:
    """The blocks cut off, or filled up with silence, to be so long in all."""
    left = samples
    for block in blocks:
        if left <= 0:
            break
        part = block[:left]
        left -= part.size
        if part.size:
            yield part
    while left > 0:
        part = np.zeros(min(left, RESAMPLED_AT_ONCE), np.float32)
        left -= part.size
        yield part


def in_pieces(
    sound: Sound, pieces: Pieces, process: Callable[[Samples], Samples]
) -> Iterator[Samples]:
    """Hear a recording piece by piece and join what comes out.

    process: gives as many samples as it gets, in step with them. Pieces that are not wanted are
    silent.
    """
    wanted_from = round(sound.wanted_from * sound.rate)
    buffer = np.empty(0, np.float32)
    first = 0  # the sample of the recording with which the buffer begins
    start = 0  # of the piece that is next
    ending: Samples = np.empty(0, np.float32)  # of the piece before, to be faded out
    blocks = iter(sound.blocks)
    while start < sound.samples:
        stop = min(start + pieces.step, sound.samples)
        heard_to = min(stop + pieces.fade + pieces.context, sound.samples)
        parts = [buffer]
        held = first + buffer.size
        while held < heard_to and (block := next(blocks, None)) is not None:
            parts.append(block)
            held += block.size
        buffer = np.concatenate(parts) if len(parts) > 1 else buffer
        heard_from = max(0, start - pieces.context)
        piece = np.ascontiguousarray(buffer[heard_from - first : heard_to - first])
        is_wanted = stop + pieces.fade > wanted_from
        output = process(piece) if is_wanted else np.zeros(piece.size, np.float32)
        if output.size != piece.size:
            raise ValueError(f"{piece.size} samples became {output.size}")
        kept = output[start - heard_from : stop + pieces.fade - heard_from]
        yield _joined(ending, kept, stop - start)
        ending = kept[stop - start :]
        start = stop
        drop = max(0, start - pieces.context - first)
        buffer, first = buffer[drop:], first + drop


def _joined(ending: Samples, kept: Samples, length: int) -> Samples:
    """The first ``length`` samples of a piece, into which the end of the one before fades."""
    part = kept[:length].astype(np.float32)
    count = min(ending.size, length)
    if count:
        rising = (np.arange(1, count + 1, dtype=np.float32)) / np.float32(ending.size + 1)
        part[:count] = part[:count] * rising + ending[:count] * (1 - rising)
    return part


def _resampled(sound: Sound, rate: int) -> Iterator[Samples]:
    stream = soxr.ResampleStream(sound.rate, rate, 1, "float32", QUALITY)
    for block in sound.blocks:
        for at in range(0, block.size, RESAMPLED_AT_ONCE):
            part = block[at : at + RESAMPLED_AT_ONCE].astype(np.float32, copy=False)
            resampled = stream.resample_chunk(np.ascontiguousarray(part))
            if resampled.size:
                yield resampled
    yield stream.resample_chunk(np.empty(0, np.float32), last=True)
