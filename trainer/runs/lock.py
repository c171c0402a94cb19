"""Lock of a run folder: one process trains it at a time.

The lock names machine, pid and start of its process, so that the lock of a killed process is
recognised even if its pid was given to another one. It appears with its contents or not at all; one
without contents is left over from a full disk or a killed process.
"""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trainer.errors import BrokenRun
from trainer.foreign_files import read_json
from trainer.runs.distributed import group_name, restarts
from trainer.runs.files import scratch_file
from trainer.runs.process_identity import started_after
from trainer.system import is_running, put_in_place, start_of

LOCK = "lock"
PAUSE = "pause"
"""File beside the lock that asks its process to save and end; Windows has no signal for that."""

Owner = Mapping[str, object]


class RunInUse(BrokenRun):
    """A run that another process is training."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the run for this process; RunInUse if another process trains it."""
    take_lock(folder)
    (folder / PAUSE).unlink(missing_ok=True)  # meant for a process that was killed
    try:
        yield
    finally:
        (folder / PAUSE).unlink(missing_ok=True)
        (folder / LOCK).unlink(missing_ok=True)


def take_lock(folder: Path) -> None:
    """Create the lock, or keep it if it is this process's; RunInUse if another's."""
    own = _own()
    path = folder / LOCK
    while not _created(path, own):
        owner = _owner(path)
        if owner == own:
            return
        if not has_ended(owner, path):
            raise _in_use(folder, owner)
        _remove_ended(path, owner)


def refuse_if_locked(folder: Path) -> None:
    """Raise RunInUse if a process that still runs holds the lock."""
    path = folder / LOCK
    if os.path.lexists(path):
        owner = _owner(path)
        if owner != _own() and not has_ended(owner, path):
            raise _in_use(folder, owner)


def has_ended(owner: Owner, path: Path) -> bool:
    """Whether the process that wrote the lock at ``path`` has ended."""
    # torchrun ends every process of a group, on all machines, before it restarts them.
    if owner.get("group") and owner.get("group") == group_name() and restarts() > 0:
        return True
    pid, start = owner.get("pid"), owner.get("start")
    if not isinstance(pid, int):
        return True  # nothing in it: left over
    if owner.get("host") != socket.gethostname():
        return False
    if isinstance(start, str):
        return not is_running(pid, start)
    return not is_running(pid) or started_after(pid, path)


def _own() -> dict[str, object]:
    pid = os.getpid()
    host = socket.gethostname()
    return {"pid": pid, "host": host, "group": group_name(), "start": start_of(pid)}


def _in_use(folder: Path, owner: Owner) -> RunInUse:
    return RunInUse(
        f"{folder} is being trained by process {owner.get('pid')} on {owner.get('host')}.",
        f"If that process has ended, delete {folder / LOCK}.",
    )


def _created(path: Path, own: Owner) -> bool:
    """Whether the lock was created; False if there is one."""
    with scratch_file(path) as temporary:
        temporary.write_text(json.dumps(own), encoding="utf-8")
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a disk without hard links
            return _created_exclusively(path, own)
    return True


def _created_exclusively(path: Path, own: Owner) -> bool:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(own, file)
    return True


def _owner(path: Path) -> dict[str, object]:
    """Contents of a lock; {} if it is empty, damaged or gone."""
    try:
        return read_json(path, strict=False)
    except (OSError, ValueError):
        return {}


def _remove_ended(path: Path, owner: Owner) -> None:
    """Remove the lock of ``owner``, unless another process has just replaced it by its own."""
    with scratch_file(path) as aside:
        try:
            put_in_place(path, aside)
        except FileNotFoundError:
            return
        if _owner(aside) != owner:
            os.link(aside, path)
