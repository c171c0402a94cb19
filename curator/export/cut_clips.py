"""WAV files of clips: one thread reads the recordings, others resample, hash and write."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from curator.audio.encode import wav_header
from curator.audio.waveform import Samples16, Waveform
from curator.domain.clip import Clip
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.domain.text_rules import Fault
from curator.export.data import ExportData
from curator.export.excerpt import NOT_FINITE, ExcerptReader, excerpt, level_fault, output_samples

WRITERS = min(4, os.cpu_count() or 1)
IN_FLIGHT = 2 * WRITERS
BATCH_SAMPLES = 1 << 18
"""Samples of a batch for another thread: a few clips, since each hand-over may wait on a busy
machine, but few enough to be in the processor's cache when hashed."""

PathOf = Callable[[Clip], Path]
"""Path of a clip's file."""


@dataclass(frozen=True, slots=True)
class WavFile:
    """Written WAV file. samples: at the target's rate; sha256: of all bytes, hex."""

    samples: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CutClip:
    """Result of a clip: a file, a fault, or both when refused clips are written too."""

    clip: Clip
    file: WavFile | None
    fault: Fault | None


@dataclass(frozen=True, slots=True, eq=False)
class _ReadClip:
    """Clip with its samples or the fault of reading it."""

    clip: Clip
    sound: Waveform | Samples16 | None
    fault: Fault | None

    @property
    def size(self) -> int:
        """Number of samples."""
        if self.sound is None:
            return 0
        return len(self.sound.samples if isinstance(self.sound, Waveform) else self.sound)


@dataclass(frozen=True, slots=True)
class ClipCutter:
    """Cuts clips from their recordings; silent ones too if refused clips are kept."""

    data: ExportData
    excerpts: ExcerptReader

    def cut_all(self, clips: Iterable[Clip], path_of: PathOf) -> Iterator[CutClip]:
        """Cut clips in order; fastest when ordered by recording and start."""
        waiting: deque[Future[list[CutClip]]] = deque()
        pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="cut")
        try:
            for batch in self._batches(clips):
                waiting.append(pool.submit(self._finish_all, batch, path_of))
                if len(waiting) >= IN_FLIGHT:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _batches(self, clips: Iterable[Clip]) -> Iterator[list[_ReadClip]]:
        """Read clips and group them into batches."""
        batch: list[_ReadClip] = []
        for clip in clips:
            batch.append(self._read(clip))
            if sum(read.size for read in batch) >= BATCH_SAMPLES:
                yield batch
                batch = []
        if batch:
            yield batch

    def _read(self, clip: Clip) -> _ReadClip:
        recording, span = self._cut_from(clip)
        try:
            sound = excerpt(self.excerpts, recording, span, self.data.target.rate)
        except (MissingSource, UnreadableAudio) as error:
            return _ReadClip(clip, None, Fault("source_missing", error.sentence))
        if self.excerpts.silenced:
            return _ReadClip(clip, None, NOT_FINITE)
        return _ReadClip(clip, sound, None)

    def _cut_from(self, clip: Clip) -> tuple[Recording, Span]:
        """File to cut a clip from, original or cleaned, and the span in it."""
        recording = self.data.recordings[clip.recording_id]
        version = self.data.versions.get(clip.id)
        if version is None:
            return recording, clip.span
        return version.recording, version.span_in(recording)

    def _finish_all(self, batch: Iterable[_ReadClip], path_of: PathOf) -> list[CutClip]:
        return [self._finish(read, path_of(read.clip)) for read in batch]

    def _finish(self, read: _ReadClip, path: Path) -> CutClip:
        clip = read.clip
        if read.sound is None:
            return CutClip(clip, None, read.fault)
        recording, span = self._cut_from(clip)
        samples = output_samples(read.sound, recording, span, self.data.target.rate)
        fault = level_fault(samples, self.data.target)
        if fault and not self.data.settings.keep_refused:
            return CutClip(clip, None, fault)
        return CutClip(clip, _write_wav(path, samples, self.data.target.rate), fault)


def _write_wav(path: Path, samples: Samples16, rate: int) -> WavFile:
    """Write a new file and hash its content."""
    parts = (wav_header(samples.size, rate), samples.astype("<i2", copy=False).data)
    digest = hashlib.sha256()
    with path.open("xb", buffering=0) as file:
        for part in parts:
            content = memoryview(part).cast("B")
            digest.update(content)
            while content:  # a write may be partial, for example on a full disk
                content = content[os.write(file.fileno(), content) :]
    return WavFile(samples.size, digest.hexdigest())
