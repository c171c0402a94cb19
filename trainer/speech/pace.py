"""Speaking rate of a bundle's speaker, and time stretching to a given rate (WSOLA).

The rate is letters and digits per second of speech, without silence and punctuation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.bundle.manifest import Bundle, Clip
from trainer.seeded_random import generator
from trainer.speech.prior import ENOUGH_CLIPS, LengthPrior, fit_prior
from trainer.speech.sound import Samples, Sound, for_listening, read_sound
from trainer.speech.voice_activity import Spans, speech_spans

# Beyond these the stretched sound is no longer one a transcriber takes for natural.
SLOWEST_FACTOR, FASTEST_FACTOR = 0.5, 2.0
CLOSE_ENOUGH = 0.01  # of the wanted rate; nearer, nothing is stretched

# Frames of 40 ms hold two periods of the deepest voice; the search of 10 ms finds a whole period.
FRAME_S = 0.040
SEARCH_S = 0.010

CLIPS = 64  # enough for the 1st and 99th percentile to hold still
USUAL = (0.15, 1 / 13.0)  # s before the first letter and s a letter, where there are no clips
UNKNOWN_PACE = fit_prior([], [], USUAL)
"""Band of lengths of an unknown speaker."""


def letters(text: str) -> int:
    """Number of letters and digits of a text."""
    return sum(character.isalnum() for character in text)


def spoken_seconds(spans: Spans) -> float:
    """Seconds from the start of the first to the end of the last speech span."""
    return spans[-1][1] - spans[0][0] if spans else 0.0


@dataclass(frozen=True, slots=True)
class Paced:
    """Sound at a given rate. before, after: letters per second; None without speech."""

    sound: Sound
    before: float | None
    after: float | None


def hold_rate(sound: Sound, text: str, rate: float) -> Paced:
    """Stretch the sound to ``rate`` letters per second, at unchanged pitch."""
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
    """Time-stretch by ``factor`` (2.0: twice as fast) at unchanged pitch, by WSOLA.

    Each frame starts where it correlates best with the natural continuation of the frame before,
    so that whole periods are repeated or dropped.
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
    """Frame start within ``search`` of ``wanted`` that correlates best with ``natural``."""
    model = padded[natural : natural + frame]
    region = padded[wanted - search : wanted + search + frame]
    correlation = np.correlate(region, model, mode="valid")
    power = np.cumsum(np.concatenate([[0.0], np.square(region, dtype=np.float64)]))
    energy = power[frame:] - power[:-frame]
    best = int(np.argmax(correlation / np.sqrt(np.maximum(energy, 1e-9))))
    return wanted - search + best


def usual_rate(counts: Sequence[int], seconds: Sequence[float]) -> float | None:
    """Median of letters per second; None without clips."""
    rates = [n / s for n, s in zip(counts, seconds, strict=True) if n and s > 0]
    return float(np.median(rates)) if rates else None


@dataclass(frozen=True, slots=True)
class Pace:
    """Speaking rate. prior: seconds by letters. rate: letters per second, None if unknown."""

    prior: LengthPrior
    rate: float | None


def pace_of(bundle: Bundle) -> Pace:
    """Speaking rate of a seeded selection of the training clips."""
    counts, seconds = [], []
    for clip in _selected(bundle):
        sound, _ = read_clip(bundle, clip)
        if sound is not None:
            counts.append(letters(clip.text))
            seconds.append(spoken_seconds(speech_spans(for_listening(sound))))
    prior = fit_prior(counts, seconds, USUAL)
    known = prior.clips >= ENOUGH_CLIPS  # fewer say nothing of a usual pace
    return Pace(prior, usual_rate(counts, seconds) if known else None)


def _selected(bundle: Bundle) -> list[Clip]:
    clips = sorted(bundle.part("train") or bundle.clips, key=lambda clip: clip.id)
    if len(clips) <= CLIPS:
        return clips
    draw = generator(0, f"pace {bundle.manifest_sha256}", 0)
    return [clips[at] for at in sorted(draw.choice(len(clips), CLIPS, replace=False))]


def read_clip(bundle: Bundle, clip: Clip) -> tuple[Sound | None, str]:
    """Read a clip; None with the reason if it cannot be read."""
    path = bundle.audio(clip)
    if not path.is_file():
        return None, f"{clip.audio} is missing."
    try:
        sound = read_sound(path)
    except (OSError, RuntimeError) as error:  # soundfile's error is a RuntimeError
        return None, f"{clip.audio} cannot be read: {str(error).splitlines()[0]}"
    return (sound, "") if sound.samples.size else (None, f"{clip.audio} holds no sound.")
