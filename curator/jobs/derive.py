"""Cleaned versions of recordings in the cache; intermediate results are reused."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from curator.audio.derived import (
    begun_derived,
    bytes_needed,
    derived_recording,
    is_ready,
    make_ready,
    write_derived,
)
from curator.audio.waveform import Samples
from curator.domain.errors import CuratorError, printable
from curator.domain.recipe import RecipeStep, hash_of
from curator.domain.recording import PLAIN, Recording
from curator.stages.cleaning.clean import cleaned, sound_of, stops
from curator.stages.cleaning.cleaners import Equipment, info_of
from curator.stages.cleaning.recipes import of_recordings
from curator.stages.cleaning.stream import Sound

SPARE_BYTES = 64 << 20
AGAIN_S = 2.0  # recomputed before the resume position; longer than any filter's memory
TOLD_EVERY_S = 10.0  # of sound

Told = Callable[[float], None]


def derive(
    recording: Recording,
    cache: Path,
    steps: Sequence[RecipeStep],
    equipment: Equipment,
    told: Told = lambda _seconds: None,
) -> Recording:
    """Recording after these cleaning steps, from the cache or computed now.

    Results of earlier recipes with the same first steps and unfinished files are reused. Returns
    the recording itself if no step applies to recordings. told: called with the seconds done.
    Raises CuratorError if a step fails or the disk is full.
    """
    steps = of_recordings(steps)
    if not steps:
        return recording
    made, done = _made_so_far(recording, cache, steps)
    parts = [stop for stop in stops(steps) if stop > done]
    for place, stop in enumerate(parts):
        base = replace(made, decoding=PLAIN) if made else recording  # scaled after the last step
        _require_room(base, steps[done:stop], cache)

        def partly(share: float, place: int = place) -> None:
            told(recording.seconds * (place + share) / len(parts))

        made = _write(recording, base, cache, (steps, done, stop), equipment, partly)
        done = stop
    assert made is not None
    if not is_ready(made, cache):
        make_ready(made, cache)
    return made


def _write(
    recording: Recording,
    base: Recording,
    cache: Path,
    part: tuple[tuple[RecipeStep, ...], int, int],
    equipment: Equipment,
    told: Told,
) -> Recording:
    """Write ``base`` after some of the steps. part: (steps, start, stop)."""
    steps, first, stop = part
    key = hash_of(steps[:stop])

    def source() -> Sound:
        return sound_of(base)

    after = begun_derived(recording, cache, key)
    wanted_from = max(0.0, after.written / after.rate - AGAIN_S) if after else 0.0
    sound = cleaned(source, steps[first:stop], equipment, wanted_from)
    if after and (after.rate, after.samples) != (sound.rate, sound.samples):
        after, sound = None, cleaned(source, steps[first:stop], equipment)
    blocks = _counted(sound, told)
    return write_derived(recording, cache, key, blocks, sound.rate, sound.samples, after)


def _counted(sound: Sound, told: Told) -> Iterator[Samples]:
    """Blocks of the cleaned version, with progress reported every few seconds of audio."""
    done = said = 0
    for block in sound.blocks:
        yield block
        done += block.size
        if done - said >= TOLD_EVERY_S * sound.rate:
            told(done / sound.samples)
            said = done


def _made_so_far(
    recording: Recording, cache: Path, steps: Sequence[RecipeStep]
) -> tuple[Recording | None, int]:
    """Cached version with the longest prefix of the steps, and the length of that prefix."""
    for count in range(len(steps), 0, -1):
        version = derived_recording(recording, cache, hash_of(steps[:count]))
        if version is not None:
            return version, count
    return None, 0


def _require_room(base: Recording, steps: Sequence[RecipeStep], cache: Path) -> None:
    widest = max(
        [base.rate, *(info.rate or 0 for s in steps if (info := info_of(s.cleaner)).widens)]
    )
    needed = bytes_needed(round(base.seconds * widest), widest) + SPARE_BYTES
    free = shutil.disk_usage(cache if cache.is_dir() else cache.parent).free
    if free < needed:
        raise CuratorError(
            f"Cleaning {printable(base.name)} needs {needed >> 20:,} MB in the cache; "
            f"{free >> 20:,} MB are free.",
            "Free disk space and run the command again to continue.",
        )
