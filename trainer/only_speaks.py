"""Inference-only models for comparison, described in ``resources/speakers``."""

from dataclasses import dataclass
from typing import Any

import msgspec

from trainer.errors import TrainerError
from trainer.foreign_files import read_toml
from trainer.resources import resources


@dataclass(frozen=True, slots=True)
class Environment:
    """Packages. pins: installed into the environment. beside: required in the trainer's own."""

    pins: tuple[str, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """Files of a repository on the Hugging Face Hub."""

    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """Files of a base folder. hub: repositories in its folder ``hub``, in cache layout."""

    origin: str
    files: tuple[str, ...]
    hub: tuple[Repository, ...]


@dataclass(frozen=True, slots=True)
class InferenceModel:
    """An inference-only model. terms: summary of the licence, in sentences.

    package, version: required installation. module: import name.
    """

    key: str
    name: str
    licence: str
    terms: tuple[str, ...]
    package: str
    version: str
    module: str
    languages: tuple[str, ...]
    environment: Environment
    weights: Weights


def read_inference_model(key: str) -> InferenceModel:
    """Read the model ``key``; TrainerError if it does not exist."""
    path = resources() / "speakers" / f"{key}.toml"
    if not path.is_file():
        names = ", ".join(sorted(file.stem for file in path.parent.glob("*.toml")))
        raise TrainerError(f"There is no inference-only model {key!r}.", f"Available: {names}.")
    data: Any = read_toml(path)
    return msgspec.convert(data, InferenceModel)
