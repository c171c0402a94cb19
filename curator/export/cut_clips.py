"""The clips' files: one thread reads the recordings, others resample, hash and write."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from curator.audio.encode import wav_header
from curator.audio.waveform import Samples16, Waveform
from curator.domain.clip import Clip
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.domain.target import Target
from curator.export.checks import Fault
from curator.export.excerpt import NOT_FINITE, ReadsExcerpts, excerpt, level_fault, written
from curator.stages import Version

WRITERS = min(4, os.cpu_count() or 1)
IN_FLIGHT = 2 * WRITERS
HANDFUL = 1 << 18
"""Samples handed to another thread at a time: a few clips, as every handing over waits for a turn
on a busy machine, and yet so little that they are still in the processor's cache when hashed."""

PathOf = Callable[[Clip], Path]
"""Where the file of a clip goes."""


@dataclass(frozen=True, slots=True)
class WavFile:
    """A clip's file as written. samples: at the target's rate; sha256: of all its bytes."""

    samples: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Cut:
    """What came of cutting a clip: a file, a fault, or both when refused clips are written too."""

    clip: Clip
    file: WavFile | None
    fault: Fault | None


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A clip as it was read: its sound, or the fault that kept it from being read."""

    clip: Clip
    sound: Waveform | Samples16 | None
    fault: Fault | None

    @property
    def size(self) -> int:
        """How many samples it holds."""
        if self.sound is None:
            return 0
        return len(self.sound.samples if isinstance(self.sound, Waveform) else self.sound)


@dataclass(frozen=True, slots=True)
class Knife:
    """How clips are cut. write_silent: also silent ones. versions: by clip, of cleaned ones."""

    target: Target
    recordings: Mapping[int, Recording]
    excerpts: ReadsExcerpts
    write_silent: bool = False
    versions: Mapping[int, Version] = field(default_factory=dict)

    def cut_all(self, clips: Iterable[Clip], path_of: PathOf) -> Iterator[Cut]:
        """Cut clips, quickest when ordered by recording and start; results come in that order."""
        waiting: deque[Future[list[Cut]]] = deque()
        pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="cut")
        try:
            for handful in self._handfuls(clips):
                waiting.append(pool.submit(self._finish_all, handful, path_of))
                if len(waiting) >= IN_FLIGHT:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _handfuls(self, clips: Iterable[Clip]) -> Iterator[list[_Read]]:
        """Clips as read from their recordings, as many at a time as make up a handful."""
        handful: list[_Read] = []
        for clip in clips:
            handful.append(self._read(clip))
            if sum(read.size for read in handful) >= HANDFUL:
                yield handful
                handful = []
        if handful:
            yield handful

    def _read(self, clip: Clip) -> _Read:
        recording, span = self._cut_from(clip)
        try:
            sound = excerpt(self.excerpts, recording, span, self.target.rate)
        except (MissingSource, UnreadableAudio) as error:
            return _Read(clip, None, Fault("source_missing", error.sentence))
        if self.excerpts.silenced:
            return _Read(clip, None, NOT_FINITE)
        return _Read(clip, sound, None)

    def _cut_from(self, clip: Clip) -> tuple[Recording, Span]:
        """The file that a clip is cut from, as recorded or cleaned, and where."""
        recording = self.recordings[clip.recording_id]
        version = self.versions.get(clip.id)
        if version is None:
            return recording, clip.span
        return version.recording, version.span_in(recording)

    def _finish_all(self, handful: Iterable[_Read], path_of: PathOf) -> list[Cut]:
        return [self._finish(read, path_of(read.clip)) for read in handful]

    def _finish(self, read: _Read, path: Path) -> Cut:
        clip = read.clip
        if read.sound is None:
            return Cut(clip, None, read.fault)
        recording, span = self._cut_from(clip)
        samples = written(read.sound, recording, span, self.target.rate)
        fault = level_fault(samples, self.target)
        if fault and not self.write_silent:
            return Cut(clip, None, fault)
        return Cut(clip, _write_wav(path, samples, self.target.rate), fault)


def _write_wav(path: Path, samples: Samples16, rate: int) -> WavFile:
    """A new file, hashed while its content is at hand."""
    parts = (wav_header(samples.size, rate), samples.astype("<i2", copy=False).data)
    digest = hashlib.sha256()
    with path.open("xb", buffering=0) as file:
        for part in parts:
            content = memoryview(part).cast("B")
            digest.update(content)
            while content:  # the system may take less than it is given, above all on a full disk
                content = content[os.write(file.fileno(), content) :]
    return WavFile(samples.size, digest.hexdigest())
