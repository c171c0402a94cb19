"""Recordings cleaned into the project's cache, each step that is worth it once."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from curator.audio.derived import (
    bytes_needed,
    derived_recording,
    is_ready,
    make_ready,
    write_derived,
)
from curator.domain.errors import CuratorError, printable
from curator.domain.recipe import Step, hash_of
from curator.domain.recording import Recording
from curator.stages.clean import cleaned, sound_of, stops
from curator.stages.clean_recipes import of_recordings
from curator.stages.cleaners import Equipment, info_of

SPARE_BYTES = 64 << 20


def derive(
    recording: Recording, cache: Path, steps: Sequence[Step], equipment: Equipment
) -> Recording:
    """The recording as the steps make it, from the cache where it is there, else made now.

    What an earlier recipe with the same first steps has made is taken up. The recording itself
    where no step is about recordings. CuratorError says why it cannot be made.
    """
    steps = of_recordings(steps)
    if not steps:
        return recording
    made, done = _made_so_far(recording, cache, steps)
    for stop in stops(steps):
        if stop <= done:
            continue
        base, part = made or recording, steps[done:stop]
        _require_room(base, part, cache)
        sound = cleaned(lambda base=base: sound_of(base), part, equipment)  # type: ignore[misc]
        made = write_derived(
            recording, cache, hash_of(steps[:stop]), sound.blocks, sound.rate, sound.samples
        )
        done = stop
    assert made is not None
    if not is_ready(made, cache):
        make_ready(made, cache)
    return made


def _made_so_far(
    recording: Recording, cache: Path, steps: Sequence[Step]
) -> tuple[Recording | None, int]:
    """What is there of the longest beginning of the steps, and how many steps that is."""
    for count in range(len(steps), 0, -1):
        found = derived_recording(recording, cache, hash_of(steps[:count]))
        if found is not None:
            return found, count
    return None, 0


def _require_room(base: Recording, steps: Sequence[Step], cache: Path) -> None:
    widest = max(
        [base.rate, *(info.rate or 0 for s in steps if (info := info_of(s.cleaner)).widens)]
    )
    needed = bytes_needed(round(base.seconds * widest), widest) + SPARE_BYTES
    free = shutil.disk_usage(cache if cache.is_dir() else cache.parent).free
    if free < needed:
        raise CuratorError(
            f"{printable(base.name)} cleaned needs {needed >> 20:,} MB in the cache, and "
            f"{free >> 20:,} MB are free.",
            "Free some space; the same command then goes on.",
        )
