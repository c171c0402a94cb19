"""The clips' files: one thread reads the recordings, others resample, hash and write."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from curator.audio.encode import wav_header
from curator.audio.waveform import Samples16, Waveform
from curator.domain.clip import Clip
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import Recording
from curator.domain.target import Target
from curator.export.checks import Fault
from curator.export.cutting import ReadsExcerpts, excerpt, sound_fault, written

WRITERS = min(4, os.cpu_count() or 1)
IN_FLIGHT = 4 * WRITERS
"""Clips in memory at a time: 16 of 12 s at 192 kHz are 150 MB."""

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


@dataclass(frozen=True, slots=True)
class Knife:
    """How clips are cut. write_silent: also silent ones."""

    target: Target
    recordings: Mapping[int, Recording]
    excerpts: ReadsExcerpts
    write_silent: bool = False

    def cut_all(self, clips: Iterable[Clip], path_of: PathOf) -> Iterator[Cut]:
        """Cut clips, quickest when ordered by recording and start; results come in that order."""
        waiting: deque[Future[Cut]] = deque()
        pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="cut")
        try:
            for clip in clips:
                waiting.append(self._begin(clip, path_of(clip), pool))
                if len(waiting) >= IN_FLIGHT:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self, clip: Clip, path: Path, pool: ThreadPoolExecutor) -> Future[Cut]:
        recording = self.recordings[clip.recording_id]
        try:
            wave = excerpt(self.excerpts, recording, clip.span, self.target.rate)
        except (MissingSource, UnreadableAudio) as error:
            failed: Future[Cut] = Future()
            failed.set_result(Cut(clip, None, Fault("source_missing", error.sentence)))
            return failed
        return pool.submit(self._finish, clip, path, wave, self.excerpts.silenced)

    def _finish(self, clip: Clip, path: Path, wave: Waveform | Samples16, silenced: int) -> Cut:
        recording = self.recordings[clip.recording_id]
        samples = written(wave, recording, clip.span, self.target.rate)
        fault = sound_fault(silenced, samples, self.target)
        if fault and (silenced or not self.write_silent):
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
