"""Mains hum: a steady tone at 50 or 60 Hz and at its multiples, taken out by narrow notches.

Which of the two is found by listening to the start, and so is which multiples are there at all: a
notch where nothing hums would only take from the voice.
"""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.cleaning.cleaners import CleanerSetting, cleaner
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces

MAINS_HZ = (50.0, 60.0)
LISTEN_S = 60.0  # of the start
HIGHEST_HZ = 2_000.0  # no hum is heard above
WIDTH_HZ = 1.5  # of a notch, to its half power
CLEARLY = 6.0  # times the level beside it: hum; a held vowel is neither as steady nor there
STEP_S = 20.0
CONTEXT_S = 3.0  # a notch of 1.5 Hz rings so long until it is a hundred-thousandth
RESOLUTION_S = 4.0  # of the spectrum that is searched: 0.25 Hz


@cleaner(
    label="De-hum",
    version=1,
    settings={
        "hz": CleanerSetting(0.0, 0.0, 400.0, "Hz of the mains, 0 to find out"),
    },
)
class Hum:
    """Takes away tones at the multiples of ``hz``."""

    def __init__(self, hz: float) -> None:
        self._hz = hz

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner."""
        start_blocks: list[Samples] = []
        blocks = iter(sound.blocks)
        while sum(block.size for block in start_blocks) < LISTEN_S * sound.rate:
            block = next(blocks, None)
            if block is None:
                break
            start_blocks.append(block)
        start = np.concatenate(start_blocks) if start_blocks else np.empty(0, np.float32)
        tones = humming(start, sound.rate, self._hz)
        again = Sound(chain(start_blocks, blocks), sound.rate, sound.samples)
        if not tones:
            return again.blocks
        return _notched(again, tones)


def humming(start: Samples, rate: int, hz: float = 0.0) -> list[float]:
    """The tones of the hum in the start of a recording, Hz; none when nothing hums.

    hz: of the mains; 0 to take that of 50 and 60 Hz which hums louder.
    """
    candidates = []
    for mains in (hz,) if hz else MAINS_HZ:
        stands_out = _standing_out(start, rate, mains)
        tones = [tone for tone, times in stands_out if times >= CLEARLY]
        # Two tones of a series are no chance: one alone may be something that somebody plays.
        strength = sum(times for _, times in stands_out if times >= CLEARLY)
        candidates.append((strength if len(tones) >= 2 or hz else 0.0, tones))
    strength, tones = max(candidates, key=lambda one: one[0])
    return tones if strength else []


def _standing_out(start: Samples, rate: int, mains: float) -> list[tuple[float, float]]:
    """Each multiple of the mains, and how many times as loud it is as what lies beside it."""
    spectrum, step = _steady_spectrum(start, rate)
    if not spectrum.size:
        return []
    tones = []
    for multiple in range(1, int(min(HIGHEST_HZ, 0.45 * rate) / mains) + 1):
        middle = round(multiple * mains / step)
        near = spectrum[max(0, middle - 2) : middle + 3]
        beside = np.concatenate(
            [spectrum[max(0, middle - 24) : max(0, middle - 6)], spectrum[middle + 7 : middle + 25]]
        )
        if near.size and beside.size:
            tones.append((multiple * mains, float(near.max() / (np.median(beside) + 1e-12))))
    return tones


def _steady_spectrum(start: Samples, rate: int) -> tuple[NDArray[np.float64], float]:
    """What sounds all the time: the quieter quarter of each frequency over many windows."""
    from scipy.signal import get_window

    size = round(RESOLUTION_S * rate)
    if start.size < size:
        return np.empty(0), 1.0
    window = get_window("hann", size)
    starts = range(0, start.size - size + 1, size // 2)
    levels = [np.abs(np.fft.rfft(start[at : at + size] * window)) for at in starts]
    return np.quantile(np.array(levels), 0.25, axis=0), rate / size


def _notched(sound: Sound, tones: list[float]) -> Iterator[Samples]:
    from scipy.signal import iirnotch, sosfiltfilt, tf2sos

    sections = np.concatenate(
        [tf2sos(*iirnotch(tone, tone / WIDTH_HZ, fs=sound.rate)) for tone in tones]
    )
    pieces = Pieces(round(STEP_S * sound.rate), round(CONTEXT_S * sound.rate))

    def filtered(piece: Samples) -> Samples:
        padding = min(round(CONTEXT_S * sound.rate), piece.size - 1)
        return np.asarray(sosfiltfilt(sections, piece, padlen=padding), np.float32)

    return in_pieces(sound, pieces, filtered)
