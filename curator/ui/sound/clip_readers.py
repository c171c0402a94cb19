"""Readers of clips: by seeking, from the 16 kHz copy, or by decoding from the start.

Files with exact seeking are read at the clip. In mp3, Vorbis and Opus libsndfile seeks almost
exactly, which is verified against the 16 kHz copy of the project. If neither works the copy is
played until the file is decoded up to the clip.
"""

from collections import OrderedDict
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curator.audio.byte_view import FileRange
from curator.audio.cache import cached16
from curator.audio.decode import open_sound
from curator.audio.encode import resampled
from curator.audio.excerpts import Excerpts
from curator.audio.reader import Reader
from curator.audio.sniff import HEAD_BYTES, Container, sniff
from curator.audio.soundfile_reader import SoundfileReader
from curator.audio.waveform import CACHE_RATE, Samples, Waveform
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.foreign_files import open_regular
from curator.domain.recording import Recording
from curator.domain.span import Span

HEAD_S = 0.1
"""Duration of the first part, so that playback starts before the rest is decoded."""

PART_S = 0.5

MAX_OPEN_FILES = 16
"""Number of files kept open."""

PRE_ROLL = 11_520
"""Samples decoded before the target of a seek in a lossy file and discarded: ten mp3 frames."""

SAME = 0.9
"""Minimum correlation with the 16 kHz copy after a seek; one sample off reaches it in speech, one
packet off does not."""

QUIET = 1e-3
"""RMS below which sound counts as silence and is not compared."""

