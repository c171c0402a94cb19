"""One file, one measure. Each module of this folder has

VERSION     raised whenever the same sound would measure differently
KEYS        the numbers it gives
measure     (Sample, Voice) -> value by key, None where it cannot say

Nothing else is edited for a new one: the command, the results and the summary ask ``measures()``.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.evaluate.acoustics import Frames
from trainer.speech.prior import LengthPrior
from trainer.speech.sound import Samples, Sound
from trainer.speech.voice_activity import Spans

Found = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sound to measure.

    sound: as it was written. listening: the same at 16 kHz. texts: what it should say, and other
    ways to write that. heard: what Whisper heard, None where nobody listened. spans: of speech,
    in seconds. clip: its id where it is a real one.
    """

    sound: Sound
    listening: Samples
    texts: Sequence[str]
    heard: str | None
    spans: Spans
    frames: Frames
    clip: str = ""

    @property
    def speaking(self) -> NDArray[np.bool_]:
        """Which frames lie in speech; (frames,)."""
        times = (np.arange(len(self.frames.loudness)) + 1) * 0.01
        inside = np.zeros(len(times), dtype=bool)
        for start, stop in self.spans:
            inside |= (times >= start) & (times < stop)
        return inside


@dataclass(frozen=True, slots=True)
class Voice:
    """What the real clips say about the speaker.

    vectors: direction of each held-out clip's voice, by id. prior: seconds of speech by letters.
    rate: letters a second.
    """

    vectors: Mapping[str, NDArray[np.float32]]
    prior: LengthPrior
    rate: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A module of this folder."""

    name: str
    version: int
    keys: tuple[str, ...]
    measure: Callable[[Sample, Voice], Found]


@functools.cache
def measures() -> tuple[Measure, ...]:
    """All of them, by name."""
    found = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found.append(Measure(info.name, module.VERSION, tuple(module.KEYS), module.measure))
    return tuple(found)


def measure_all(sample: Sample, voice: Voice) -> dict[str, float | None]:
    """Every number of every measure."""
    found: dict[str, float | None] = {}
    for each in measures():
        values = each.measure(sample, voice)
        found.update({key: values.get(key) for key in each.keys})
    return found


def nothing_measured() -> dict[str, float | None]:
    """Every key, each None."""
    return {key: None for each in measures() for key in each.keys}
