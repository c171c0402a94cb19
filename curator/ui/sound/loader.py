"""Clips decoded ahead on threads, so that what is wanted next is in memory already."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from curator.audio.encode import resampled
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.store.project import Project
from curator.ui.sound.line import Job, Line
from curator.ui.sound.loudness import measure
from curator.ui.sound.playable import PlayableClip

if TYPE_CHECKING:  # decoders are loaded by the threads: the window is painted before
    from curator.ui.sound.reading import FarReader, NearReader

NEIGHBOURS = 5
"""Clips before and after the current one that are kept ready."""

KEPT = 4 * NEIGHBOURS + 2
"""Clips in memory: those around the current one and those around where the person just was."""

MOST_KEPT_S = 900.0
"""Seconds of sound in memory, 173 MB at 48 kHz; long clips push others out."""


class ClipLoader(QObject):
    """Gives clips as they are cut now, at the player's rate.

    ``clip`` gives one at once, to be played while it fills; ``ask`` has others made ready. One
    thread reads what is quick to read. Another decodes the files that can only be read from their
    start; until it gets there their 16 kHz copy is heard, and then replaced.
    """

    loaded = Signal(int, object)  # clip id, PlayableClip: its first samples are there
    completed = Signal(int, object)  # clip id, PlayableClip: all of it is; again if it got better
    failed = Signal(int, str)  # clip id and a sentence: it cannot be heard
    _better = Signal(object)  # a PlayableClip in place of a copy

    def __init__(self, project: Project, rate: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._rate = rate
        self.matched = False
        """Whether the loudness of clips without a score is to be measured."""
        self._clips: OrderedDict[int, PlayableClip] = OrderedDict()
        self._recordings: dict[int, Recording] = {}
        self._near, self._far = Line(), Line()
        self._threads: list[threading.Thread] = []
        self._better.connect(self._replace, Qt.ConnectionType.QueuedConnection)

    def clip(self, clip_id: int) -> PlayableClip:
        """The clip, at once, perhaps still empty: it fills ahead of all others.

        CuratorError if the project has no such clip.
        """
        clip = self._current([clip_id])[clip_id]
        if not clip.whole and not clip.failure:
            self._hurry(clip)
        return clip

    def ask(self, clip_ids: Sequence[int]) -> None:
        """Have these ready soon, the most wanted first; what was asked for before no longer is."""
        clips = self._current(clip_ids)
        wanted = [clips[clip_id] for clip_id in clip_ids if clip_id in clips]
        self._begin()
        with self._near.wake:
            begun = {id(job.clip): job for job in self._near.jobs if job.begun}
            self._near.jobs = list(begun.values())
            self._near.jobs += [
                Job(clip, self._recording(clip))
                for clip in wanted
                if not (clip.whole or clip.failure or id(clip) in begun)
            ]
            self._near.wake.notify()
        copies = [c for c in wanted if c.whole and not c.exact]
        self._far_only({c.clip_id for c in wanted}, copies)

    def ready(self, clip_id: int) -> PlayableClip | None:
        """The clip if it can be heard without waiting."""
        clip = self._clips.get(clip_id)
        return clip if clip is not None and clip.filled else None

    def set_rate(self, rate: int) -> None:
        """Resample for another device from now on."""
        if rate != self._rate:
            self._rate = rate
            self.forget()

    def forget(self, recordings: bool = True) -> None:
        """Read all clips anew when they are wanted: files or their places have changed."""
        self._clips.clear()
        if recordings:
            self._recordings.clear()

    def close(self) -> None:
        """End the threads."""
        self._near.close()
        self._far.close()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _current(self, clip_ids: Sequence[int]) -> dict[int, PlayableClip]:
        """Clips as they are cut now; those cut anew start empty."""
        found: dict[int, PlayableClip] = {}
        for clip_id, recording_id, span in self._project.clips.spans(clip_ids):
            clip = self._clips.get(clip_id)
            if clip is None or clip.span != span or clip.failure:
                recording = self._recordings.get(recording_id)
                if recording is None:
                    recording = self._project.recordings.get(recording_id)
                    self._recordings[recording_id] = recording
                clip = PlayableClip(clip_id, recording_id, span, recording.rate, self._rate)
                clip.loudness = self._project.clips.get(clip_id).scores.get("loudness")
                self._clips[clip_id] = clip
            found[clip_id] = clip
        for clip_id in clip_ids:
            if clip_id not in found:
                raise CuratorError(f"There is no clip {clip_id} any more.")
        for clip_id in reversed(clip_ids):
            self._clips.move_to_end(clip_id)
        self._drop_old(len(clip_ids))
        return found

    def _drop_old(self, wanted: int) -> None:
        seconds = sum(clip.seconds for clip in self._clips.values())
        while len(self._clips) > max(wanted, 1) and (
            len(self._clips) > max(KEPT, wanted) or seconds > MOST_KEPT_S
        ):
            seconds -= self._clips.popitem(last=False)[1].seconds

    def _recording(self, clip: PlayableClip) -> Recording:
        return self._recordings[clip.recording_id]

    def _hurry(self, clip: PlayableClip) -> None:
        self._begin()
        with self._near.wake:
            jobs = self._near.jobs
            found = next((job for job in jobs if job.clip is clip), None)
            if found is not None:
                jobs.remove(found)
            elif clip.whole or clip.failure:  # since it was looked at
                return
            jobs.insert(0, found or Job(clip, self._recording(clip)))
            self._near.wake.notify()

    def _far_only(self, ids: set[int], copies: Sequence[PlayableClip]) -> None:
        """Decode in place of copies only what is still wanted, in the order of the recordings."""
        with self._far.wake:
            kept = [job for job in self._far.jobs if job.clip.clip_id in ids]
            known = {job.clip.clip_id for job in kept}
            kept += [Job(c, self._recording(c)) for c in copies if c.clip_id not in known]
            self._far.jobs = sorted(kept, key=_by_time)
            self._far.wake.notify()

    def _begin(self) -> None:
        if not self._threads:
            for name, work in (("clips", self._run_near), ("far clips", self._run_far)):
                thread = threading.Thread(target=work, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _run_near(self) -> None:
        from curator.ui.sound.reading import NearReader

        reader = NearReader(self._project.cache)
        try:
            while (job := self._near.first()) is not None:
                self._step(job, reader)
        finally:
            reader.close()

    def _step(self, job: Job, reader: "NearReader") -> None:
        """Fill some more of a clip; between two steps a more urgent one may come."""
        if job.steps is None:
            job.steps = _filling(job, reader)
        try:
            next(job.steps)
        except StopIteration:
            self._near.done(job)
            if self.matched and job.clip.loudness is None and job.clip.exact:
                measure(job.clip)
            self._tell_loaded(job)
            self.completed.emit(job.clip.clip_id, job.clip)
            if not job.clip.exact:
                with self._far.wake:
                    self._far.jobs = sorted([*self._far.jobs, Job(*_pair(job))], key=_by_time)
                    self._far.wake.notify()
        except CuratorError as error:
            job.clip.failure = str(error)
            self._near.done(job)
            self.failed.emit(job.clip.clip_id, str(error))
        else:
            self._tell_loaded(job)

    def _tell_loaded(self, job: Job) -> None:
        if job.clip.filled and not job.told:
            job.told = True
            self.loaded.emit(job.clip.clip_id, job.clip)

    def _run_far(self) -> None:
        from curator.ui.sound.reading import FarReader

        reader = FarReader()
        try:
            while (job := self._far.first()) is not None:
                self._decode(job, reader)
        finally:
            reader.close()

    def _decode(self, job: Job, reader: "FarReader") -> None:
        """Replace a copy, unless on the way there it is no longer wanted."""
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
                elif self._far.closed or job not in self._far.jobs:
                    break
        except CuratorError as error:
            self.failed.emit(old.clip_id, str(error))  # its copy stays and can be heard
        self._far.done(job)

    @Slot(object)
    def _replace(self, clip: PlayableClip) -> None:
        old = self._clips.get(clip.clip_id)
        if old is not None and old.span == clip.span and old.rate == clip.rate:
            self._clips[clip.clip_id] = clip
            self.completed.emit(clip.clip_id, clip)


def _filling(job: Job, reader: "NearReader") -> Iterator[bool]:
    """Read, resample and append, part by part."""
    import soxr

    clip, resampler = job.clip, None
    for part in reader.parts(job.recording, clip.span):
        wave = part.wave
        if resampler is None or part.exact != clip.exact:
            clip.filled = 0  # where a file breaks off the copy starts from the beginning
            clip.exact = part.exact
            resampler = soxr.ResampleStream(wave.rate, clip.rate, 1, "float32", "HQ")
        clip.append(resampler.resample_chunk(np.ascontiguousarray(wave.samples)))
        yield True
    if resampler is not None:
        clip.append(resampler.resample_chunk(np.empty(0, np.float32), last=True))
    clip.close_gap()


def _pair(job: Job) -> tuple[PlayableClip, Recording]:
    return job.clip, job.recording


def _by_time(job: Job) -> tuple[int, int]:
    return job.clip.recording_id, job.clip.span.start
