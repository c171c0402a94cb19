"""Registry of model families: one package of ``trainer/backends`` each, with a ``FAMILY``.

Help, doctor, plan, evaluate and pack derive from it. Nothing is imported until it is needed.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.config import TrainConfig, nearest
from trainer.errors import WrongUsage

if TYPE_CHECKING:
    from trainer.backends import Backend, ReleasedModel
    from trainer.bundle.manifest import Bundle

PACKAGE = "trainer.backends"


def _no_backend(config: TrainConfig, bundle: "Bundle", cache: Path) -> "Backend":
    raise WrongUsage(f"{config.model.backend} cannot be trained.")


def _no_speaker(config: TrainConfig) -> "ReleasedModel":
    raise WrongUsage(f"{config.model.backend} is not an inference-only model.")


@dataclass(frozen=True, slots=True)
class Family:
    """A model family, trainable (target and backend) or inference-only (speaker).

    target: key in resources/targets of its limits. base_files: any of them identifies a base
    folder. packages: distributions to install, the model's own first. backend: opens it on a
    bundle, with the cache folder, as a Backend. speaker: opens the ReleasedModel. voice: opens an
    export or a base as a Speaker; without it only runs can speak, through their back-end.
    """

    target: str = ""
    base_files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    backend: "Callable[[TrainConfig, Bundle, Path], Any]" = _no_backend
    speaker: Callable[[TrainConfig], Any] = _no_speaker
    voice: Callable[[Path], Any] | None = None


def family_names() -> tuple[str, ...]:
    """Names of all families, the default one first; imports none of them."""
    folder = str(Path(__file__).with_name("backends"))
    names = sorted(info.name for info in pkgutil.iter_modules([folder]) if info.ispkg)
    return tuple(sorted(names, key=lambda name: name != TrainConfig().model.backend))


@functools.cache
def families() -> Mapping[str, Family]:
    """All families by name, the default one first."""
    return {name: importlib.import_module(f"{PACKAGE}.{name}").FAMILY for name in family_names()}


def trainable() -> dict[str, Family]:
    """Families with a back-end, by name."""
    return {name: family for name, family in families().items() if family.target}


def inference_only() -> tuple[str, ...]:
    """Names of the families that can be evaluated but not trained."""
    return tuple(name for name, family in families().items() if not family.target)


def open_shipped(config: TrainConfig) -> "ReleasedModel":
    """Open the inference-only model of ``config.model.backend``."""
    shipped: ReleasedModel = families()[config.model.backend].speaker(config)
    return shipped


def open_backend(config: TrainConfig, bundle: "Bundle") -> "Backend":
    """Open the back-end of ``config.model.backend``; WrongUsage if it cannot be trained.

    A random base and a grown vocabulary are built for the bundle, in its cache folder.
    """
    family = _trainable_family(config.model.backend)
    cache = cache_folder(bundle.folder, config)
    backend: Backend = family.backend(config, bundle, cache)
    return backend


def cache_folder(bundle: Path, config: TrainConfig) -> Path:
    """Folder of the cache: ``data.cache``, else beside the bundle. It may be deleted any time."""
    if config.data.cache:
        return Path(config.data.cache).resolve()
    bundle = bundle.resolve()
    return bundle.with_name(f"{bundle.name}.prepared")


def family_of(base: Path | None, target: str) -> str | None:
    """Name of the family of a base folder, else of a bundle's target; None if unknown.

    target: of the bundle, "" for none.
    """
    for name, family in trainable().items():
        if base is not None and _has_base(base, family):
            return name
    return next((name for name, family in trainable().items() if family.target == target), None)


def _has_base(base: Path, family: Family) -> bool:
    """Whether a folder, or a checkpoint given as a file, is a base of a family."""
    if base.is_file():
        return any(Path(file).suffix == base.suffix for file in family.base_files)
    return any((base / file).is_file() for file in family.base_files)


def target_of(config: TrainConfig) -> str:
    """Key in resources/targets of the limits of ``config.model.backend``."""
    return _trainable_family(config.model.backend).target


def _trainable_family(name: str) -> Family:
    """The family of that name; WrongUsage if there is none or it cannot be trained."""
    if name in inference_only():
        raise WrongUsage(
            f"{name} is inference-only; it cannot be trained.",
            f"Compare with it: trainer evaluate RUN --model {name} --base FOLDER --bundle BUNDLE",
        )
    if name not in trainable():
        raise WrongUsage(f"There is no model family {name!r}.", nearest(name, list(trainable())))
    return trainable()[name]