SKIP_S = 60
"""Seconds decoded per step on the way to a clip; between steps it can be cancelled."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipPart:
    """Next samples of a clip. exact: whether from the recording, not from its copy."""

    wave: Waveform
    exact: bool


class SeekingReader:
    """Reads clips within milliseconds; used by one thread. cache: folder of the project."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._open: OrderedDict[str, _OpenFile] = OrderedDict()

    def parts(self, recording: Recording, span: Span) -> Iterator[ClipPart]:
        """Parts of a clip, a short one first. Raises MissingSource or UnreadableAudio."""
        with suppress(UnreadableAudio, MissingSource, OSError):
            file = self._open_file(recording)
            if file.seekable and (yield from self._seek_parts(recording, span, file)):
                return
        yield from self._copy(recording, span)

    def close(self) -> None:
        """Close all files."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _seek_parts(
        self, recording: Recording, span: Span, file: "_OpenFile"
    ) -> Generator[ClipPart, None, bool]:
        """Parts of a clip from its file; returns False if seeking is inexact.

        The first seek in a lossy file is verified before playback, later ones after their first
        part: verifying takes as long as reading.
        """
        assert file.reader is not None
        head = _read(file.reader, span.start, min(span.samples, round(HEAD_S * recording.rate)))
        if not file.verified and not self._matches_copy(recording, span.start, head):
            file.seekable = False
            return False
        yield ClipPart(Waveform(head, recording.rate), exact=True)
        if file.verified and not file.exact_seek:
            file.seekable = self._matches_copy(recording, span.start, head)
        file.verified = file.seekable
        if file.seekable:
            yield from self._rest(recording, span, head.size, file.reader)
        return file.seekable

    def _rest(
        self, recording: Recording, span: Span, done: int, reader: Reader
    ) -> Iterator[ClipPart]:
        """Parts after the first one; another clip may be read in between."""
        most = round(PART_S * recording.rate)
        while done < span.samples:
            part = _read(reader, span.start + done, min(most, span.samples - done))
            if not part.size:
                return
            done += part.size
            yield ClipPart(Waveform(part, recording.rate), exact=True)

    def _matches_copy(self, recording: Recording, start: int, head: Samples) -> bool:
        copy = self._copy_samples(recording, Span(start, start + head.size))
        decoded = resampled(Waveform(head, recording.rate), CACHE_RATE, "HQ").samples
        size = min(copy.size, decoded.size)
        return same(copy[:size], decoded[:size])

    def _copy(self, recording: Recording, span: Span) -> Iterator[ClipPart]:
        try:
            sound = self._copy_samples(recording, span)
        except FileNotFoundError:
            raise MissingSource(
                f"Cannot play {recording.name}: the file and its 16 kHz copy are missing.",
                "Locate the recording on the Intake page.",
            ) from None
        head = round(HEAD_S * CACHE_RATE)
        for part in (sound[:head], sound[head:]):
            if part.size:
                yield ClipPart(Waveform(part, CACHE_RATE), exact=False)

    def _copy_samples(self, recording: Recording, span: Span) -> Samples:
        at = span.at_rate(recording.rate, CACHE_RATE)
        sound = cached16(self._cache, recording.cache_key)[at.start : at.stop]
        return Waveform.from_int16(np.asarray(sound), CACHE_RATE).samples

    def _open_file(self, recording: Recording) -> "_OpenFile":
        """File of the recording, kept open; not seekable if it changed since the import."""
        stat = recording.path.stat()
        key = f"{recording.path}\0{stat.st_mtime_ns}\0{stat.st_size}\0{recording.cache_key}"
        if key not in self._open:
            same_file = (stat.st_size, stat.st_mtime_ns) == (recording.size, recording.mtime_ns)
            self._open[key] = _OpenFile(_seekable(recording) if same_file else None)
            while len(self._open) > MAX_OPEN_FILES:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(key)
        return self._open[key]


class _OpenFile:
    """Open file. seekable: whether it may be read anywhere. verified: a seek was correct.

    exact_seek: the format seeks exactly, no verification needed. reader: None if not seekable.
    """

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader
        self.seekable = reader is not None
        self.exact_seek = self.verified = reader is not None and reader.jumps_exactly

    def close(self) -> None:
        """Close the file."""
        if self.reader is not None:
            self.reader.close()


def _read(reader: Reader, start: int, count: int) -> Samples:
    """Samples from a position in a seekable file; fewer at its end."""
    if reader.jumps_exactly or reader.position == start:
        reader.seek(start)
        return reader.read(count)
    before = min(start, PRE_ROLL)
    reader.seek(start - before)
    return reader.read(before + count)[before:]


class SequentialReader:
    """Decodes recordings from their start, exactly; used by one thread."""

    def __init__(self) -> None:
        self._excerpts = Excerpts()
        self._reached: dict[int, int] = {}  # recording id: sample up to which it was decoded

    def steps(self, recording: Recording, span: Span) -> Iterator[Waveform | None]:
        """None per decoded minute, then the clip. Raises MissingSource or UnreadableAudio."""
        at, step = self._reached.get(recording.id, 0), SKIP_S * recording.rate
        at = 0 if span.start < at else at
        for place in range(at + step, span.start, step):
            self._excerpts.read(recording, Span(place, place + 1))
            self._reached[recording.id] = place
            yield None
        wave = self._excerpts.read(recording, span)
        self._reached[recording.id] = span.stop
        yield wave

    def close(self) -> None:
        """Close all files."""
        self._excerpts.close()


def same(one: Samples, other: Samples) -> bool:
    """Whether two sounds of equal length differ by coding only; True for silence."""
    if one.size == 0 or max(_level(one), _level(other)) < QUIET:
        return True
    together = float(np.dot(one, other))
    power = float(np.dot(one, one)) * float(np.dot(other, other))
    return power > 0.0 and together / power**0.5 >= SAME


def _level(sound: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def _seekable(recording: Recording) -> Reader | None:
    path, decoding = recording.path, recording.decoding
    reader = open_sound(path, decoding)
    if reader.jumps_exactly:
        return reader
    reader.close()
    if decoding.gaps or decoding.parts:
        return None
    with open_regular(path) as file:
        kind = sniff(file.read(HEAD_BYTES))
    if not isinstance(kind, Container):
        return None
    try:
        return SoundfileReader(FileRange(path), replace(kind, soundfile=True), decoding)
    except UnreadableAudio:
        return None  # m4a, video...: only FFmpeg reads it
