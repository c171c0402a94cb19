"""Where a clip's sound is found the quickest.

Files that jump exactly are read where the clip lies. In mp3, Vorbis and Opus libsndfile jumps
almost exactly, which is compared, each time, with the 16 kHz copy beside the project. Where neither
holds the copy itself is heard, until the file has been decoded up to there.
"""

from collections import OrderedDict
from collections.abc import Iterator
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
        self._open: OrderedDict[str, Reader | None] = OrderedDict()  # None: does not jump

    def parts(self, recording: Recording, span: Span) -> Iterator[Part]:
        """The clip, a short head first. MissingSource or UnreadableAudio if there is no sound."""
        with suppress(UnreadableAudio, MissingSource, OSError):
            if (reader := self._jumper(recording)) is not None:
                head = self._head(recording, span, reader)
                if head is not None:
                    yield Part(Waveform(head, recording.rate), exact=True)
                    yield from self._rest(recording, span, head.size, reader)
                    return
        yield from self._copy(recording, span)

    def close(self) -> None:
        """Let go of all files."""
        for reader in self._open.values():
            if reader is not None:
                reader.close()
        self._open.clear()

    def _head(self, recording: Recording, span: Span, reader: Reader) -> Samples | None:
        """The first 0.1 s, or None if the jump did not land where it should."""
        count = min(span.samples, round(HEAD_S * recording.rate))
        if reader.jumps_exactly:
            reader.seek(span.start)
            head = reader.read(count)
        else:
            before = min(span.start, RUN_UP)
            reader.seek(span.start - before)
            head = reader.read(before + count)[before:]
            if not self._is_there(recording, span.start, head):
                return None
        return head if head.size == count else None

    def _rest(self, recording: Recording, span: Span, done: int, reader: Reader) -> Iterator[Part]:
        """What follows the head; another clip may be read between two parts."""
        most = round(PART_S * recording.rate)
        while done < span.samples:
            at, count = span.start + done, min(most, span.samples - done)
            if reader.position == at or reader.jumps_exactly:
                reader.seek(at)
                part = reader.read(count)
            else:
                before = min(at, RUN_UP)
                reader.seek(at - before)
                part = reader.read(before + count)[before:]
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

    def _jumper(self, recording: Recording) -> Reader | None:
        """The file, kept open, if it can be read anywhere and is the one imported."""
        found = recording.path.stat()
        key = f"{recording.path}\0{found.st_mtime_ns}\0{found.st_size}"
        if key not in self._open:
            same_file = (found.st_size, found.st_mtime_ns) == (recording.size, recording.mtime_ns)
            self._open[key] = _jumping(recording.path) if same_file else None
            while len(self._open) > MOST_OPEN:
                _, old = self._open.popitem(last=False)
                if old is not None:
                    old.close()
        self._open.move_to_end(key)
        return self._open[key]


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
