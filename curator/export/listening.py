"""What is wrong with clips' sources and sound, without writing anything."""

from collections.abc import Mapping

import numpy as np

from curator.audio.waveform import FULL_SCALE_16
from curator.domain.clip import Clip
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import Recording
from curator.domain.target import Target
from curator.export.checks import Fault, Listen
from curator.export.excerpt import NOT_FINITE, ReadsExcerpts, level_fault, surrounded, written
from curator.export.sources import source_fault, span_fault
from curator.stages import Version

CLEARLY_LOUD = 8
"""Times the silent peak: resampling does not make a sound of this level silent."""


def listener(
    recordings: Mapping[int, Recording],
    excerpts: ReadsExcerpts,
    target: Target,
    versions: Mapping[int, Version] | None = None,
) -> Listen:
    """For ``checks.check``; quickest when clips come by recording and start.

    versions: by clip, of those that are cleaned.
    """
    cleaned = versions or {}
    states: dict[int, Fault | None] = {}
    loud = CLEARLY_LOUD * target.silent_peak / FULL_SCALE_16

    def listen(clip: Clip) -> Fault | None:
        recording = recordings[clip.recording_id]
        if recording.id not in states:
            states[recording.id] = source_fault(recording, thorough=False)
        fault = states[recording.id] or span_fault(clip, recording)
        if fault:
            return fault
        span = clip.span
        if clip.id in cleaned:
            span, recording = cleaned[clip.id].span_in(recording), cleaned[clip.id].recording
        try:
            wave = excerpts.read(recording, surrounded(recording, span, target.rate))
        except (MissingSource, UnreadableAudio) as error:
            return Fault("source_missing", error.sentence)
        if excerpts.silenced:
            return NOT_FINITE
        ahead = wave.samples.size - span.samples
        inside = wave.samples[ahead : wave.samples.size - ahead]  # no more than the clip itself
        if np.max(np.abs(inside), initial=0.0) > loud:
            return None
        return level_fault(written(wave, recording, span, target.rate), target)

    return listen
