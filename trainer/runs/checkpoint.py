"""Crash-safe checkpoints, from which a run resumes bit for bit.

A checkpoint is a folder, written under a temporary name, fsynced, hashed and then renamed.
``manifest.json`` holds the hashes and is written last. Tensors are stored as safetensors, which
cannot contain code. Only trained parameters are stored; the base model is referenced by its hash.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from trainer.errors import BrokenRun
from trainer.foreign_files import own_folder, path_inside, read_json
from trainer.runs.files import save_tensors, scratch_folder, sha256_of
from trainer.system import put_in_place, sync_file, sync_folder
from trainer.tensor_limits import load_safetensors

if TYPE_CHECKING:
    import torch

MANIFEST = "manifest.json"
STATE = "state.json"
NAME = re.compile(r"step-(\d{8})\Z")

Tensors = dict[str, "torch.Tensor"]


Whole = Annotated[int, msgspec.Meta(ge=0)]


class _Manifest(msgspec.Struct):
    """Contents of manifest.json. files: SHA-256 by name."""

    step: Whole
    files: dict[str, str]


class _State(msgspec.Struct):
    """Types of what is read from state.json; commands differ in what they save."""

    epoch: Whole = 0
    index: Whole = 0
    bad: Whole = 0
    halvings: Whole = 0
    best: Whole | None = None
    owes: bool = False
    evaluations: list[tuple[Whole, dict[str, float | None]]] = []
    series: list[dict[str, float | None]] = []
    scaler: dict[str, float | None] = {}
    total_steps: Whole = 0
    events_bytes: Whole = 0
    config_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A verified checkpoint. step: updates done."""

    folder: Path
    step: int
    state: Mapping[str, object]

    def tensors(self, name: str) -> Tensors:
        """Tensors of the file ``name``: weights, optimizer or ema; {} if it does not exist."""
        path = self.folder / f"{name}.safetensors"
        try:
            return load_safetensors(path) if path.is_file() else {}
        except (OSError, ValueError) as error:
            raise BrokenRun(
                f"{path} is damaged: {error}.", "Delete the folder of this checkpoint."
            ) from error

    def value(self, key: str) -> Any:  # noqa: ANN401 - JSON, of a type checked in ``read``
        """Entry of the state; BrokenRun if the checkpoint lacks it."""
        if key not in self.state:
            raise BrokenRun(
                f"{self.folder / STATE} has no {key!r}; another command wrote it.",
                "Delete this checkpoint, or start a new run.",
            )
        return self.state[key]


def save(
    folder: Path, step: int, tensors: Mapping[str, Tensors], state: Mapping[str, object]
) -> Checkpoint:
    """Write the checkpoint of ``step`` into ``folder``, atomically."""
    own_folder(folder.parent, folder.name)
    final = folder / f"step-{step:08d}"
    with scratch_folder(final) as temporary:
        for name, values in tensors.items():
            contiguous = {key: value.detach().cpu().contiguous() for key, value in values.items()}
            save_tensors(contiguous, temporary / f"{name}.safetensors")
        text = json.dumps(state, indent=1, sort_keys=True)
        (temporary / STATE).write_text(text, encoding="utf-8")
        hashes = {}
        for path in sorted(temporary.iterdir()):
            sync_file(path)
            hashes[path.name] = sha256_of(path)
        manifest = json.dumps({"step": step, "files": hashes}, indent=1)
        (temporary / MANIFEST).write_text(manifest, encoding="utf-8")
        sync_file(temporary / MANIFEST)
        sync_folder(temporary)
        if final.exists():  # left by a run that was killed after it and repeats the step
            shutil.rmtree(final)
        put_in_place(temporary, final)
        sync_folder(folder)
    return Checkpoint(final, step, state)


def read(folder: Path) -> Checkpoint | None:
    """Read and verify the checkpoint in ``folder``; None if a file is missing or changed."""
    try:
        manifest = msgspec.convert(read_json(folder / MANIFEST), _Manifest)
        for name, digest in manifest.files.items():
            if sha256_of(path_inside(folder, name)) != digest:
                return None
        if not {path.name for path in folder.glob("*.safetensors")} <= set(manifest.files):
            return None
        state = read_json(folder / STATE, strict=False)
        msgspec.convert(state, _State)
    except (OSError, ValueError):
        return None
    return Checkpoint(folder, manifest.step, state)


def steps(folder: Path) -> list[int]:
    """Steps with a checkpoint, in ascending order, not verified."""
    if not folder.is_dir():
        return []
    matches = (NAME.match(path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in matches if match)


def newest(folder: Path) -> tuple[Checkpoint | None, list[int]]:
    """The newest valid checkpoint, and the steps of newer invalid ones."""
    broken: list[int] = []
    for step in reversed(steps(folder)):
        candidate = read(path_of(folder, step))
        if candidate is not None:
            return candidate, broken
        broken.append(step)
    return None, broken


def path_of(folder: Path, step: int) -> Path:
    """Folder of a step's checkpoint."""
    return folder / f"step-{step:08d}"


def load(folder: Path, step: int) -> Checkpoint:
    """Read the checkpoint of ``step``; BrokenRun if it is missing or invalid."""
    candidate = read(path_of(folder, step))
    if candidate is None:
        available = ", ".join(map(str, steps(folder))) or "none"
        raise BrokenRun(
            f"There is no valid checkpoint of step {step}.", f"Available steps: {available}."
        )
    return candidate


def prune(folder: Path, keep: Sequence[int]) -> list[int]:
    """Delete all checkpoints but ``keep``, and temporary files; returns the deleted steps."""
    removed = []
    for step in steps(folder):
        if step not in keep:
            shutil.rmtree(path_of(folder, step), ignore_errors=True)
            removed.append(step)
    for path in folder.glob("step-*.tmp"):
        shutil.rmtree(path, ignore_errors=True)
    return removed
