"""One file, one scorer: a class with the decorator ``scorer`` in a module of this folder.

Nothing else is edited to add one: columns, filter words, the list of what is missing and the
conformance tests all read ``scorers()``. The modules import nothing heavy before a scorer is made,
so what they say of themselves can be read in a moment.
"""

import functools
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, Protocol

from curator.audio.waveform import Waveform

ON_REQUEST = "quality"
"""Step of scorers that take too long to run unless they are asked for."""

Better = Literal["higher", "lower", "neither"]
Hears = Literal["cache", "source"]


@dataclass(frozen=True, slots=True, eq=False)
class ScorerInput:
    """What a scorer is given of a clip.

    wave: at 16 kHz or at the recording's own rate, as the scorer asks for. text: what is said in
    it, "" when nobody has listened.
    """

    wave: Waveform
    text: str = ""


class Scorer(Protocol):
    """Hears a clip and says its numbers by score key; leaves out what cannot be said of it."""

    def __call__(self, inputs: ScorerInput, /) -> Mapping[str, float]:
        """The numbers of one clip."""
        ...


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """What a scorer says of itself.

    key: its name, also of its module. label, unit: for people. better: which way is good. version:
    raised whenever the numbers change; older ones then count as missing. hears: "cache" for the
    16 kHz copy, "source" for the recording's own quality. produces: the score keys. lowest,
    highest: the range of every number. modes: the ways it can work, the usual one first, which
    becomes the producer's options; empty when there is one way. step: of the pipeline in which it
    listens. create: makes it, loading what it needs; given the mode.
    """

    key: str
    label: str
    unit: str
    better: Better
    version: int
    hears: Hears
    produces: tuple[str, ...]
    lowest: float
    highest: float
    modes: tuple[str, ...]
    step: str
    create: Callable[[str], Scorer]


_found: dict[str, ScorerInfo] = {}


def scorer(
    *,
    label: str,
    unit: str,
    better: Better,
    version: int,
    hears: Hears,
    between: tuple[float, float],
    produces: tuple[str, ...] = (),
    modes: tuple[str, ...] = (),
    step: str = "score",
) -> Callable[[type[Scorer]], type[Scorer]]:
    """Register a class as the scorer of its module; the module's name is its key.

    A scorer with modes takes the mode as its only argument, one without takes none.
    """

    def register(cls: type[Scorer]) -> type[Scorer]:
        key = cls.__module__.rpartition(".")[2]
        _found[key] = ScorerInfo(
            key=key,
            label=label,
            unit=unit,
            better=better,
            version=version,
            hears=hears,
            produces=produces or (key,),
            lowest=between[0],
            highest=between[1],
            modes=modes,
            step=step,
            create=(lambda mode: cls(mode)) if modes else (lambda mode: cls()),  # type: ignore[call-arg]
        )
        return cls

    return register


@functools.cache
def scorers() -> tuple[ScorerInfo, ...]:
    """Every scorer of this folder, by key."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return tuple(sorted(_found.values(), key=lambda info: info.key))


def score_keys() -> tuple[str, ...]:
    """Every score key that some scorer produces."""
    return tuple(key for info in scorers() for key in info.produces)
