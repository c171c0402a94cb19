"""Locked packages that a training needs, without those of curator."""

import importlib.metadata
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from trainer.errors import TrainerError
from trainer.families import families
from trainer.foreign_files import read_text
from trainer.languages import base_code, packages
from trainer.resources import resources

LOCK = "requirements.lock"
# Direct imports of the trainer, independent of the backend; dependencies are looked up.
COMMON = (
    "jinja2",
    "msgspec",
    "numpy",
    "platformdirs",
    "safetensors",
    "soundfile",
    "tensorboard",
    "torch",
)
# Markers of the machine that a pack is for.
TARGET_ENVIRONMENT = {
    "platform_machine": "x86_64",
    "platform_system": "Linux",
    "sys_platform": "linux",
    "os_name": "posix",
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def requirements(backend: str, languages: Iterable[str] = ()) -> list[str]:
    """Lines of the lock file needed to train with a backend on languages."""
    family = families()[backend]
    codes = set(map(base_code, languages))
    spoken = [name for code in sorted(codes) for name in packages(family.target).get(code, ())]
    needed = _closure([*COMMON, *family.packages, *spoken])
    lines = [line for line in _locked() if _name(line) in needed or _is_gpu_library(line)]
    missing = {_normalised(root) for root in COMMON} - {_name(line) for line in lines}
    if missing:
        raise TrainerError(f"{LOCK} lacks {', '.join(sorted(missing))}.", "Reinstall the project.")
    return lines


def _locked() -> list[str]:
    """Lines of the lock file, beside resources/ in a checkout, inside it when installed."""
    for folder in (resources().parent, resources()):
        path: Path = folder / LOCK
        if path.is_file():
            lines = read_text(path).splitlines()
            return [line for line in lines if line and not line.startswith("#")]
    raise TrainerError(f"{LOCK} is missing from this installation.", "Reinstall the project.")


def _closure(roots: list[str]) -> set[str]:
    """Transitive dependencies of packages, from the installed metadata."""
    queue = [(root, frozenset[str]()) for root in roots]
    seen: set[tuple[str, frozenset[str]]] = set()
    while queue:
        package = queue.pop()
        if package not in seen:
            seen.add(package)
            queue += _dependencies(*package)
    return {name for name, _ in seen}


def _dependencies(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return  # not on this machine, such as CUDA libraries on a Mac, which have no dependencies
    for line in lines:
        requirement = Requirement(line)
        marker = requirement.marker
        environments = [{**TARGET_ENVIRONMENT, "extra": extra} for extra in ("", *extras)]
        if marker is None or any(marker.evaluate(environment) for environment in environments):
            yield _normalised(requirement.name), frozenset(requirement.extras)


def _is_gpu_library(line: str) -> bool:
    """Whether the locked torch needs a package; another build of torch here does not declare it."""
    return _name(line).startswith("nvidia-") or _name(line) == "triton"


def _name(line: str) -> str:
    match = NAME.match(line)
    return _normalised(match[0]) if match else ""


def _normalised(name: str) -> str:
    """Normalised package name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
