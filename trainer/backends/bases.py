"""Which base a family starts from: the folder given, a small random one, with more words or not."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig
from trainer.errors import WrongUsage

Base = TypeVar("Base")


def base_of(
    name: str,
    family: str,
    config: TrainConfig,
    bundle: Bundle,
    cache: Path,
    open_base: Callable[[Path], Base],
) -> Base:
    """The base as given, or a small random one. name: for people. family: the package it is in."""
    if config.model.base:
        return open_base(Path(config.model.base))
    if not config.model.random:
        raise WrongUsage(
            f"{name} needs a base model to start from.",
            "Name its folder with --base, or try the path with --preset tiny-cpu.",
        )
    building = importlib.import_module(f"{family}.random_base")
    return open_base(building.random_base(config, bundle, cache))


def with_more_words(
    base: Base,
    family: str,
    config: TrainConfig,
    bundle: Bundle,
    cache: Path,
    open_base: Callable[[Path], Base],
) -> Base:
    """The base with a vocabulary grown by the bundle's text, where ``adapt.extend`` asks for it."""
    if not config.adapt.extend:
        return base
    growing = importlib.import_module(f"{family}.vocabulary")
    return open_base(growing.extended_base(base, bundle, config.adapt.extend, cache))
