"""Registry of evaluation measures, one per file. Each module of this folder has

VERSION     increased whenever the same audio would give other values
KEYS        keys of its values
DIRECTIONS  optional direction by key, as in SHOWN, of keys that the report does not show
SHOWN       optional rows of the report: (key, label, format, direction), direction -1 where
            lower is better, 1 higher, 0 nearer the real clips
ON_REQUEST  optional, True: measured only where ``VoiceStatistics.requested`` names the module
measure     (Sample, VoiceStatistics) -> value by key, None if undefined

The command, the results, the summary and the report derive from ``measures()``.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trainer.evaluate.acoustics import Frames
from trainer.speech.prior import LengthPrior
from trainer.speech.sound import Samples, Sound
from trainer.speech.voice_activity import Spans

MeasuredValues = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """An audio sample to measure.

    sound: as written. listening: resampled to 16 kHz. texts: expected text and its alternative
    spellings. transcript: by Whisper, None without a model. spans: of speech, seconds.
    clip: id of a real clip, else "".
    """

    sound: Sound
    listening: Samples
    texts: Sequence[str]
    transcript: str | None
    spans: Spans
    frames: Frames
    clip: str = ""

    @property
    def speaking(self) -> NDArray[np.bool_]:
        """Speech mask, shape (frames,)."""
        times = (np.arange(len(self.frames.loudness)) + 1) * 0.01
        inside = np.zeros(len(times), dtype=bool)
        for start, stop in self.spans:
            inside |= (times >= start) & (times < stop)
        return inside


@dataclass(frozen=True, slots=True)
class VoiceStatistics:
    """Speaker statistics of the held-out real clips.

    vectors: unit speaker embedding of each held-out clip, by id. prior: speech seconds by
    letters. rate: letters per second. requested: names of measures that run on request.
    """

    vectors: Mapping[str, NDArray[np.float32]]
    prior: LengthPrior
    rate: float | None
    requested: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Measure:
    """A module of this folder. shown: rows of the report. directions: -1, 0 or 1 by key."""

    name: str
    version: int
    keys: tuple[str, ...]
    measure: Callable[[Sample, VoiceStatistics], MeasuredValues]
    shown: tuple[tuple[str, str, str, int], ...] = ()
    directions: Mapping[str, int] = field(default_factory=dict)
    on_request: bool = False

    def runs(self, voice: VoiceStatistics) -> bool:
        """Whether it runs in this evaluation."""
        return not self.on_request or self.name in voice.requested


@functools.cache
def measures() -> tuple[Measure, ...]:
    """All measures, sorted by name."""
    loaded = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        shown = tuple(getattr(module, "SHOWN", ()))
        given = {key: way for key, _, _, way in shown} | dict(getattr(module, "DIRECTIONS", {}))
        keys = tuple(module.KEYS)
        ways = {key: given.get(key, 0) for key in keys}
        on_request = bool(getattr(module, "ON_REQUEST", False))
        loaded.append(
            Measure(info.name, module.VERSION, keys, module.measure, shown, ways, on_request)
        )
    return tuple(loaded)


def measure_all(sample: Sample, voice: VoiceStatistics) -> dict[str, float | None]:
    """Values of all measures, by key."""
    result: dict[str, float | None] = {}
    for each in measures():
        values = each.measure(sample, voice) if each.runs(voice) else {}
        result.update({key: values.get(key) for key in each.keys})
    return result


def nothing_measured() -> dict[str, float | None]:
    """All keys with the value None."""
    return {key: None for each in measures() for key in each.keys}
