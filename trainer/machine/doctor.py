"""Checks of the machine: packages, GPU, disk, processors and licences."""

import importlib.metadata
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from trainer.families import families, inference_only, trainable
from trainer.languages import english_name, missing_packages, packages
from trainer.only_speaks import read_inference_model
from trainer.target import read_target

MIN_FREE_GB = 10  # a base, its cache and three full checkpoints
GIGABYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of a check. says: value, or the problem and what to do."""

    what: str
    good: bool
    says: str


def examine() -> list[Finding]:
    """Run all checks."""
    return [
        *_packages(),
        *_language_packages(),
        _gpu(),
        _disk(),
        _processors(),
        _families(),
        *_licences(),
    ]


def _packages() -> list[Finding]:
    findings = []
    default = next(iter(families()))
    for name, purpose, part in (
        ("torch", "all training", "training"),
        *(
            (
                family.packages[0],
                read_target(family.target).name,
                "training" if name == default else name,
            )
            for name, family in trainable().items()
            if family.packages
        ),
        ("peft", "LoRA", "training"),
        ("tensorboard", "the TensorBoard log", "training"),
    ):
        try:
            version = importlib.metadata.version(name)
            findings.append(Finding(name, True, version))
        except importlib.metadata.PackageNotFoundError:
            says = f"not installed; required for {purpose}: curator setup {part}"
            findings.append(Finding(name, False, says))
    return findings


def _language_packages() -> list[Finding]:
    """Packages of the tokenizers for single languages, and which are missing."""
    findings, complete = [], []
    for key in dict.fromkeys(family.target for family in trainable().values()):
        for language in packages(key):
            what = f"{english_name(language)} for {read_target(key).name}"
            if missing := missing_packages(key, language):
                says = f"{', '.join(missing)} not installed: curator setup training"
                findings.append(Finding(what, False, says))
            else:
                complete.append(what)
    if complete:
        findings.append(Finding("language packages", True, ", ".join(complete)))
    return findings


def _gpu() -> Finding:
    import torch

    if torch.cuda.is_available():
        cards = []
        for at in range(torch.cuda.device_count()):
            card = torch.cuda.get_device_properties(at)
            cards.append(f"{card.name}, {card.total_memory / GIGABYTE:.0f} GB")
        return Finding("GPU", True, "; ".join(cards))
    if Path("/proc/driver/nvidia/version").exists():
        says = "an NVIDIA driver is present, but this torch cannot use it; install a CUDA build"
        return Finding("GPU", False, says)
    says = "none; the preset tiny-cpu runs on the CPU, a real training would take days"
    return Finding("GPU", False, says)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / GIGABYTE
    good = free >= MIN_FREE_GB
    more = "" if good else f"; a full training needs {MIN_FREE_GB} GB"
    return Finding("disk", good, f"{free:.0f} GB free here{more}")


def _processors() -> Finding:
    return Finding("processors", True, f"{os.cpu_count()}")


def _families() -> Finding:
    return Finding("model families", True, ", ".join(families()))


def _licences() -> list[Finding]:
    """Licences of the released weights."""
    keys = dict.fromkeys(family.target for family in trainable().values())
    targets = [read_target(key) for key in keys]
    speakers = [read_inference_model(key) for key in inference_only()]
    licences = [(model.name, model.licence) for model in targets]
    licences += [(model.name, model.licence) for model in speakers]
    return [Finding(f"licence of {name}", True, licence) for name, licence in licences]
