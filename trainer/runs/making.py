"""Working folder ``FOLDER.making`` of a command that fine-tunes one network into ``FOLDER``.

It is a run folder. The same command resumes it and removes it when the result is there.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig, config_hash
from trainer.errors import BrokenRun, TrainerError, WrongUsage
from trainer.foreign_files import read_bytes
from trainer.runs import checkpoint
from trainer.runs.events import FILE as EVENTS
from trainer.runs.files import remove_folder, remove_leftovers
from trainer.runs.lock import refuse_if_locked
from trainer.runs.run import ABOUT, Run, create_run, open_run

SUFFIX = ".making"
KINDS = ("codebook", "decoder")
"""Commands with such a folder, in the field "kind" of its run.json."""


@dataclass(slots=True)
class MakingPosition:
    """Progress. step: updates done. best: best step; 0 is the network as it was.

    bad: non-finite updates in a row. halvings: of the rows that are computed at once, because
    memory ran out. series: a point by evaluation on the held-out clips.
    """

    step: int = 0
    epoch: int = 0
    index: int = 0
    bad: int = 0
    best: int = 0
    series: list[dict[str, float]] = field(default_factory=list)
    halvings: int = 0


def refuse_unsuited(kind: str, target: Path) -> None:
    """Raise WrongUsage under torchrun, TrainerError if ``target`` is in use."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise WrongUsage(f"`trainer {kind}` runs in one process.", "Start it without torchrun.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(f"{target} already exists.", "Choose another folder.")


def finished_before(kind: str, target: Path) -> bool:
    """Whether ``target`` is the result of its working folder, which is then removed.

    Both exist if the command was killed after the result was moved into place; if it was killed
    while the working folder was removed, what is left of that is.
    """
    folder = _working_folder(target)
    remove_leftovers(folder.parent)
    logs = (target / EVENTS, folder / EVENTS)
    if not (folder / ABOUT).is_file() or not all(log.is_file() for log in logs):
        return False
    if open_run(folder).about.get("kind") != kind or len({read_bytes(log) for log in logs}) > 1:
        return False
    refuse_if_locked(folder)
    remove_folder(folder)
    return True


def open_making(
    target: Path, config: TrainConfig, bundle: Bundle, kind: str, identity: Mapping[str, Any]
) -> Run:
    """Open the working folder beside ``target`` if it is of the same command, else create it.

    identity: provenance of the weights, with their hashes in "sha256". Raises BrokenRun for a
    folder of another bundle, base or configuration.
    """
    folder = _working_folder(target)
    if not (folder / ABOUT).is_file():
        return create_run(folder, config, bundle, {"kind": kind, "identity": dict(identity)})
    run = open_run(folder)
    before: Any = run.about.get("identity", {})
    unchanged = (
        run.about.get("kind") == kind
        and run.about.get("manifest_sha256") == bundle.manifest_sha256
        and run.about.get("config_sha256") == config_hash(config)
        and before.get("sha256") == identity["sha256"]
    )
    if not unchanged:
        raise BrokenRun(
            f"{folder} was started with another bundle, base or configuration.",
            "Repeat the original command, or delete that folder.",
        )
    return run


def _working_folder(target: Path) -> Path:
    return target.resolve().with_name(f"{target.resolve().name}{SUFFIX}")


def resume(run: Run, load: Callable[[checkpoint.Checkpoint], None]) -> bool:
    """Load the newest valid checkpoint and drop later events; False if there is none."""
    newest, broken = checkpoint.newest(run.checkpoints)
    log = run.events()
    if newest is None:
        log.truncate(0)
        return False
    load(newest)
    log.truncate(newest.value("events_bytes"))
    log.add("resumed", step=newest.step, damaged_checkpoints=broken)
    return True


def refuse_full_disk(target: Path, needed: int) -> None:
    """Raise TrainerError if fewer than ``needed`` bytes are free where ``target`` will be."""
    free = shutil.disk_usage(target.resolve().parent).free
    if free < needed:
        raise TrainerError(
            f"The result needs {needed >> 20:,} MB, but only {free >> 20:,} MB are free.",
            "Free disk space and repeat the command; it resumes from the last checkpoint.",
        )
