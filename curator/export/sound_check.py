"""Check of the sources and sound of clips, without writing."""

from collections.abc import Mapping

import numpy as np

from curator.audio.waveform import FULL_SCALE_16
from curator.domain.clip import Clip
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import Recording
from curator.domain.target import Target
from curator.domain.text_rules import Fault
from curator.export.checks import CheckSound
from curator.export.excerpt import (
    NOT_FINITE,
    ExcerptReader,
    level_fault,
    output_samples,
    with_margin,
)
from curator.export.sources import source_fault, span_fault
from curator.stages import Version

CLEARLY_LOUD = 8
"""Multiple of the silent peak at which resampling cannot make a clip silent."""


def sound_checker(
    recordings: Mapping[int, Recording],
    excerpts: ExcerptReader,
    target: Target,
    versions: Mapping[int, Version] | None = None,
) -> CheckSound:
    """Function for `checks.check`; fastest when clips are ordered by recording and start.

    versions: by clip id, of cleaned clips.
    """
    cleaned = versions or {}
    states: dict[int, Fault | None] = {}
    loud = CLEARLY_LOUD * target.silent_peak / FULL_SCALE_16

    def check_sound(clip: Clip) -> Fault | None:
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
            wave = excerpts.read(recording, with_margin(recording, span, target.rate))
        except (MissingSource, UnreadableAudio) as error:
            return Fault("source_missing", error.sentence)
        if excerpts.silenced:
            return NOT_FINITE
        margin = wave.samples.size - span.samples
        inside = wave.samples[margin : wave.samples.size - margin]  # no more than the clip itself
        if np.max(np.abs(inside), initial=0.0) > loud:
            return None
        return level_fault(output_samples(wave, recording, span, target.rate), target)

    return check_sound
