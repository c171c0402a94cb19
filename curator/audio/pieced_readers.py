"""Readers made of others: streams one after another, and silence put in for gaps."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import soxr

from curator.audio.byte_view import FileRange
from curator.audio.mono import Mixdown
from curator.audio.reader import Reader
from curator.audio.waveform import Samples
from curator.domain.errors import UnreadableAudio
from curator.domain.recording import Decoding, SoundChoice

LEFT_OUT_NAMED = 5
"""Files that cannot be read which are named one by one."""

Open = Callable[[FileRange, Decoding | SoundChoice], Reader]


class ChainReader:
    """Files one after another in one, read as one at the rate of the first.

    See ``reader.Reader``.
    """

    jumps_exactly = False

    def __init__(
        self,
        whole: FileRange,
        parts: tuple[int, ...],
        wanted: Decoding | SoundChoice,
        open_part: Open,
    ) -> None:
        edges = (whole.start, *parts, whole.end)
        self._ranges = [FileRange(whole.path, *pair) for pair in pairwise(edges)]
        self._parts = parts
        self._wanted = wanted
        self._open_part = open_part
        self._reader = first = open_part(self._ranges[0], wanted)
        self.rate, self.channels, self.container = first.rate, first.channels, first.container
        self.is_float = first.is_float
        self.promised: int | None = None
        self.position = self._silenced = 0
        self._number = self._made = self._left_out = 0
        self._ended = False
        self._left: Samples = np.empty(0, np.float32)
        self._resampler: soxr.ResampleStream | None = None
        self._gaps: list[tuple[int, int]] = []
        self._offset = 0
        self.notes: list[str] = []
        self.mixdown: Mixdown = first.mixdown
        if isinstance(wanted, SoundChoice):
            self.notes.append(f"it is {len(edges) - 1} files in one, which were read one by one")

    @property
    def silenced(self) -> int:
        """Values that were NaN or infinite so far."""
        return self._silenced + (0 if self._ended else self._reader.silenced)

    @property
    def decoding(self) -> Decoding:
        """How the samples are read, complete once all of them are."""
        if isinstance(self._wanted, Decoding):
            return self._wanted
        gaps = self._gaps if self._ended else [*self._gaps, *self._gaps_here()]
        return replace(self._reader.decoding, gaps=tuple(gaps), parts=self._parts)

    def read(self, frames: int) -> Samples:
        """The next ``frames`` samples, fewer only at the end."""
        blocks = [self._left[:frames]]
        self._left = self._left[frames:]
        missing = frames - blocks[0].size
        while missing > 0:
            block = self._more(missing)
            if block is None:
                break
            blocks.append(block[:missing])
            self._left = block[missing:]
            missing -= blocks[-1].size
        self.position += frames - missing
        return np.concatenate(blocks)

    def seek(self, frame: int) -> None:
        """Cannot: see ``jumps_exactly``."""
        raise NotImplementedError("files in one are read from the start")

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def _more(self, frames: int) -> Samples | None:
        """Samples of this file or the next one, may be none; None at the end of the last."""
        if self._ended:
            return None
        block = self._reader.read(frames)
        is_over = not block.size
        if self._resampler is not None:
            block = self._resampler.resample_chunk(block, last=is_over)
        self._made += block.size
        if is_over:
            self._ended = not self._next()
        return block

    def _next(self) -> bool:
        """Open the next file that can be read; False after the last."""
        self._silenced += self._reader.silenced
        self.notes += self._reader.notes
        self._gaps += self._gaps_here()
        self._offset, self._resampler = self._made, None
        self._reader.close()
        while self._number + 1 < len(self._ranges):
            self._number += 1
            try:
                self._reader = self._open_part(self._ranges[self._number], self._wanted)
            except UnreadableAudio as error:
                self._left_out += 1
                if self._left_out <= LEFT_OUT_NAMED:
                    where = f"file {self._number + 1} in it was left out"
                    self.notes.append(f"{where}: {error.reason}")
                continue
            if self._reader.rate != self.rate:
                self.notes.append(
                    f"file {self._number + 1} in it was resampled from {self._reader.rate} Hz"
                )
                self._resampler = soxr.ResampleStream(
                    self._reader.rate, self.rate, 1, "float32", "HQ"
                )
            return True
        if self._left_out > LEFT_OUT_NAMED:
            more = self._left_out - LEFT_OUT_NAMED
            self.notes.append(f"{more:,} more files in it were left out")
        return False

    def _gaps_here(self) -> list[tuple[int, int]]:
        """Gaps of the present file, in samples of the whole."""
        times = self.rate / self._reader.rate
        return [
            (self._offset + round(at * times), round(samples * times))
            for at, samples in self._reader.decoding.gaps
        ]


class SilenceReader:
    """A reader with silence at the gaps of a decoding. See ``reader.Reader``."""

    jumps_exactly = False

    def __init__(self, reader: Reader, decoding: Decoding) -> None:
        self._reader = reader
        self.decoding = decoding
        self.rate, self.channels, self.container = reader.rate, reader.channels, reader.container
        self.promised = reader.promised
        self.is_float = reader.is_float
        self.notes = reader.notes
        self.mixdown = reader.mixdown
        self.position = 0
        self._gaps = list(decoding.gaps)

    @property
    def silenced(self) -> int:
        """Values that were NaN or infinite so far."""
        return self._reader.silenced

    def read(self, frames: int) -> Samples:
        """The next ``frames`` samples, fewer only at the end."""
        blocks: list[Samples] = []
        while frames > 0:
            at, length = self._gaps[0] if self._gaps else (None, 0)
            if at is not None and self.position >= at:
                size = min(frames, at + length - self.position)
                blocks.append(np.zeros(size, np.float32))
                if self.position + size == at + length:
                    self._gaps.pop(0)
            else:
                wanted = frames if at is None else min(frames, at - self.position)
                blocks.append(self._reader.read(wanted))
            if not blocks[-1].size:
                break
            self.position += blocks[-1].size
            frames -= blocks[-1].size
        return np.concatenate(blocks) if blocks else np.empty(0, np.float32)

    def seek(self, frame: int) -> None:
        """Cannot: see ``jumps_exactly``."""
        raise NotImplementedError("sound with gaps is read from the start")

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
