"""Real speech, and the same with known damage."""

from pathlib import Path

import numpy as np

from trainer.evaluate.acoustics import frames_of
from trainer.speech.pace import stretch
from trainer.speech.sound import LISTENING_RATE, Samples, Sound, for_listening, read_sound
from trainer.speech.voice_activity import speech_spans

SLOWER = 1.25  # times as long: 20 % slower
LEAST_S, MOST_S = 2.0, 5.0
NOISE_TAIL_S = 1.0
SNR_DB = 8.0


def clips(folder: Path, count: int) -> list[tuple[Path, Sound]]:
    """Pieces of one reader's clips between pauses, 2 to 5 s long."""
    found = []
    for path in sorted((folder / "ljspeech").glob("*.flac")):
        sound = Sound(for_listening(read_sound(path)), LISTENING_RATE)
        found += [(path, piece) for piece in _pieces(sound)]
    step = len(found) / min(count, len(found))
    return [found[int(at * step)] for at in range(min(count, len(found)))]


def _pieces(sound: Sound) -> list[Sound]:
    pieces, start = [], None
    spans = speech_spans(sound.samples)
    for index, (begin, stop) in enumerate(spans):
        start = begin if start is None else start
        long_enough = stop - start >= LEAST_S
        follows = spans[index + 1][0] if index + 1 < len(spans) else sound.seconds
        if long_enough and stop - start <= MOST_S:
            end = min(stop + 0.1, (stop + follows) / 2 if follows > stop else stop)
            cut = sound.samples[int(max(0.0, start - 0.1) * sound.rate) : int(end * sound.rate)]
            pieces.append(Sound(cut, sound.rate))
        if long_enough:
            start = None
    return pieces


def cut_short(sound: Sound) -> Sound:
    """The last 45 % is missing."""
    return Sound(sound.samples[: int(0.55 * len(sound.samples))], sound.rate)


def noise_tail(sound: Sound, seed: int) -> Sound:
    """A second of noise behind the speech, as loud as breath."""
    draw = np.random.default_rng(seed)
    tail = draw.normal(0, 0.1 * rms(sound.samples), int(NOISE_TAIL_S * sound.rate))
    return Sound(np.concatenate([sound.samples, tail]).astype(np.float32), sound.rate)


def said_twice(sound: Sound) -> Sound:
    """A word or two after the first quarter is said again: from one dip in loudness to another."""
    loudness = frames_of(sound.samples).loudness
    even = np.convolve(10 ** (loudness / 10), np.ones(5) / 5, "same")
    first = len(loudness) // 4
    start = first + int(np.argmin(even[first : first + 30]))
    stop = start + 25 + int(np.argmin(even[start + 25 : start + 60]))
    begin, end = ((at * 0.01 + 0.0125) * sound.rate for at in (start, stop))
    parts = [sound.samples[: int(end)], sound.samples[int(begin) :]]
    return Sound(np.concatenate(parts), sound.rate)


def slowed(sound: Sound) -> Sound:
    """20 % slower."""
    return Sound(stretch(sound.samples, sound.rate, 1 / SLOWER), sound.rate)


def noisy(sound: Sound, seed: int) -> Sound:
    """White noise at 8 dB below the speech."""
    draw = np.random.default_rng(seed)
    noise = draw.normal(0, rms(sound.samples) * 10 ** (-SNR_DB / 20), len(sound.samples))
    return Sound((sound.samples + noise).astype(np.float32), sound.rate)


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
