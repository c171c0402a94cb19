"""Owner of a lock or a temporary file, also after its pid was reused."""

import functools
import hashlib
import os
import re
import socket
import sys
from pathlib import Path

CLOCK_SLACK_S = 2.0  # boot time is known to the second


@functools.cache
def machine() -> str:
    """Eight hexadecimal digits that stand for this host's name."""
    return hashlib.sha256(socket.gethostname().encode("utf-8", "replace")).hexdigest()[:8]


def start_of(pid: int) -> str:
    """When a process started, in the system's own unit; "" if unknown or not running."""
    if sys.platform == "win32":
        return _windows_start(pid)
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces
    return fields[19] if len(fields) > 19 and fields[0] not in "ZX" else ""


def is_running(pid: int, start: str = "") -> bool:
    """Whether the process runs, and started at ``start`` if that is known; zombies do not run."""
    if pid <= 0 or pid >= 1 << 31:
        return False
    now = start_of(pid)
    if sys.platform == "win32" or now or Path("/proc/self/stat").exists():
        return bool(now) and start in ("", now)
    try:
        os.kill(pid, 0)  # a system without /proc, such as macOS
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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


def _windows_start(pid: int) -> str:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - absent from other systems' types
    kernel.OpenProcess.restype = ctypes.c_void_p
    limited_information, still_active = 0x1000, 259
    handle = ctypes.c_void_p(kernel.OpenProcess(limited_information, 0, pid))
    if not handle:
        return ""
    try:
        times = [ctypes.c_ulonglong() for _ in range(4)]
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        read = kernel.GetProcessTimes(handle, *map(ctypes.byref, times))
        return str(times[0].value) if read and code.value == still_active else ""
    finally:
        kernel.CloseHandle(handle)
