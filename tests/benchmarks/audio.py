"""S7: the peak file against the line people write first. And how long taking a file in takes."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from curator.audio.encode import to_int16
from curator.audio.intake import take_in
from curator.audio.mono import mean_of_channels
from curator.audio.peaks import LEVELS, PeaksWriter, read_peaks
from curator.domain.intake import Intake
from tests.benchmarks.rows import Row
from tests.helpers.sounds import at_snr, speech_like, write_sound

RATE = 44_100
MINUTES = 3
_BLOCK_FRAMES = 1 << 16  # what take_in hands on at a time

Stereo = NDArray[np.int16]  # (frames, 2)
Level = NDArray[np.int16]  # (bins, 2): minimum, maximum


def measured_import(path: Path, cache: Path) -> tuple[float, Intake]:
    """CPU seconds to decode, hash, copy to 16 kHz and find the peaks of a file, and its Intake.

    For the row that measures import and cut together. The first file a process takes in also pays
    for loading libraries: take in a short one before.
    """
    before = process_time()
    found = take_in(path, cache)
    return process_time() - before, found


def a_voice_in_stereo(minutes: float = MINUTES) -> Stereo:
    """Speech with some noise, alike on both channels, as most recordings of one voice are."""
    once = to_int16(at_snr(speech_like(20, RATE), 30))
    frames = round(minutes * 60 * RATE)
    mono = np.tile(once, -(-frames // once.size))[:frames]
    return np.stack([mono, mono], axis=1)


def naive(sound: Stereo, per_bin: int) -> tuple[Stereo, Stereo]:
    """Minima and maxima per channel of whole bins, in the obvious way: (bins, 2) each."""
    whole = len(sound) // per_bin * per_bin
    bins = sound[:whole].reshape(-1, per_bin, 2)
    return bins.min(1), bins.max(1)


def written(sound: Stereo, path: Path) -> None:
    """The peaks file as take_in writes it: channels mixed, five levels, on the disk."""
    with path.open("w+b") as file:
        writer = PeaksWriter(file, RATE)
        for start in range(0, len(sound), _BLOCK_FRAMES):
            writer.write(mean_of_channels(sound[start : start + _BLOCK_FRAMES]))
        writer.finish()


def _best(work: Callable[[], object], times: int) -> float:
    """CPU seconds of the fastest run: the others waited for something else."""
    best = float("inf")
    for _ in range(times):
        before = process_time()
        work()
        best = min(best, process_time() - before)
    return best


def _alike(sound: Stereo, path: Path) -> bool:
    """Whether every whole bin of every level has the minimum and maximum of both channels."""
    levels = read_peaks(path).levels
    for per_bin in LEVELS:
        lows, highs = naive(sound, per_bin)
        ours = levels[per_bin][: len(lows)]
        for channel in (0, 1):
            if not np.array_equal(ours[:, 0], lows[:, channel]):
                return False
            if not np.array_equal(ours[:, 1], highs[:, channel]):
                return False
    return True


def rows() -> Iterator[Row]:
    """The row S7."""
    sound = a_voice_in_stereo()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.peaks")
        ours = _best(lambda: written(sound, path), times=5)
        one_level = _best(lambda: naive(sound, 256), times=2)
        all_levels = _best(lambda: [naive(sound, per_bin) for per_bin in LEVELS], times=2)
        equal = _alike(sound, path)
        short = write_sound(Path(folder, "short.wav"), sound[:RATE], RATE)
        whole = write_sound(Path(folder, "whole.wav"), sound, RATE)
        measured_import(short, Path(folder))
        importing, found = measured_import(whole, Path(folder))
    yield Row(
        id="S7",
        measure=f"peak file of {MINUTES} min of 44.1 kHz stereo, levels {LEVELS}",
        peer_name="reshape(-1, n, 2).min(1) and .max(1) for each level",
        peer=all_levels,
        ours=ours,
        unit="CPU s",
        pass_line=50.0,
        equal=equal,
        note=(
            "identical minima and maxima in every bin of every level, both channels; ours mixes the"
            f" channels and writes the file; the peer's level 256 alone is {one_level / ours:.0f}"
            f" times all of ours; taking in the whole wav runs at"
            f" {found.samples / found.rate / importing:.0f} times real time"
        ),
    )
