"""Models that are heard for comparison and never trained here: what ``resources/speakers`` says."""

import tomllib
from dataclasses import dataclass
from typing import Any

import msgspec

from trainer.errors import TrainerError
from trainer.resources import resources


@dataclass(frozen=True, slots=True)
class Needs:
    """Of an environment. pins: what is installed. beside: what the trainer's own must hold."""

    pins: tuple[str, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """Some files of a repository on the Hugging Face hub."""

    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a base folder. hub: what else lies in its folder ``hub``, as in the hub's own cache."""

    origin: str
    files: tuple[str, ...]
    hub: tuple[Repository, ...]


@dataclass(frozen=True, slots=True)
class OnlySpeaks:
    """A model as its file describes it. terms: of the licence, in sentences for people.

    package, version: what must be installed; module: its import name.
    """

    key: str
    name: str
    licence: str
    terms: tuple[str, ...]
    package: str
    version: str
    module: str
    languages: tuple[str, ...]
    environment: Needs
    weights: Weights


def read_only_speaks(key: str) -> OnlySpeaks:
    """The model called ``key``."""
    path = resources() / "speakers" / f"{key}.toml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in path.parent.glob("*.toml")))
        raise TrainerError(f"There is no model {key!r} that only speaks.", f"There is: {known}.")
    data: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert(data, OnlySpeaks)
