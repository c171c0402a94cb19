"""What this machine can train with, and what to do where it cannot."""

import importlib.metadata
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from trainer.backends import PACKAGES, SPEAKERS, TARGETS
from trainer.only_speaks import read_inference_model
from trainer.target import read_target

LEAST_FREE_GB = 10  # a base, its cache, and three checkpoints of a full training
GIGABYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; says: a sentence, with what to do if it is not good."""

    what: str
    good: bool
    says: str


def examine() -> list[Finding]:
    """Everything a training needs, looked at once."""
    return [*_packages(), _gpu(), _disk(), _processors(), *_licences()]


def _packages() -> list[Finding]:
    found = []
    usual = next(iter(PACKAGES))
    for name, purpose, extra in (
        ("torch", "all training", usual),
        *(
            (packages[0], read_target(TARGETS[family]).name, family)
            for family, packages in PACKAGES.items()
        ),
        ("peft", "LoRA", usual),
        ("tensorboard", "the TensorBoard mirror", usual),
    ):
        try:
            version = importlib.metadata.version(name)
            found.append(Finding(name, True, version))
        except importlib.metadata.PackageNotFoundError:
            says = f"is not installed; {purpose} needs it: pip install voice-curator[{extra}]"
            found.append(Finding(name, False, says))
    return found


def _gpu() -> Finding:
    import torch

    if torch.cuda.is_available():
        parts = []
        for at in range(torch.cuda.device_count()):
            card = torch.cuda.get_device_properties(at)
            parts.append(f"{card.name}, {card.total_memory / GIGABYTE:.0f} GB")
        return Finding("GPU", True, "; ".join(parts))
    if Path("/proc/driver/nvidia/version").exists():
        says = "there is an NVIDIA driver, but this torch cannot use it; install a CUDA build"
        return Finding("GPU", False, says)
    says = "none; the preset tiny-cpu runs without, a real training takes days without"
    return Finding("GPU", False, says)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / GIGABYTE
    good = free >= LEAST_FREE_GB
    more = "" if good else f"; a full training wants {LEAST_FREE_GB} GB"
    return Finding("disk", good, f"{free:.0f} GB are free here{more}")


def _processors() -> Finding:
    return Finding("processors", True, f"{os.cpu_count()}")


def _licences() -> list[Finding]:
    """What the released weights of each family allow."""
    targets = [read_target(key) for key in dict.fromkeys(TARGETS.values())]
    speakers = [read_inference_model(key) for key in SPEAKERS]
    licences = [(each.name, each.licence) for each in targets]
    licences += [(each.name, each.licence) for each in speakers]
    return [Finding(f"licence of {name}", True, licence) for name, licence in licences]
