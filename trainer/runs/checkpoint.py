"""Checkpoints that a crash cannot spoil, and from which a run goes on bit for bit.

A checkpoint is a folder: written beside under another name, every file fsynced and hashed, then
renamed. ``manifest.json`` holds the hashes and is written last. Tensors are kept as safetensors,
which cannot hold code. The base model is named by its hash, not copied: only what learns is kept.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.errors import BrokenRun
from trainer.runs.files import sha256_of, sync_file, sync_folder

if TYPE_CHECKING:
    import torch

MANIFEST = "manifest.json"
STATE = "state.json"
NAME = re.compile(r"step-(\d{8})\Z")

Tensors = dict[str, "torch.Tensor"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose every file was found as written. step: updates done."""

    folder: Path
    step: int
    state: Mapping[str, object]

    def tensors(self, name: str) -> Tensors:
        """The tensors called ``name``: weights, optimizer or ema; {} if it has none."""
        from safetensors.torch import load_file

        path = self.folder / f"{name}.safetensors"
        return load_file(path) if path.is_file() else {}


def save(
    folder: Path, step: int, tensors: Mapping[str, Tensors], state: Mapping[str, object]
) -> Checkpoint:
    """Write the checkpoint of ``step`` into ``folder``; it is there whole, or not at all."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"step-{step:08d}"
    beside = folder / f"{final.name}.{os.getpid()}.tmp"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        for name, named in tensors.items():
            whole = {key: value.detach().cpu().contiguous() for key, value in named.items()}
            save_file(whole, beside / f"{name}.safetensors")
        text = json.dumps(state, indent=1, sort_keys=True)
        (beside / STATE).write_text(text, encoding="utf-8")
        hashes = {}
        for path in sorted(beside.iterdir()):
            sync_file(path)
            hashes[path.name] = sha256_of(path)
        listing = json.dumps({"step": step, "files": hashes}, indent=1)
        (beside / MANIFEST).write_text(listing, encoding="utf-8")
        sync_file(beside / MANIFEST)
        sync_folder(beside)
        if final.exists():  # left by a run that was killed after it and goes over it again
            shutil.rmtree(final)
        beside.replace(final)
        sync_folder(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Checkpoint(final, step, state)


def read(folder: Path) -> Checkpoint | None:
    """The checkpoint in ``folder``; None if a file of it is missing or changed."""
    try:
        listing = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name, digest in listing["files"].items():
            if sha256_of(folder / name) != digest:
                return None
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        return Checkpoint(folder, int(listing["step"]), state)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def steps(folder: Path) -> list[int]:
    """The steps of which there is a checkpoint, oldest first, not yet verified."""
    if not folder.is_dir():
        return []
    found = (NAME.match(path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in found if match)


def newest(folder: Path) -> tuple[Checkpoint | None, list[int]]:
    """The newest checkpoint that verifies, and the steps of newer ones that do not."""
    broken: list[int] = []
    for step in reversed(steps(folder)):
        found = read(at(folder, step))
        if found is not None:
            return found, broken
        broken.append(step)
    return None, broken


def at(folder: Path, step: int) -> Path:
    """The folder of a step's checkpoint."""
    return folder / f"step-{step:08d}"


def chosen(folder: Path, step: int) -> Checkpoint:
    """The checkpoint of ``step``, or BrokenRun."""
    found = read(at(folder, step))
    if found is None:
        there = ", ".join(map(str, steps(folder))) or "none"
        raise BrokenRun(f"There is no whole checkpoint of step {step}.", f"There are: {there}.")
    return found


def prune(folder: Path, keep: Sequence[int]) -> list[int]:
    """Remove all checkpoints but those of ``keep``, and what crashes left; returns what went."""
    gone = []
    for step in steps(folder):
        if step not in keep:
            shutil.rmtree(at(folder, step), ignore_errors=True)
            gone.append(step)
    for path in folder.glob("step-*.tmp"):
        shutil.rmtree(path, ignore_errors=True)
    return gone
