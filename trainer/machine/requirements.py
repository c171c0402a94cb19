"""Which of the locked packages a training needs: what curator needs is left at home."""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

from trainer.backends import PACKAGES
from trainer.errors import TrainerError
from trainer.resources import resources

LOCK = "requirements.lock"
# What the trainer imports by itself, whatever the back-end; what these need is looked up.
COMMON = ("jinja2", "msgspec", "numpy", "safetensors", "soundfile", "tensorboard", "torch")
# The machine a pack goes to, whatever this one is.
ELSEWHERE = {
    "platform_machine": "x86_64",
    "platform_system": "Linux",
    "sys_platform": "linux",
    "os_name": "posix",
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def requirements(backend: str) -> list[str]:
    """The lines of the lock file that a training with this back-end needs."""
    needed = _closure([*COMMON, *PACKAGES.get(backend, ())])
    found = [line for line in _locked() if _name(line) in needed]
    lacking = {_plain(root) for root in COMMON} - {_name(line) for line in found}
    if lacking:
        raise TrainerError(f"{LOCK} does not hold {', '.join(sorted(lacking))}.")
    return found


def _locked() -> list[str]:
    """The lines of the lock file: beside resources/ in a checkout, in it when installed."""
    for folder in (resources().parent, resources()):
        path: Path = folder / LOCK
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            return [line for line in lines if line and not line.startswith("#")]
    raise TrainerError(f"The file {LOCK} is missing from this installation.")


def _closure(roots: list[str]) -> set[str]:
    """The packages and all they need, as their installed descriptions say."""
    waiting = [(root, frozenset[str]()) for root in roots]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += _needed_by(*one)
    return {name for name, _ in seen}


def _needed_by(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return  # not on this machine, such as CUDA's libraries on a Mac; they need nothing more
    for line in lines:
        wanted = Requirement(line)
        marker = wanted.marker
        chosen = [{**ELSEWHERE, "extra": extra} for extra in ("", *extras)]
        if marker is None or any(marker.evaluate(place) for place in chosen):
            yield _plain(wanted.name), frozenset(wanted.extras)


def _name(line: str) -> str:
    match = NAME.match(line)
    return _plain(match[0]) if match else ""


def _plain(name: str) -> str:
    """A package's name as all its spellings agree on."""
    return re.sub(r"[-_.]+", "-", name).lower()
