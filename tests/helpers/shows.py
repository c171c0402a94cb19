"""A short show by piper's voice with its truth: where it speaks, to the hundredth of a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import soxr

from curator.audio.waveform import CACHE_RATE
from curator.demo.acoustics import stretches
from curator.demo.voices import MissingVoice, host_sentences
from curator.domain.span import Span
from curator.stages import RecordingSound
from tests.helpers.recordings import a_recording_sound, as_int16

SENTENCES = (
    "Good evening, ladies and gentlemen, and welcome to our show.",
    "Take your time.",
    "In eighteen forty-eight the people of Europe rose against their kings and for a short and "
    "stormy spring it seemed as if everything could change overnight but by the following summer "
    "most of the old rulers had returned to their thrones.",
    "Which river flows through the city of London?",
    "Stop! Don't touch that button, please.",
    "That is the right answer, and the first point goes to you.",
    "Six thick thistle sticks, she said, are better than sixty soft scarves.",
    "The whole room is holding its breath.",
)
GAPS_S = (0.3, 0.45, 0.9, 2.4, 0.35, 0.7, 0.25, 1.2, 0.5)
RATE = 22_050


@dataclass(frozen=True, slots=True, eq=False)
class Show:
    """sound: as stages get it. speech: stretches without a pause, samples at its rate, in order."""

    sound: RecordingSound
    speech: tuple[Span, ...]


@cache
def _spoken() -> tuple[tuple[np.ndarray, tuple[Span, ...]], ...]:
    waves = host_sentences(SENTENCES, 1.0)
    return tuple((wave.samples, stretches(wave.samples, wave.rate)) for wave in waves)


def a_show(
    gaps_s: Sequence[float] = GAPS_S, snr_db: float = 35.0, lead_s: float = 0.0, stop: int = 0
) -> Show:
    """All sentences with the gaps around and between them. stop: breaks off at that sample."""
    try:
        spoken = _spoken()
    except MissingVoice as missing:
        pytest.skip(str(missing))
    parts, speech, at = [np.zeros(round((gaps_s[0] + lead_s) * RATE), np.float32)], [], 0
    at = parts[0].size
    for (samples, own), gap in zip(spoken, gaps_s[1:], strict=True):
        first, last = own[0].start, own[-1].stop
        speech += [span.shifted(at - first) for span in own]
        parts += [samples[first:last], np.zeros(round(gap * RATE), np.float32)]
        at += last - first + parts[-1].size
    voice = np.concatenate(parts)
    power = float(np.mean(np.square(voice)))
    hiss = np.random.default_rng(1).standard_normal(voice.size)
    sound = (voice + hiss * np.sqrt(power / 10 ** (snr_db / 10))).astype(np.float32)
    if stop:
        sound = sound[:stop]
    at_16k = soxr.resample(sound, RATE, CACHE_RATE)
    return Show(a_recording_sound(as_int16(at_16k), RATE), tuple(speech))


def inside_speech(speech: Sequence[Span], sample: int, rate: int = RATE, ms: int = 30) -> bool:
    """Whether a sample lies in a stretch of speech, further than ``ms`` from both ends."""
    margin = ms * rate // 1000
    return any(span.start + margin < sample < span.stop - margin for span in speech)
