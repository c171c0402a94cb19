"""Decodes clips on threads in advance and keeps them in memory."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.audio.encode import resampled
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.store.project import Project
from curator.ui.sound.load_queue import LoadJob, LoadQueue
from curator.ui.sound.loudness import measure
from curator.ui.sound.playable import PlayableClip

if TYPE_CHECKING:  # decoders are imported by the threads, after the window is painted
    from curator.ui.sound.clip_readers import SeekingReader, SequentialReader

NEIGHBOURS = 5
"""Clips before and after the current one that are kept in memory."""

MAX_CLIPS = 4 * NEIGHBOURS + 2
"""Clips in memory: around the current and around the previous clip."""

MAX_SECONDS = 900.0
"""Seconds of sound in memory, 173 MB at 48 kHz; above it the oldest clips are dropped."""


class ClipLoader(QObject):
    """Provides clips with their current edges at the player's rate.

    ``clip`` returns a clip immediately, to be played while it is decoded; ``ask`` queues others.
    One thread reads files that can be seeked. Another decodes files that must be read from their
    start; until then their 16 kHz copy is played.
    """

    loaded = Signal(int, object)  # clip id, PlayableClip: first samples decoded
    completed = Signal(int, object)  # clip id, PlayableClip: all decoded, or a copy replaced
    failed = Signal(int, str)  # clip id, reason
    _better = Signal(object)  # PlayableClip that replaces a copy

    def __init__(self, project: Project, rate: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._rate = rate
        self.matched = False
        """Whether to measure the loudness of clips without a loudness score."""
        self._clips: OrderedDict[int, PlayableClip] = OrderedDict()
        self._recordings: dict[int, Recording] = {}
        self._seeking, self._sequential = LoadQueue(), LoadQueue()
        self._threads: list[threading.Thread] = []
        self._better.connect(self._replace, Qt.ConnectionType.QueuedConnection)

    def clip(self, clip_id: int) -> PlayableClip:
        """Clip to play now; it may be empty and is decoded before all others.

        Raises CuratorError if the project has no clip with this id.
        """
        clip = self._current([clip_id])[clip_id]
        if not clip.whole and not clip.failure:
            self._decode_next(clip)
        return clip

    def ask(self, clip_ids: Sequence[int]) -> None:
        """Queue clips to decode, most wanted first; replaces the previous queue."""
        clips = self._current(clip_ids)
        wanted = [clips[clip_id] for clip_id in clip_ids if clip_id in clips]
        self._begin()
        with self._seeking.wake:
            started = {id(job.clip): job for job in self._seeking.jobs if job.started}
            self._seeking.jobs = list(started.values())
            self._seeking.jobs += [
                LoadJob(clip, self._recording(clip))
                for clip in wanted
                if not (clip.whole or clip.failure or id(clip) in started)
            ]
            self._seeking.wake.notify()
        copies = [c for c in wanted if c.whole and not c.exact]
        self._limit_sequential({c.clip_id for c in wanted}, copies)

    def ready(self, clip_id: int) -> PlayableClip | None:
        """Clip if some of it is decoded, else None."""
        clip = self._clips.get(clip_id)
        return clip if clip is not None and clip.filled else None

    def set_rate(self, rate: int) -> None:
        """Set the sample rate in Hz; discards clips at another rate."""
        if rate != self._rate:
            self._rate = rate
            self.forget()

    def forget(self, recordings: bool = True) -> None:
        """Discard all clips. recordings: also the cached paths of recordings."""
        self._clips.clear()
        if recordings:
            self._recordings.clear()

    def close(self) -> None:
        """Stop the threads."""
        self._seeking.close()
        self._sequential.close()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _current(self, clip_ids: Sequence[int]) -> dict[int, PlayableClip]:
        """Clips with their current edges; clips with changed edges start empty."""
        clips: dict[int, PlayableClip] = {}
        for clip_id, recording_id, span in self._project.clips.spans(clip_ids):
            clip = self._clips.get(clip_id)
            if clip is None or clip.span != span or clip.failure:
                recording = self._recordings.get(recording_id)
                if recording is None:
                    recording = self._project.recordings.get(recording_id)
                    self._recordings[recording_id] = recording
                clip = self._empty(clip_id, recording, span)
                clip.loudness = self._project.clips.get(clip_id).scores.get("loudness")
                self._clips[clip_id] = clip
            clips[clip_id] = clip
        for clip_id in clip_ids:
            if clip_id not in clips:
                raise CuratorError(f"Clip {clip_id} no longer exists.")
        for clip_id in reversed(clip_ids):
            self._clips.move_to_end(clip_id)
        self._drop_old(len(clip_ids))
        return clips

    def _empty(self, clip_id: int, recording: Recording, span: Span) -> PlayableClip:
        """Clip to be decoded; one that no program of this project made gets no room."""
        failure = ""
        if span.stop > recording.samples:
            failure = f"Clip {clip_id} ends after its recording: the project is damaged."
        elif span.seconds(recording.rate) > MAX_SECONDS:
            failure = f"Clip {clip_id} is longer than {MAX_SECONDS / 60:.0f} min; split it."
        room = Span(span.start, span.start) if failure else span
        clip = PlayableClip(clip_id, recording.id, room, recording.rate, self._rate)
        clip.failure = failure
        return clip

    def _drop_old(self, wanted: int) -> None:
        seconds = sum(clip.seconds for clip in self._clips.values())
        while len(self._clips) > max(wanted, 1) and (
            len(self._clips) > max(MAX_CLIPS, wanted) or seconds > MAX_SECONDS
        ):
            seconds -= self._clips.popitem(last=False)[1].seconds

    def _recording(self, clip: PlayableClip) -> Recording:
        return self._recordings[clip.recording_id]

    def _decode_next(self, clip: PlayableClip) -> None:
        self._begin()
        with self._seeking.wake:
            jobs = self._seeking.jobs
            queued = next((job for job in jobs if job.clip is clip), None)
            if queued is not None:
                jobs.remove(queued)
            elif clip.whole or clip.failure:  # decoded in the meantime
                return
            jobs.insert(0, queued or LoadJob(clip, self._recording(clip)))
            self._seeking.wake.notify()

    def _limit_sequential(self, ids: set[int], copies: Sequence[PlayableClip]) -> None:
        """Replace the copies of wanted clips only, in recording order."""
        with self._sequential.wake:
            kept = [job for job in self._sequential.jobs if job.clip.clip_id in ids]
            known = {job.clip.clip_id for job in kept}
            kept += [LoadJob(c, self._recording(c)) for c in copies if c.clip_id not in known]
            self._sequential.jobs = sorted(kept, key=_by_time)
            self._sequential.wake.notify()

    def _begin(self) -> None:
        if not self._threads:
            for name, work in (
                ("clip loader", self._run_seeking),
                ("sequential clip loader", self._run_sequential),
            ):
                thread = threading.Thread(target=work, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _run_seeking(self) -> None:
        from curator.ui.sound.clip_readers import SeekingReader

        reader = SeekingReader(self._project.cache)
        try:
            while (job := self._seeking.first()) is not None:
                self._step(job, reader)
        finally:
            reader.close()

    def _step(self, job: LoadJob, reader: "SeekingReader") -> None:
        """Decode the next part of a clip; a more urgent clip may come between parts."""
        if job.steps is None:
            job.steps = _filling(job, reader)
        try:
            next(job.steps)
        except StopIteration:
            self._seeking.done(job)
            if self.matched and job.clip.loudness is None and job.clip.exact:
                measure(job.clip)
            self._emit_loaded(job)
            self.completed.emit(job.clip.clip_id, job.clip)
            if not job.clip.exact:
                with self._sequential.wake:
                    self._sequential.jobs = sorted(
                        [*self._sequential.jobs, LoadJob(job.clip, job.recording)], key=_by_time
                    )
                    self._sequential.wake.notify()
        except CuratorError as error:
            job.clip.failure = str(error)
            self._seeking.done(job)
            self.failed.emit(job.clip.clip_id, str(error))
        else:
            self._emit_loaded(job)

    def _emit_loaded(self, job: LoadJob) -> None:
        if job.clip.filled and not job.loaded:
            job.loaded = True
            self.loaded.emit(job.clip.clip_id, job.clip)

    def _run_sequential(self) -> None:
        from curator.ui.sound.clip_readers import SequentialReader

        reader = SequentialReader()
        try:
            while (job := self._sequential.first()) is not None:
                self._decode(job, reader)
        finally:
            reader.close()

    def _decode(self, job: LoadJob, reader: "SequentialReader") -> None:
        """Replace a copy, unless it is no longer wanted before its position is reached."""
        old = job.clip
        try:
            for wave in reader.steps(job.recording, old.span):
                if wave is not None:
                    clip = PlayableClip(
                        old.clip_id, old.recording_id, old.span, old.source_rate, old.rate
                    )
                    clip.append(resampled(wave, old.rate, "HQ").samples)
                    clip.close_gap()
                    clip.loudness = old.loudness
                    if self.matched and clip.loudness is None:
                        measure(clip)
                    self._better.emit(clip)
                elif self._sequential.closed or job not in self._sequential.jobs:
                    break
        except CuratorError as error:
            self.failed.emit(old.clip_id, str(error))  # the copy stays
        self._sequential.done(job)

    @Slot(object)
    def _replace(self, clip: PlayableClip) -> None:
        old = self._clips.get(clip.clip_id)
        if old is not None and old.span == clip.span and old.rate == clip.rate:
            self._clips[clip.clip_id] = clip
            self.completed.emit(clip.clip_id, clip)


def _filling(job: LoadJob, reader: "SeekingReader") -> Iterator[bool]:
    """Read, resample and append the parts of a clip."""
    import soxr

    clip, resampler = job.clip, None
    for part in reader.parts(job.recording, clip.span):
        wave = part.wave
        if resampler is None or part.exact != clip.exact:
            clip.filled = 0  # if reading fails the copy starts from the beginning
            clip.exact = part.exact
            resampler = soxr.ResampleStream(wave.rate, clip.rate, 1, "float32", "HQ")
        clip.append(resampler.resample_chunk(np.ascontiguousarray(wave.samples)))
        yield True
    if resampler is not None:
        clip.append(resampler.resample_chunk(np.empty(0, np.float32), last=True))
    clip.close_gap()


def _by_time(job: LoadJob) -> tuple[int, int]:
    return job.clip.recording_id, job.clip.span.start
