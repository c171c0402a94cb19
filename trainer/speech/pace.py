"""A speaker's own pace, and speech held to a wanted one without a change of pitch.

Pace is counted in letters and digits a second of speech: silence and punctuation left out, it is
the same measure for every language that is written with letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.speech.sound import Samples, Sound, for_listening
from trainer.speech.voice_activity import Spans, speech_spans

# Beyond these the stretched sound is no longer one a listener takes for natural.
SLOWEST_FACTOR, FASTEST_FACTOR = 0.5, 2.0
CLOSE_ENOUGH = 0.01  # of the wanted rate; nearer, nothing is stretched

# Frames of 40 ms hold two periods of the deepest voice; the search of 10 ms finds a whole period.
FRAME_S = 0.040
SEARCH_S = 0.010


def letters(text: str) -> int:
    """Letters and digits of a text: what takes time to say."""
    return sum(character.isalnum() for character in text)


def spoken_seconds(spans: Spans) -> float:
    """From the first speech to the last."""
    return spans[-1][1] - spans[0][0] if spans else 0.0


@dataclass(frozen=True, slots=True)
class Paced:
    """Sound at a wanted pace. before, after: letters a second; None where nobody spoke."""

    sound: Sound
    before: float | None
    after: float | None


def hold_rate(sound: Sound, text: str, rate: float) -> Paced:
    """The sound slowed down or sped up to ``rate`` letters a second, at the same pitch."""
    seconds = spoken_seconds(speech_spans(for_listening(sound)))
    count = letters(text)
    if seconds <= 0 or count == 0:
        return Paced(sound, None, None)
    before = count / seconds
    factor = float(np.clip(rate / before, SLOWEST_FACTOR, FASTEST_FACTOR))
    if abs(factor - 1.0) < CLOSE_ENOUGH:
        return Paced(sound, before, before)
    stretched = Sound(stretch(sound.samples, sound.rate, factor), sound.rate)
    after = spoken_seconds(speech_spans(for_listening(stretched)))
    return Paced(stretched, before, count / after if after else None)


def stretch(samples: Samples, rate: int, factor: float) -> Samples:
    """The samples ``factor`` times as fast with their pitch kept.

    Waveform-similarity overlap-add: each frame is taken from where the sound best goes on from the
    frame before, so that periods are repeated or left out whole.
    """
    frame = int(FRAME_S * rate) // 2 * 2
    half, search = frame // 2, int(SEARCH_S * rate)
    if len(samples) < 2 * frame or factor == 1.0:
        return samples
    window = np.hanning(frame + 1)[:-1].astype(np.float32)
    length = int(len(samples) / factor)
    count = max(1, (length - half) // half)
    padded = np.pad(samples, (half + search, frame + 2 * search))
    out = np.zeros((count + 1) * half, dtype=np.float32)
    weight = np.zeros_like(out)
    natural = half + search  # where the last frame would go on by itself
    for index in range(count):
        wanted = round(index * half * factor) + half + search
        wanted = min(wanted, len(padded) - frame - search)
        start = wanted if index == 0 else _best(padded, wanted, natural, frame, search)
        place = slice(index * half, index * half + frame)
        out[place] += padded[start : start + frame] * window
        weight[place] += window
        natural = min(start + half, len(padded) - frame - search)
    return (out / np.maximum(weight, np.float32(1e-3)))[:length].astype(np.float32)


def _best(padded: Samples, wanted: int, natural: int, frame: int, search: int) -> int:
    """The start within ``search`` of ``wanted`` whose frame is most like the one at ``natural``."""
    model = padded[natural : natural + frame]
    region = padded[wanted - search : wanted + search + frame]
    likeness = np.correlate(region, model, mode="valid")
    power = np.cumsum(np.concatenate([[0.0], np.square(region, dtype=np.float64)]))
    energy = power[frame:] - power[:-frame]
    best = int(np.argmax(likeness / np.sqrt(np.maximum(energy, 1e-9))))
    return wanted - search + best


def usual_rate(counts: Sequence[int], seconds: Sequence[float]) -> float | None:
    """The median rate of so many letters in so many seconds, None without any."""
    rates = [n / s for n, s in zip(counts, seconds, strict=True) if n and s > 0]
    return float(np.median(rates)) if rates else None
