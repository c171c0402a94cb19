"""Whether a file has the sound of a recording, whatever else its bytes are."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from curator.audio.cache import cached16
from curator.audio.intake import SUFFIXES, take_in_as
from curator.domain.errors import CuratorError
from curator.domain.intake import Intake
from curator.domain.recording import Recording

STEPS = 2
"""Largest difference of 16-bit samples of the same sound: decoders of other versions round."""

AT_ONCE = 1 << 22


def is_retagged(recording: Recording) -> bool:
    """Whether its file has other bytes but the sound that was imported; decodes all of it.

    False for recordings without the hash of their sound (imported by an early version) and for
    files that are not audio or video by their extension: a project of somebody else may name any.
    """
    if not recording.sound_hash or recording.path.suffix.lower() not in SUFFIXES:
        return False
    with TemporaryDirectory(prefix="curator-") as folder:
        try:
            intake = take_in_as(recording.path, Path(folder), recording)
        except CuratorError:
            return False
        return has_same_sound(Path(folder), recording, intake)


def has_same_sound(cache: Path, known: Recording, intake: Intake) -> bool:
    """Whether a file that was taken in has the sound of a recording.

    By the hash of the 16 kHz copies, or by the copies where one of them was made by an older
    decoder and is still in the cache.
    """
    about = (known.rate, known.samples, known.decoding.track, known.decoding.channel)
    decoding = intake.decoding
    if about != (intake.rate, intake.samples, decoding.track, decoding.channel):
        return False
    if known.sound_hash and known.sound_hash == intake.sound_hash:
        return True
    try:
        one, other = (cached16(cache, key) for key in (known.cache_key, intake.cache_key))
    except FileNotFoundError:
        return False
    if one.size != other.size:
        return False
    for start in range(0, one.size, AT_ONCE):
        difference = np.subtract(
            one[start : start + AT_ONCE], other[start : start + AT_ONCE], dtype=np.int32
        )
        if difference.size and int(np.abs(difference).max()) > STEPS:
            return False
    return True
