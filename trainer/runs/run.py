"""A run: one folder with everything about one training.

RUN/config.toml     the configuration as resolved
RUN/run.json        bundle, base and versions it was started with
RUN/events.jsonl    what happened
RUN/checkpoints/    what it can be continued from
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
SHIPPED = "shipped"  # the kind of a run of a model as it was released: nothing is trained in it


@dataclass(frozen=True, slots=True)
class Run:
    """An open run folder. about: what run.json says."""

    folder: Path
    config: TrainConfig
    about: Mapping[str, object]

    @property
    def as_shipped(self) -> bool:
        """Whether it is of a model as it was released: step 0 is all there is."""
        return self.about.get("kind") == SHIPPED

    @property
    def checkpoints(self) -> Path:
        """The folder of its checkpoints."""
        return self.folder / "checkpoints"

    def events(self) -> EventLog:
        """Its event log, for writing."""
        return EventLog(self.folder / FILE)

    def bundle(self, elsewhere: Path | None = None) -> Bundle:
        """The bundle it was started on; ``elsewhere`` if it has moved. It must be unchanged."""
        folder = elsewhere or Path(str(self.about["bundle"]))
        bundle = read_bundle(folder)
        if bundle.manifest_sha256 != self.about["manifest_sha256"]:
            raise BrokenRun(
                f"{folder} is not the bundle this run was started on: its manifest differs.",
                "Start a new run on it.",
            )
        return bundle


def create_run(
    folder: Path, config: TrainConfig, bundle: Bundle, more: Mapping[str, object]
) -> Run:
    """A new run folder; refuses one that holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BrokenRun(
            f"{folder} is already there.",
            "Go on with it by `trainer resume`, or name another folder.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "format": 1,
        "trainer": __version__,
        "bundle": str(bundle.folder.resolve()),
        "manifest_sha256": bundle.manifest_sha256,
        # Which set it is, by curator's snapshot; null in bundles made by hand or without one.
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
    """The run in ``folder``."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        text = (folder / CONFIG).read_bytes()
        config = from_toml(text.decode())
    except FileNotFoundError as error:
        raise BrokenRun(
            f"{folder} is not a run.", "Name a folder that `trainer train` made."
        ) from error
    except ValueError as error:
        raise BrokenRun(f"{folder} is damaged: {error}.") from error
    # Of the file: a newer trainer may know settings that the run was begun without.
    if about.get("config_sha256") != hashlib.sha256(text).hexdigest():
        raise BrokenRun(f"{folder}/{CONFIG} was changed since the run began.")
    return Run(folder, config, about)


def choose_checkpoint(run: Run, wanted: str) -> checkpoint.Checkpoint:
    """best (or last where nothing was evaluated), last, or a step."""
    last, _ = checkpoint.newest(run.checkpoints)
    if run.as_shipped:
        raise BrokenRun(f"{run.folder} is of a model as it was shipped; nothing is trained in it.")
    if last is None:
        raise BrokenRun(f"{run.folder} has no whole checkpoint yet.", "Train it first.")
    if wanted == "last":
        return last
    if wanted == "best":
        best = last.state.get("best")
        return checkpoint.chosen(run.checkpoints, int(str(best))) if best else last  # 0: the base
    if not wanted.isdigit():
        raise BrokenRun(f"--checkpoint {wanted!r} is neither best, last nor a step.")
    return checkpoint.chosen(run.checkpoints, int(wanted))


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Only one process at a time trains a run."""
    path = run.folder / LOCK
    me = {"pid": os.getpid(), "host": socket.gethostname(), "group": group_name()}
    try:
        _take(path, me)
    except FileExistsError:
        owner = _owner(path)
        gone = owner.get("host") == me["host"] and not _alive(owner.get("pid"))
        # torchrun ends every process of a group, on all machines, before it starts them anew.
        before = bool(me["group"]) and owner.get("group") == me["group"] and restarts() > 0
        if gone or before:
            path.unlink(missing_ok=True)
            _take(path, me)
        else:
            who = f"process {owner.get('pid')} on {owner.get('host')}"
            raise BrokenRun(
                f"{run.folder} is being trained by {who}.",
                f"If that is no longer so, delete {path}.",
            ) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path, me: Mapping[str, object]) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(me, file)


def _owner(path: Path) -> dict[str, object]:
    try:
        found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _alive(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    if os.name == "nt":  # there, signal 0 would end the process instead of asking after it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
