"""A run: the folder of one training.

RUN/config.toml     resolved configuration
RUN/run.json        bundle, base and versions at the start
RUN/events.jsonl    event log
RUN/checkpoints/    checkpoints
"""

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from trainer import __version__
from trainer.bundle.manifest import Bundle, read_bundle
from trainer.config import TrainConfig, config_hash, from_toml, to_toml
from trainer.errors import BrokenRun
from trainer.foreign_files import read_bytes, read_json
from trainer.runs import checkpoint
from trainer.runs.events import FILE, EventLog
from trainer.runs.files import is_temporary, move_into_place, scratch_folder, write_atomically
from trainer.runs.lock import LOCK, refuse_if_locked
from trainer.runs.row_shapes import usable_row

CONFIG = "config.toml"
ABOUT = "run.json"
PARENT = "parent.safetensors"
CHECKPOINTS = "checkpoints"
TENSORBOARD = "tensorboard"
SHIPPED = "shipped"  # kind of a run that only evaluates a released model


@dataclass(frozen=True, slots=True)
class Run:
    """An open run folder. about: contents of run.json."""

    folder: Path
    config: TrainConfig
    about: Mapping[str, object]

    @property
    def as_shipped(self) -> bool:
        """Whether the run only evaluates a released model (step 0 only)."""
        return self.about.get("kind") == SHIPPED

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.folder / CHECKPOINTS

    def events(self) -> EventLog:
        """Event log, for writing."""
        return EventLog(self.folder / FILE)

    def bundle(self, elsewhere: Path | None = None) -> Bundle:
        """Read the bundle, from ``elsewhere`` if moved; BrokenRun if it changed."""
        folder = elsewhere or Path(str(self.about["bundle"]))
        bundle = read_bundle(folder)
        if bundle.manifest_sha256 != self.about["manifest_sha256"]:
            raise BrokenRun(
                f"{folder} is not the bundle of this run: its manifest differs.",
                "Start a new run on it.",
            )
        return bundle


def create_run(
    folder: Path,
    config: TrainConfig,
    bundle: Bundle,
    more: Mapping[str, object],
    fill: Callable[[Path], None] = lambda _folder: None,
) -> Run:
    """Create a run folder with all its files atomically. Raises BrokenRun if it is used.

    What a training left that was killed before its first event is replaced. more: fields of
    run.json. fill: writes further files into the folder before it appears.
    """
    refuse_used_folder(folder, config)
    about = {
        "format": 1,
        "trainer": __version__,
        "bundle": str(bundle.folder.resolve()),
        "manifest_sha256": bundle.manifest_sha256,
        # curator's snapshot; null in bundles without one.
        "snapshot": bundle.header.get("snapshot"),
        "state_hash": bundle.header.get("state_hash"),
        "config_sha256": config_hash(config),
        "python": platform.python_version(),
        "platform": platform.platform(),
        **more,
    }
    with scratch_folder(folder.resolve()) as temporary:
        write_atomically(temporary / CONFIG, to_toml(config).encode())
        write_atomically(temporary / ABOUT, json.dumps(about, indent=1).encode())
        fill(temporary)
        if folder.is_dir():
            _clear(folder)
        move_into_place(temporary, folder.resolve())
    return Run(folder, config, about)


def refuse_used_folder(folder: Path, config: TrainConfig) -> None:
    """Raise BrokenRun unless a run can be created in ``folder``."""
    if not folder.exists():
        return
    if not folder.is_dir() or not _is_unstarted(folder, config):
        raise BrokenRun(
            f"{folder} already exists.",
            "Resume it with `trainer resume`, or choose another folder.",
        )
    refuse_if_locked(folder)


def _is_unstarted(folder: Path, config: TrainConfig) -> bool:
    """Whether a folder is empty, or what a training left that was killed before it started."""
    names = {path.name for path in folder.iterdir() if not is_temporary(path.name)}
    if not names <= {CONFIG, ABOUT, LOCK, PARENT, FILE, CHECKPOINTS, TENSORBOARD}:
        return False
    if EventLog(folder / FILE).start_size() or checkpoint.steps(folder / CHECKPOINTS):
        return False
    if ABOUT not in names and CONFIG in names:  # else it may be a person's own file
        return read_bytes(folder / CONFIG) == to_toml(config).encode()
    return ABOUT in names or names <= {LOCK}


def _clear(folder: Path) -> None:
    """Remove the contents of an unstarted run; run.json last, by which it is recognised."""
    for path in sorted(folder.iterdir(), key=lambda path: (path.name == ABOUT, path.name)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def open_run(folder: Path) -> Run:
    """Open the run in ``folder``; BrokenRun if it is not one or was changed."""
    try:
        about = read_json(folder / ABOUT, strict=False)
        text = read_bytes(folder / CONFIG)
        config = from_toml(text.decode())
    except FileNotFoundError as error:
        raise BrokenRun(
            f"{folder} is not a run folder.", "Name a folder written by `trainer train`."
        ) from error
    except ValueError as error:
        raise BrokenRun(f"{folder} is damaged: {error}.", "Restore it from a backup.") from error
    _refuse_wrong_fields(folder, about)
    # Hash of the file: a newer trainer may have settings that the run lacks.
    if about.get("config_sha256") != hashlib.sha256(text).hexdigest():
        raise BrokenRun(
            f"{folder}/{CONFIG} was changed since the run started.",
            "Restore it, or start a new run.",
        )
    return Run(folder, config, about)


def _refuse_wrong_fields(folder: Path, about: Mapping[str, object]) -> None:
    """Raise BrokenRun if run.json lacks fields that are used, or has others in their place."""
    needed = {"bundle", "manifest_sha256"}
    if not needed <= set(about) or usable_row(ABOUT, about) != about:
        raise BrokenRun(
            f"{folder / ABOUT} is not the record of a run.", "Restore it from a backup."
        )


def choose_checkpoint(run: Run, wanted: str) -> checkpoint.Checkpoint:
    """Checkpoint by name: best (last without evaluations), last or a step."""
    last, _ = checkpoint.newest(run.checkpoints)
    if run.as_shipped:
        raise BrokenRun(f"{run.folder} is an evaluation of a released model without checkpoints.")
    if last is None:
        raise BrokenRun(f"{run.folder} has no valid checkpoint yet.", "Train it first.")
    if wanted == "last":
        return last
    if wanted == "best":
        best = last.state.get("best")
        return checkpoint.load(run.checkpoints, int(str(best))) if best else last  # 0: the base
    if not wanted.isdigit():
        raise BrokenRun(f"--checkpoint {wanted!r} is invalid.", "Use best, last or a step.")
    return checkpoint.load(run.checkpoints, int(wanted))
