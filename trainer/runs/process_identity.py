"""Owner of a lock or a temporary file, also after its pid was reused."""

import functools
import hashlib
import os
import re
import socket
from pathlib import Path

from trainer.system import is_running, start_of

CLOCK_SLACK_S = 2.0  # boot time is known to the second


@functools.cache
def machine() -> str:
    """Eight hexadecimal digits that stand for this host's name."""
    return hashlib.sha256(socket.gethostname().encode("utf-8", "replace")).hexdigest()[:8]


def started_after(pid: int, path: Path) -> bool:
    """Whether a process started after ``path`` was written; False if that is not known."""
    try:
        text = Path("/proc/stat").read_text(encoding="ascii", errors="replace")
        boot = next(line for line in text.splitlines() if line.startswith("btime "))
        ticks = int(start_of(pid)) / os.sysconf("SC_CLK_TCK")
        return int(boot.split()[1]) + ticks > path.stat().st_mtime + CLOCK_SLACK_S
    except (OSError, StopIteration, ValueError, AttributeError):
        return False


@functools.cache
def _own(pid: int) -> str:
    return f"{machine()}-{pid}-{start_of(pid)}"


def own_mark() -> str:
    """Mark of this process in names of temporary files: machine, pid and start."""
    return _own(os.getpid())


_MARK = re.compile(r"([0-9a-f]{8})-(\d{1,10})-(\d*)\Z")


def has_ended(mark: str) -> bool:
    """Whether the process of a mark ran on this machine and has ended."""
    match = _MARK.match(mark)
    return bool(match and match[1] == machine() and not is_running(int(match[2]), match[3]))
