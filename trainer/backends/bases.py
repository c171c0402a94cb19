"""Base model of a run: a given folder or a small random one, with an extended vocabulary."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig
from trainer.errors import WrongUsage

Base = TypeVar("Base")

NEW_LANGUAGE_TOKENS = 1000  # upper bound for a new language; Vietnamese XTTS models added 863


def base_of(
    name: str,
    family: str,
    config: TrainConfig,
    bundle: Bundle,
    cache: Path,
    open_base: Callable[[Path], Base],
) -> Base:
    """Open the configured base or build a small random one.

    name: display name. family: import path of the package of the family.
    """
    if config.model.base:
        return open_base(Path(config.model.base))
    if not config.model.random:
        raise WrongUsage(
            f"{name} needs a base model.",
            "Specify its folder with --base, or test with a random base: --preset tiny-cpu.",
        )
    module = importlib.import_module(f"{family}.random_base")
    return open_base(module.random_base(config, bundle, cache))


def with_extended_vocabulary(
    base: Base,
    family: str,
    config: TrainConfig,
    bundle: Bundle,
    cache: Path,
    open_base: Callable[[Path], Base],
) -> Base:
    """Extend the vocabulary by tokens of the bundle's text.

    At most ``adapt.extend``; 0 extends only for languages that the family learns in training and
    that the base does not have yet.
    """
    module = importlib.import_module(f"{family}.vocabulary")
    max_tokens = config.adapt.extend
    if not max_tokens and module.must_grow(base, bundle):
        max_tokens = NEW_LANGUAGE_TOKENS
    return open_base(module.extended_base(base, bundle, max_tokens, cache)) if max_tokens else base
