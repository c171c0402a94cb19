"""Spans of recordings at source quality, for scoring and export."""

from collections import OrderedDict
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from curator.audio.decode import open_sound
from curator.audio.intake import content_hash
from curator.audio.reader import Reader
from curator.audio.soundfile_reader import SoundfileReader
from curator.audio.waveform import Samples, Samples16, Waveform
from curator.domain.errors import MissingSource, UnreadableAudio, printable
from curator.domain.recording import Decoding, Recording
from curator.domain.span import Span

MOST_OPEN = 16
"""Files kept open at once."""

_KEPT_S = 30
"""Seconds before the last read that a forward-only file still has: clips may overlap."""

_SKIP_FRAMES = 1 << 18


class Excerpts:
    """Reads spans of recordings. For one thread; a context manager.

    wav, flac and the like jump to a sample at once. mp3, ogg, m4a, opus and video are decoded
    forward (some 400 times as fast as they play), and from their start again for an earlier span:
    ask in ascending order.
    """

    def __init__(self) -> None:
        self.silenced = 0
        """Values of the last excerpt that were no numbers and became silence."""
        self._open: OrderedDict[_Source, _OpenSound] = OrderedDict()
        self._trusted: dict[Path, tuple[int, int, str]] = {}

    def read(self, recording: Recording, span: Span) -> Waveform:
        """Mono float32 at the recording's rate, exactly ``span.samples`` long.

        MissingSource if its file is gone or changed, UnreadableAudio if it cannot be read that far.
        """
        if span.stop > recording.samples:
            raise ValueError(
                f"{span} is not inside the {recording.samples} samples of its recording"
            )
        self._trust(recording)
        source = (recording.path, recording.decoding)
        sound = self._sound(source)
        before = sound.silenced
        samples = sound.read(span)
        self.silenced = sound.silenced - before
        if samples.size != span.samples:
            self._forget(source)
            reason = f"it can only be read up to {sound.end / recording.rate:.1f} s"
            raise UnreadableAudio(recording.path, reason)
        return Waveform(samples, recording.rate)

    def read16(self, recording: Recording, span: Span) -> Samples16 | None:
        """The samples as they are in a mono 16-bit file, which is faster; None for other files.

        MissingSource if its file is gone or changed.
        """
        self._trust(recording)
        samples = self._sound((recording.path, recording.decoding)).read16(span)
        if samples is not None:
            self.silenced = 0
        return samples

    def close(self) -> None:
        """Let go of all files."""
        for source in list(self._open):
            self._forget(source)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _trust(self, recording: Recording) -> None:
        """Raise MissingSource unless the file still is what was imported.

        Size and time are asked at every read; the whole content only when the time has changed.
        """
        try:
            status = recording.path.stat()
        except OSError as error:
            self._forget((recording.path, recording.decoding))
            raise MissingSource(
                f"{printable(recording.name)} is not there any more ({error.strerror}).",
                f"Put it back to {printable(str(recording.path.parent))}.",
            ) from None
        now = (status.st_size, status.st_mtime_ns, recording.content_hash)
        imported = (recording.size, recording.mtime_ns, recording.content_hash)
        if now in (imported, self._trusted.get(recording.path)):
            return
        self._forget((recording.path, recording.decoding))
        if status.st_size != recording.size or content_hash(recording.path) != now[2]:
            raise MissingSource(
                f"{printable(recording.name)} is no longer the file that was imported.",
                "Put the original back, or import the new one as a recording of its own.",
            )
        self._trusted[recording.path] = now

    def _sound(self, source: "_Source") -> "_OpenSound":
        if source not in self._open:
            self._open[source] = _OpenSound(source)
            if len(self._open) > MOST_OPEN:
                self._forget(next(iter(self._open)))
        self._open.move_to_end(source)
        return self._open[source]

    def _forget(self, source: "_Source") -> None:
        sound = self._open.pop(source, None)
        if sound:
            sound.close()


_Source = tuple[Path, Decoding]


class _OpenSound:
    """One file, kept open, with the sound just read."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._reader: Reader = open_sound(*source)
        self._behind: Samples = np.empty(0, np.float32)  # ends where the reader stands

    @property
    def end(self) -> int:
        """How far it has been read, in samples."""
        return self._reader.position

    @property
    def silenced(self) -> int:
        """How many values were no numbers so far; only files that jump can hold any."""
        return self._reader.silenced if self._reader.jumps_exactly else 0

    def read(self, span: Span) -> Samples:
        """The samples of ``span``; fewer where the file ends."""
        if self._reader.jumps_exactly:
            return self._jump(span)
        return self._forward(span)

    def read16(self, span: Span) -> Samples16 | None:
        """The samples of ``span`` as they are in a mono 16-bit file, else None."""
        if not self._reader.jumps_exactly or not isinstance(self._reader, SoundfileReader):
            return None
        self._reader.seek(span.start)
        return self._reader.read16(span.samples)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def _jump(self, span: Span) -> Samples:
        self._reader.seek(span.start)
        return self._reader.read(span.samples)

    def _forward(self, span: Span) -> Samples:
        if span.start < self._reader.position - self._behind.size:
            self._reader.close()
            self._reader = open_sound(*self._source)
            self._behind = np.empty(0, np.float32)
        while self._reader.position < span.start:
            if not self._more(min(_SKIP_FRAMES, span.start - self._reader.position)):
                break
        if self._reader.position < span.stop:
            self._more(span.stop - self._reader.position)
        first = self._reader.position - self._behind.size
        samples = self._behind[max(0, span.start - first) : span.stop - first].copy()
        self._behind = self._behind[-_KEPT_S * self._reader.rate :]
        return samples

    def _more(self, frames: int) -> bool:
        """Read on, adding to what is kept behind; False at the end."""
        block = self._reader.read(frames)
        kept = self._behind[-_KEPT_S * self._reader.rate :]
        self._behind = np.concatenate([kept, block])
        return bool(block.size)
