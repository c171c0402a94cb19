"""Clips cut from their recordings at full quality, at the target's rate."""

from math import gcd
from typing import Protocol

import numpy as np

from curator.audio.encode import resampled, to_int16
from curator.audio.waveform import Samples16, Waveform
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.domain.target import Target
from curator.export.checks import Fault, written_samples

SURROUNDINGS_S = 0.02
"""How much sound on either side is resampled along with a clip, then left off: a resampler's filter
rings where sound begins; at this distance it has died down."""


class ReadsExcerpts(Protocol):
    """Reads spans of recordings; see ``curator.audio.excerpts.Excerpts``.

    silenced: how many values of the last span were no numbers and became silence.
    """

    silenced: int

    def read(self, recording: Recording, span: Span) -> Waveform:
        """Mono samples at the recording's rate, exactly ``span.samples`` of them."""
        ...

    def read16(self, recording: Recording, span: Span) -> Samples16 | None:
        """The same from a mono 16-bit file, as they are in it; None for other files."""
        ...


def excerpt(
    excerpts: ReadsExcerpts, recording: Recording, span: Span, rate: int
) -> Waveform | Samples16:
    """What ``written`` needs: a clip with what is around it, or the very samples to write."""
    if recording.rate == rate:
        samples = excerpts.read16(recording, span)
        if samples is not None:
            return samples
    return excerpts.read(recording, surrounded(recording, span, rate))


def surrounded(recording: Recording, span: Span, rate: int) -> Span:
    """The span with its surroundings.

    It begins a whole number of samples at both rates ahead of the clip, so that the clip's samples
    are those one gets by resampling the whole recording from the clip's start.
    """
    if recording.rate == rate:
        return span
    step = recording.rate // gcd(recording.rate, rate)
    wanted = -(-int(SURROUNDINGS_S * recording.rate) // step) * step
    before = min(wanted, span.start // step * step)
    after = min(wanted, max(0, recording.samples - span.stop))
    return Span(span.start - before, span.stop + after)


def written(wave: Waveform | Samples16, recording: Recording, span: Span, rate: int) -> Samples16:
    """The samples to write, from what ``excerpt`` read: ``written_samples`` of them."""
    if not isinstance(wave, Waveform):
        return wave
    if recording.rate == rate:
        return to_int16(wave)
    ahead = span.start - surrounded(recording, span, rate).start
    skip = ahead * rate // recording.rate
    length = written_samples(span.samples, recording.rate, rate)
    samples = resampled(wave, rate).samples[skip : skip + length]
    if samples.size < length:
        samples = np.pad(samples, (0, length - samples.size))
    return to_int16(Waveform(samples, rate))


NOT_FINITE = Fault("not_finite", "Its sound holds values that are no numbers.")


def level_fault(samples: Samples16, target: Target) -> Fault | None:
    """What is wrong with the level of a clip as it is to be written."""
    if peak(samples) <= target.silent_peak:
        return Fault("silent", "Nothing is to be heard in it.")
    return None


def peak(samples: Samples16) -> int:
    """The largest distance from zero, 0..32768."""
    if samples.size == 0:
        return 0
    return max(int(samples.max()), -int(samples.min()))
