"""One file, one cleaner: a class with the decorator ``cleaner`` in a module of this folder.

A cleaner hears a recording as it flows and gives as many samples as it got, in step with them, so
that clips lie where they lay. One that works on clips says instead which part of a clip to keep.
The modules import nothing heavy before a cleaner is made, as with scorers.
"""

import functools
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

from curator.audio.waveform import Samples, Waveform
from curator.domain.errors import CuratorError, MissingModel
from curator.domain.recipe import RecipeStep, Value
from curator.domain.span import Span
from curator.environment.parts import setup_hint
from curator.stages.cleaning.stream import Sound


@dataclass(frozen=True, slots=True)
class CleanerSetting:
    """A number that a recipe may choose. text: what it does, with its unit."""

    usual: float
    lowest: float
    highest: float
    text: str


class Cleaner(Protocol):
    """Hears a recording and gives it back cleaner."""

    def clean(self, sound: Sound, /) -> Iterator[Samples]:
        """As many samples as the sound has, in step with it."""
        ...


class WholeCleaner(Cleaner, Protocol):
    """One that has to have heard all of the recording before it can begin."""

    def listen(self, sound: Sound, /) -> None:
        """Hear it once; ``clean`` is then given the same sound again."""
        ...


class ClipCleaner(Protocol):
    """One that says which part of a clip to keep."""

    def kept(self, wave: Waveform, /) -> Span:
        """The part worth keeping, in samples of the wave."""
        ...


@dataclass(frozen=True, slots=True)
class Equipment:
    """Where networks run. device: "auto", "cpu" or "cuda". threads: of the libraries."""

    device: str = "auto"
    threads: int = 1


AnyCleaner = Cleaner | WholeCleaner | ClipCleaner


@dataclass(frozen=True, slots=True)
class CleanerInfo:
    """What a cleaner says of itself.

    key: its name, also of its module. version: raised whenever it would clean otherwise; recipes
    then have other hashes. settings: what a recipe may choose. rate: Hz it works at, or None for
    any. widens: whether its result has a higher rate than what it got. is_costly: what it made is
    kept, so that a change of a later step does not make it run again. hears_all: see WholeCleaner.
    of_clips: see ClipCleaner. model: of ``resources/models.toml``, or "". create: makes it.
    """

    key: str
    label: str
    version: int
    settings: Mapping[str, CleanerSetting]
    rate: int | None
    widens: bool
    is_costly: bool
    hears_all: bool
    of_clips: bool
    model: str
    create: Callable[[Mapping[str, Value], Equipment], AnyCleaner] = field(compare=False)


_found: dict[str, CleanerInfo] = {}


def cleaner(
    *,
    label: str,
    version: int,
    settings: Mapping[str, CleanerSetting] | None = None,
    rate: int | None = None,
    widens: bool = False,
    is_costly: bool = False,
    hears_all: bool = False,
    of_clips: bool = False,
    model: str = "",
) -> Callable[[type[AnyCleaner]], type[AnyCleaner]]:
    """Register a class as the cleaner of its module; the module's name is its key.

    The class is made with its settings by name; one with a model is given the equipment first.
    """

    def register(cls: type[AnyCleaner]) -> type[AnyCleaner]:
        def create(chosen: Mapping[str, Value], equipment: Equipment) -> AnyCleaner:
            first = (equipment,) if model else ()
            return cls(*first, **chosen)

        key = cls.__module__.rpartition(".")[2]
        _found[key] = CleanerInfo(
            key, label, version, dict(settings or {}), rate, widens, is_costly,
            hears_all, of_clips, model, create,
        )  # fmt: skip
        return cls

    return register


@functools.cache
def cleaners() -> Mapping[str, CleanerInfo]:
    """Every cleaner of this folder, by key."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return dict(sorted(_found.items()))


def info_of(key: str) -> CleanerInfo:
    """The cleaner called ``key``; CuratorError, naming those there are, when there is none."""
    known = cleaners()
    if key not in known:
        raise CuratorError(
            f"There is no cleaner called {key!r}.", f"Choose from: {', '.join(known)}."
        )
    return known[key]


def made(step: RecipeStep, equipment: Equipment) -> AnyCleaner:
    """The cleaner of a step, with its settings, loading what it needs.

    Raises MissingModel for weights or packages that are not installed.
    """
    info = info_of(step.cleaner)
    try:
        return info.create(dict(step.settings), equipment)
    except ModuleNotFoundError as error:
        raise MissingModel(
            f"{info.label} needs the package {error.name}, which is not installed.",
            f"{setup_hint('cleaning')}.",
        ) from error
