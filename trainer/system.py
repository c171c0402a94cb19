"""What differs between Linux, macOS and Windows: renames, folders on the disk, processes.

Everything else asks here; ``curator.domain.system`` is curator's. WINDOWS is read at each call, so
that tests can imitate the rules of Windows elsewhere.
"""

import os
import time
from pathlib import Path

WINDOWS = os.name == "nt"

PATIENCE_S = 2.0
"""How long a rename waits on Windows for programs that look at new files, such as scanners."""
RETRY_S = 0.02

_LIMITED_INFORMATION, _STILL_ACTIVE = 0x1000, 259


def put_in_place(source: Path, target: Path) -> None:
    """Rename a file over another, or a folder to a free name or over an empty folder.

    On Windows it fails while a program has one of them open; it is tried again for PATIENCE_S.
    """
    last = time.monotonic() + PATIENCE_S
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if not WINDOWS or time.monotonic() > last:
                raise
            time.sleep(RETRY_S)
        else:
            return


def sync_file(path: Path) -> None:
    """fsync the file ``path``; Windows wants it open for writing."""
    _sync(path, os.O_RDWR if WINDOWS else os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """fsync the folder ``path``; Windows cannot open a folder and keeps names by itself."""
    if not WINDOWS:
        _sync(path, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def start_of(pid: int) -> str:
    """When a process started, in the system's own unit; "" if unknown or not running."""
    if WINDOWS:
        return _start_on_windows(pid)
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
    if WINDOWS or now or Path("/proc/self/stat").exists():
        return bool(now) and start in ("", now)
    try:
        os.kill(pid, 0)  # a system without /proc, such as macOS
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def environment_program(folder: Path, name: str) -> Path:
    """Program of a virtual environment."""
    return folder / "Scripts" / f"{name}.exe" if WINDOWS else folder / "bin" / name


def _start_on_windows(pid: int) -> str:
    """Ask by a handle: signal 0 would end the process there."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - absent from other systems' types
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(_LIMITED_INFORMATION, 0, pid))
    if not handle:
        return ""
    try:
        times = [ctypes.c_ulonglong() for _ in range(4)]
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        read = kernel.GetProcessTimes(handle, *map(ctypes.byref, times))
        return str(times[0].value) if read and code.value == _STILL_ACTIVE else ""
    finally:
        kernel.CloseHandle(handle)
