"""Where a clip's sound is found the quickest.

Files that jump exactly are read where the clip lies. In mp3, Vorbis and Opus libsndfile jumps
almost exactly, which is compared, each time, with the 16 kHz copy beside the project. Where neither
holds the copy itself is heard, until the file has been decoded up to there.
"""

from collections import OrderedDict
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curator.audio.cache import cached16
from curator.audio.decode import Reader, open_sound
from curator.audio.encode import resampled
from curator.audio.excerpts import Excerpts
from curator.audio.sniff import HEAD_BYTES, Container, sniff
from curator.audio.soundfile_reader import SoundfileReader
from curator.audio.waveform import CACHE_RATE, Samples, Waveform
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import Recording
from curator.domain.span import Span

HEAD_S = 0.1
"""Read first, so that a clip sounds before the rest of it is decoded."""

PART_S = 0.5

MOST_OPEN = 16
"""Files kept open at once."""

RUN_UP = 11_520
"""Samples decoded ahead of a jump in a lossy file and thrown away: ten mp3 frames."""

SAME = 0.9
"""Correlation with the 16 kHz copy from which on a jump is believed. A sample beside the right one,
speech still reaches it; a packet beside, it does not."""

QUIET = 1e-3
"""Root mean square below which there is nothing to compare, so nothing to hear go wrong either."""

SKIP_S = 60
"""Seconds decoded at once on the way to a clip; in between the wish may have gone."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The next samples of a clip. exact: whether from the recording, not from its copy."""

    wave: Waveform
    exact: bool


class NearReader:
    """Reads clips within milliseconds. For one thread. cache: the project's."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._open: OrderedDict[str, _Opened] = OrderedDict()

    def parts(self, recording: Recording, span: Span) -> Iterator[Part]:
        """The clip, a short head first. MissingSource or UnreadableAudio if there is no sound."""
        with suppress(UnreadableAudio, MissingSource, OSError):
            opened = self._opened(recording)
            if opened.jumps and (yield from self._jumped(recording, span, opened)):
                return
        yield from self._copy(recording, span)

    def close(self) -> None:
        """Let go of all files."""
        for opened in self._open.values():
            opened.close()
        self._open.clear()

    def _jumped(
        self, recording: Recording, span: Span, opened: "_Opened"
    ) -> Generator[Part, None, bool]:
        """The clip from its file; False if the file does not jump where it should.

        A lossy file's first jump is compared before it is heard, the later ones just after their
        head: comparing takes as long as reading.
        """
        assert opened.reader is not None
        head = _read(opened.reader, span.start, min(span.samples, round(HEAD_S * recording.rate)))
        if not opened.believed and not self._is_there(recording, span.start, head):
            opened.jumps = False
            return False
        yield Part(Waveform(head, recording.rate), exact=True)
        if opened.believed and not opened.exactly:
            opened.jumps = self._is_there(recording, span.start, head)
        opened.believed = opened.jumps
        if opened.jumps:
            yield from self._rest(recording, span, head.size, opened.reader)
        return opened.jumps

    def _rest(self, recording: Recording, span: Span, done: int, reader: Reader) -> Iterator[Part]:
        """What follows the head; another clip may be read between two parts."""
        most = round(PART_S * recording.rate)
        while done < span.samples:
            part = _read(reader, span.start + done, min(most, span.samples - done))
            if not part.size:
                return
            done += part.size
            yield Part(Waveform(part, recording.rate), exact=True)

    def _is_there(self, recording: Recording, start: int, head: Samples) -> bool:
        copy = self._copied(recording, Span(start, start + head.size))
        found = resampled(Waveform(head, recording.rate), CACHE_RATE, "HQ").samples
        size = min(copy.size, found.size)
        return same(copy[:size], found[:size])

    def _copy(self, recording: Recording, span: Span) -> Iterator[Part]:
        try:
            sound = self._copied(recording, span)
        except FileNotFoundError:
            raise MissingSource(
                f"{recording.name} cannot be heard: neither it nor its copy is there.",
                "Locate the recording on the intake page.",
            ) from None
        head = round(HEAD_S * CACHE_RATE)
        for part in (sound[:head], sound[head:]):
            if part.size:
                yield Part(Waveform(part, CACHE_RATE), exact=False)

    def _copied(self, recording: Recording, span: Span) -> Samples:
        at = span.at_rate(recording.rate, CACHE_RATE)
        sound = cached16(self._cache, recording.content_hash)[at.start : at.stop]
        return Waveform.from_int16(np.asarray(sound), CACHE_RATE).samples

    def _opened(self, recording: Recording) -> "_Opened":
        """The recording's file, kept open; it does not jump if it is not the one imported."""
        found = recording.path.stat()
        key = f"{recording.path}\0{found.st_mtime_ns}\0{found.st_size}"
        if key not in self._open:
            same_file = (found.st_size, found.st_mtime_ns) == (recording.size, recording.mtime_ns)
            self._open[key] = _Opened(_jumping(recording.path) if same_file else None)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(key)
        return self._open[key]


class _Opened:
    """A file kept open. jumps: whether it may be read anywhere. believed: a jump was right.

    exactly: it jumps exactly by its kind, so nothing needs to be compared. reader: None for files
    that do not jump.
    """

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader
        self.jumps = reader is not None
        self.exactly = self.believed = reader is not None and reader.jumps_exactly

    def close(self) -> None:
        """Let go of the file."""
        if self.reader is not None:
            self.reader.close()


def _read(reader: Reader, start: int, count: int) -> Samples:
    """Samples from anywhere in a file that jumps, or almost; fewer at its end."""
    if reader.jumps_exactly or reader.position == start:
        reader.seek(start)
        return reader.read(count)
    before = min(start, RUN_UP)
    reader.seek(start - before)
    return reader.read(before + count)[before:]


class FarReader:
    """Reads any recording exactly, however long it takes to get there. For one thread."""

    def __init__(self) -> None:
        self._excerpts = Excerpts()
        self._reached: dict[int, int] = {}  # recording id: sample up to which it was decoded

    def steps(self, recording: Recording, span: Span) -> Iterator[Waveform | None]:
        """None for each minute on the way, then the clip. MissingSource, UnreadableAudio."""
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
        """Let go of all files."""
        self._excerpts.close()


def same(one: Samples, other: Samples) -> bool:
    """Whether two sounds of one length are the same but for their coding; silence is."""
    if one.size == 0 or max(_level(one), _level(other)) < QUIET:
        return True
    together = float(np.dot(one, other))
    power = float(np.dot(one, one)) * float(np.dot(other, other))
    return power > 0.0 and together / power**0.5 >= SAME


def _level(sound: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def _jumping(path: Path) -> Reader | None:
    reader = open_sound(path)
    if reader.jumps_exactly:
        return reader
    reader.close()
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES))
    if not isinstance(kind, Container):
        return None
    try:
        return SoundfileReader(path, replace(kind, soundfile=True))
    except UnreadableAudio:
        return None  # m4a, video...: only FFmpeg reads it
