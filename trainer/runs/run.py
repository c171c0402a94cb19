"""A run: the folder of one training.

RUN/config.toml     resolved configuration
RUN/run.json        bundle, base and versions at the start
RUN/events.jsonl    event log
RUN/checkpoints/    checkpoints
"""

import hashlib
import json
import os
import platform
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trainer import __version__
from trainer.bundle.manifest import Bundle, read_bundle
from trainer.config import TrainConfig, config_hash, from_toml, to_toml
from trainer.errors import BrokenRun
from trainer.runs import checkpoint
from trainer.runs.distributed import group_name, restarts
from trainer.runs.events import FILE, EventLog
from trainer.runs.files import write_atomically

CONFIG = "config.toml"
ABOUT = "run.json"
LOCK = "lock"
PARENT = "parent.safetensors"
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
        return self.folder / "checkpoints"

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
    folder: Path, config: TrainConfig, bundle: Bundle, more: Mapping[str, object]
) -> Run:
    """Create a run folder; BrokenRun if it exists and is not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BrokenRun(
            f"{folder} already exists.",
            "Resume it with `trainer resume`, or choose another folder.",
        )
    folder.mkdir(parents=True, exist_ok=True)
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
    write_atomically(folder / CONFIG, to_toml(config).encode())
    write_atomically(folder / ABOUT, json.dumps(about, indent=1).encode())
    return Run(folder, config, about)


def open_run(folder: Path) -> Run:
    """Open the run in ``folder``; BrokenRun if it is not one or was changed."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        text = (folder / CONFIG).read_bytes()
        config = from_toml(text.decode())
    except FileNotFoundError as error:
        raise BrokenRun(
            f"{folder} is not a run folder.", "Name a folder written by `trainer train`."
        ) from error
    except ValueError as error:
        raise BrokenRun(f"{folder} is damaged: {error}.", "Restore it from a backup.") from error
    # Hash of the file: a newer trainer may have settings that the run lacks.
    if about.get("config_sha256") != hashlib.sha256(text).hexdigest():
        raise BrokenRun(
            f"{folder}/{CONFIG} was changed since the run started.",
            "Restore it, or start a new run.",
        )
    return Run(folder, config, about)


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


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Lock the run for this process; BrokenRun if another process trains it."""
    path = run.folder / LOCK
    own = {"pid": os.getpid(), "host": socket.gethostname(), "group": group_name()}
    try:
        _create_lock(path, own)
    except FileExistsError:
        owner = _owner(path)
        ended = owner.get("host") == own["host"] and not _alive(owner.get("pid"))
        # torchrun ends every process of a group, on all machines, before it restarts them.
        restarted = bool(own["group"]) and owner.get("group") == own["group"] and restarts() > 0
        if ended or restarted:
            path.unlink(missing_ok=True)
            _create_lock(path, own)
        else:
            process = f"process {owner.get('pid')} on {owner.get('host')}"
            raise BrokenRun(
                f"{run.folder} is being trained by {process}.",
                f"If that process has ended, delete {path}.",
            ) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _create_lock(path: Path, me: Mapping[str, object]) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(me, file)


def _owner(path: Path) -> dict[str, object]:
    try:
        owner: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner


def _alive(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    if os.name == "nt":  # signal 0 would end the process there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
