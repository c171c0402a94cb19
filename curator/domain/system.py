"""What differs between Linux, macOS and Windows: locks, renames, processes, names and paths.

Everything else asks here; ``trainer.system`` is the trainer's. WINDOWS is read at each call, so
that tests can imitate the rules of Windows elsewhere.
"""

import contextlib
import errno
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

WINDOWS = os.name == "nt"
MACOS = sys.platform == "darwin"

LOCKED_BYTE = 1 << 30
"""Windows prevents reading of locked bytes, so the locked byte is far behind any text."""

PATIENCE_S = 2.0
"""How long a rename waits on Windows for programs that look at new files, such as scanners."""
RETRY_S = 0.02

RESERVED = frozenset(
    {
        *("con", "prn", "aux", "nul", "conin$", "conout$", "clock$"),
        *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789\u00b9\u00b2\u00b3"),
    }
)
"""Names of devices on Windows, whatever their suffix."""
FORBIDDEN = frozenset('<>:"/\\|?*')
"""Characters that Windows allows in no file name."""
MAX_STEM_BYTES = 120
"""Bytes of a file name before its suffix; systems allow 255 in total."""

MAX_PATH = 259
"""Characters of a path on Windows unless long paths are enabled."""

TEMPORARY = ".tmp"
"""End of the name of a file or folder that is being written."""

_NEW_GROUP = 0x200  # CREATE_NEW_PROCESS_GROUP
_LIMITED_INFORMATION, _STILL_ACTIVE = 0x1000, 259


class PopenArguments(TypedDict, total=False):
    """Arguments of ``subprocess.Popen``."""

    start_new_session: bool
    creationflags: int


def lock_file(handle: int) -> None:
    """Lock an open file for this process, without waiting. Raises OSError if it is locked."""
    if WINDOWS:
        import msvcrt

        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        try:
            getattr(msvcrt, "locking")(handle, getattr(msvcrt, "LK_NBLCK"), 1)  # noqa: B009
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return
    import fcntl

    # flock, not lockf: two projects opened in one process must exclude each other too.
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def unlock_file(handle: int) -> None:
    """Release the lock of ``lock_file``."""
    if WINDOWS:
        import msvcrt

        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        getattr(msvcrt, "locking")(handle, getattr(msvcrt, "LK_UNLCK"), 1)  # noqa: B009
        return
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_UN)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    with contextlib.suppress(OSError):  # Windows cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush everything below ``folder`` to the disk, in one call where possible.

    One fsync per file takes milliseconds: minutes for a set of 40,000 clips.
    """
    if sys.platform == "linux" and not WINDOWS:
        import ctypes

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) == 0:
                return
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        finally:
            os.close(descriptor)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def put_in_place(source: Path, target: Path) -> None:
    """Rename a file over another, or a folder to a free name.

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


def place_durably(source: Path, target: Path) -> None:
    """Rename a file, with its content on the disk before and its name after."""
    with source.open("rb+") as file:
        os.fsync(file.fileno())
    put_in_place(source, target)
    sync_folder(target.parent)


def temporary_beside(path: Path) -> Path:
    """Free name of this process beside ``path``, to write it under before it is renamed.

    What killed processes left under such names is removed.
    """
    own = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    for left in own.parent.glob(f".{glob.escape(path.name)}.*"):
        match = re.fullmatch(r"(\d{1,10})(\.tmp)?", left.name[len(path.name) + 2 :], re.ASCII)
        if match and (left.is_dir() if left == own else not is_running(int(match[1]))):
            remove_leftover(left)
    return own


def remove_leftover(path: Path) -> bool:
    """Delete a file, or a folder that this program made, of a killed process.

    A folder is deleted only under the name of ``temporary_beside``: any other is somebody else's,
    and stays. Returns whether it is gone.
    """
    if path.is_symlink() or not path.is_dir():
        with contextlib.suppress(OSError):  # somebody else's, or open on Windows
            path.unlink(missing_ok=True)
    elif path.suffix == TEMPORARY:
        shutil.rmtree(path, ignore_errors=True)
    return not os.path.lexists(path)


def is_running(pid: int, start: str = "") -> bool:
    """Whether a process runs, and started at ``start`` if that is known; zombies do not run."""
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


def own_group() -> PopenArguments:
    """Arguments for a process that Ctrl-C in this terminal does not reach."""
    return {"creationflags": _NEW_GROUP} if WINDOWS else {"start_new_session": True}


def ask_to_pause(pid: int, request: Path) -> None:
    """Ask a trainer to save and end: by SIGTERM, on Windows by the file that it looks for."""
    if WINDOWS:  # there, SIGTERM kills
        request.touch()
    else:
        os.kill(pid, signal.SIGTERM)


def end_process(pid: int) -> None:
    """Kill a process; on Windows with the processes it started."""
    if WINDOWS:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
    else:
        os.kill(pid, signal.SIGKILL)


def end_reason(code: int) -> str:
    """Name of an exit code for people: a signal, or "exit 1"."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit {code & 0xFFFFFFFF:#x}" if code >= 1 << 31 else f"exit {code}"


def name_program(name: str) -> None:
    """Group the windows of this program in the taskbar of Windows; elsewhere Qt does."""
    if WINDOWS:
        import ctypes

        shell = getattr(ctypes, "windll").shell32  # noqa: B009 - absent from other systems' types
        shell.SetCurrentProcessExplicitAppUserModelID(name)


def portable_stem(text: str, default: str) -> str:
    """File name without suffix that every system allows; ``default`` if nothing is left."""
    composed = unicodedata.normalize("NFC", text)
    safe = "".join("_" if c in FORBIDDEN or not c.isprintable() else c for c in composed)
    short = safe.encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip(". ")
    is_device = short.partition(".")[0].rstrip().casefold() in RESERVED
    return f"_{short}" if is_device else short or default


def require_short(folder: Path, inside: int) -> None:
    """Refuse a folder in which a path would be too long for Windows.

    inside: characters of the longest path below the folder. Raises OSError, ENAMETOOLONG.
    """
    length = len(str(folder.absolute())) + 1 + inside
    if WINDOWS and length > MAX_PATH and not _long_paths_enabled():
        reason = f"a path in it would have {length} characters, and Windows allows {MAX_PATH}"
        raise OSError(errno.ENAMETOOLONG, reason, str(folder))


def _long_paths_enabled() -> bool:
    """The setting LongPathsEnabled in the registry."""
    try:
        import winreg
    except ImportError:
        return False
    where = r"SYSTEM\CurrentControlSet\Control\FileSystem"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, where) as key:  # type: ignore[attr-defined]
            value = winreg.QueryValueEx(key, "LongPathsEnabled")  # type: ignore[attr-defined]
            return bool(value[0])
    except OSError:
        return False


@contextlib.contextmanager
def limited_memory(more: int) -> Iterator[None]:
    """Raise MemoryError for what is allocated beyond ``more`` bytes above the present.

    Sets RLIMIT_DATA, which does not count file mappings. Systems other than Linux have no
    equivalent; there only the checks of lengths and sizes apply.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    held = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [each for each in (soft, hard) if each != resource.RLIM_INFINITY]
    if held is not None:
        limits.append(int(held[1]) * 1024 + more)
        resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
