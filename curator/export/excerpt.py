"""Samples of clips from their recordings, resampled to the target's rate."""

from math import gcd
from typing import Protocol

import numpy as np

from curator.audio.encode import resampled, to_int16
from curator.audio.waveform import Samples16, Waveform
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.domain.target import Target
from curator.domain.text_rules import Fault
from curator.export.checks import written_samples

MARGIN_S = 0.02
"""Margin on either side that is resampled with a clip and then trimmed: the filter of a resampler
rings at the start of a signal; at this distance the ringing has decayed."""


class ExcerptReader(Protocol):
    """Reads spans of recordings; see ``curator.audio.excerpts.Excerpts``.

    silenced: number of non-finite values in the last span, replaced by zeros.
    """

    silenced: int

    def read(self, recording: Recording, span: Span) -> Waveform:
        """Mono samples at the recording's rate, exactly ``span.samples`` of them."""
        ...

    def read16(self, recording: Recording, span: Span) -> Samples16 | None:
        """Unchanged samples of a mono 16-bit file; None for other files."""
        ...


def excerpt(
    excerpts: ExcerptReader, recording: Recording, span: Span, rate: int
) -> Waveform | Samples16:
    """Input of `output_samples`: a clip with its margin, or the unchanged samples to write."""
    if recording.rate == rate:
        samples = excerpts.read16(recording, span)
        if samples is not None:
            return samples
    return excerpts.read(recording, with_margin(recording, span, rate))


def with_margin(recording: Recording, span: Span, rate: int) -> Span:
    """Span extended by the margin.

    The margin before the clip is a whole number of samples at both rates, so that the result equals
    resampling the whole recording from the clip's start.
    """
    if recording.rate == rate:
        return span
    step = recording.rate // gcd(recording.rate, rate)
    wanted = -(-int(MARGIN_S * recording.rate) // step) * step
    before = min(wanted, span.start // step * step)
    after = min(wanted, max(0, recording.samples - span.stop))
    return Span(span.start - before, span.stop + after)


def output_samples(
    wave: Waveform | Samples16, recording: Recording, span: Span, rate: int
) -> Samples16:
    """Samples to write from the result of `excerpt`, ``written_samples`` in number."""
    if not isinstance(wave, Waveform):
        return wave
    if recording.rate == rate:
        return to_int16(wave)
    ahead = span.start - with_margin(recording, span, rate).start
    skip = ahead * rate // recording.rate
    length = written_samples(span.samples, recording.rate, rate)
    samples = resampled(wave, rate).samples[skip : skip + length]
    if samples.size < length:
        samples = np.pad(samples, (0, length - samples.size))
    return to_int16(Waveform(samples, rate))


NOT_FINITE = Fault("not_finite", "The audio has values that are not finite numbers.")


def level_fault(samples: Samples16, target: Target) -> Fault | None:
    """Fault of a clip's level."""
    if peak(samples) <= target.silent_peak:
        return Fault("silent", "The clip is silent.")
    return None


def peak(samples: Samples16) -> int:
    """Maximum of the absolute values, 0..32768."""
    if samples.size == 0:
        return 0
    return max(int(samples.max()), -int(samples.min()))
