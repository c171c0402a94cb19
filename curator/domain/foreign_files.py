"""The one gate for names and files that other people may have written.

Projects, bundles and lists are passed on. A name in them is a SHA-256 or stays below its folder; a
file is opened as a regular file only, without following a link where it is written, and read up to
a limit.
"""

import errno
import io
import json
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from curator.domain.errors import CuratorError, printable

HASH_LENGTH = 64
NOTE_BYTES = 1 << 20  # of a small file of a few lines
RUN_BYTES = 1 << 29  # of a file of a run or a settings file
LOG_BYTES = 1 << 27  # of a file of JSON lines that is parsed whole
MOST_MISSING = 1 << 34
"""Bytes of a file that need not be stored; recorders reserve some. Zeros of it are read in 10 s."""

MOST_FILE_LINES = 2_000_000
MOST_FILE_VALUES = 5_000_000
"""Lines, and values with lines, of a file of JSON lines."""

MOST_VALUES = 4_000_000
"""Values of a JSON text; each takes about 70 bytes of memory, and as little as two of the text."""

_HEX = frozenset("0123456789abcdef")
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# Opening a pipe would wait for its other end; a regular file ignores the flag.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


DESCRIPTORS = "/proc/self/fd"
_folder_of: dict[str, Path] = {}
"""Folders by the paths that ``path_inside`` has checked to be in them; again when opened."""


class ForeignFile(CuratorError):
    """A file or folder that is not what its name says: a link, a pipe, a device."""


def is_hash(text: str) -> bool:
    """Whether a text is a SHA-256 in lower-case hex."""
    return len(text) == HASH_LENGTH and _HEX.issuperset(text)


def in_cache(cache: Path, content_hash: str, suffix: str) -> Path:
    """Path of a cached file. Raises ForeignFile for a name that is no hash."""
    if not is_hash(content_hash):
        raise ForeignFile(
            f"The recording's hash {printable(content_hash[:80])!r} is not a SHA-256.",
            "The project was changed by another program; use a backup.",
        )
    return cache / f"{content_hash}{suffix}"


def missing_bytes(status: os.stat_result) -> int:
    """Bytes of a file that are not on the disk: holes, which read as zeros for ever."""
    blocks = getattr(status, "st_blocks", None)  # of 512 bytes; absent on Windows
    return 0 if blocks is None else max(0, status.st_size - 512 * blocks)


def descriptor(path: Path, flags: int = os.O_RDONLY, *, follow: bool = True) -> int:
    """Open a regular file. A link is followed only for reading, and only with ``follow``.

    Raises OSError, with EINVAL for a folder, device, pipe or socket and for a file to be written
    that has another name.
    """
    writes = flags & (os.O_WRONLY | os.O_RDWR)
    no_follow = _NO_FOLLOW if writes or not follow else 0
    handle = os.open(path, flags | no_follow | _NO_WAIT | _BINARY, 0o666)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            reason = "it is not a file but a folder, device, pipe or socket"
            raise OSError(errno.EINVAL, reason, str(path))
        _require_unmoved(handle, path)
        if not writes and missing_bytes(status) > MOST_MISSING:
            reason = f"{missing_bytes(status) / 1e9:.0f} GB of it are not stored"
            raise OSError(errno.EFBIG, reason, str(path))
        if writes and status.st_nlink > 1:
            raise OSError(errno.EINVAL, "it is a hard link to another file", str(path))
    except BaseException:
        os.close(handle)
        raise
    return handle


def open_regular(path: Path, *, follow: bool = True) -> io.FileIO:
    """Open a regular file for reading, unbuffered. Raises OSError as ``descriptor``."""
    return os.fdopen(descriptor(path, follow=follow), "rb", buffering=0)


def read_bounded(path: Path, limit: int, *, follow: bool = False) -> bytes:
    """Content of a regular file. Raises OSError, EFBIG above ``limit`` bytes.

    follow: whether a link to one is read.
    """
    with os.fdopen(descriptor(path, follow=follow), "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit >> 20} MB", str(path))
    return content


def parse_json(data: bytes | str) -> Any:  # noqa: ANN401 - JSON
    """Parse JSON. Raises ValueError, also for deep nesting, endless numbers and lists."""
    require_few_values(data)
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def require_few_values(data: bytes | str) -> None:
    """Raise ValueError for a JSON text of too many values to be parsed."""
    marks = (b"[", b"{", b",") if isinstance(data, bytes) else ("[", "{", ",")
    if sum(map(data.count, marks)) > MOST_VALUES:  # type: ignore[arg-type]  # both of one kind
        raise ValueError(f"it has more than {MOST_VALUES:,} values")


def lines_of(data: bytes) -> list[bytes]:
    """Lines of a file without their ends; none for more lines or JSON values than are read."""
    lines = data.count(b"\n")
    values = lines + sum(map(data.count, (b"[", b"{", b",")))
    return [] if lines > MOST_FILE_LINES or values > MOST_FILE_VALUES else data.split(b"\n")


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML of a megabyte. Raises ValueError, also for deep nesting and endless numbers."""
    if len(text) > NOTE_BYTES:
        raise ValueError("it is larger than 1 MB")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def path_inside(root: Path, name: str) -> Path | None:
    """``root / name`` if that is below ``root`` once links are resolved, else None."""
    try:
        path, top = root / name, root.resolve()
        if not path.resolve().is_relative_to(top):
            return None
    except (OSError, ValueError, RuntimeError):  # a NUL in the name, a circle of links
        return None
    _folder_of[str(path)] = top
    return path


def _require_unmoved(handle: int, path: Path) -> None:
    """Raise OSError, EINVAL, if a path that was checked leads elsewhere now that it is open."""
    top = _folder_of.get(str(path))
    if top is None:
        return
    try:
        opened = Path(f"{DESCRIPTORS}/{handle}").readlink()
    except OSError:  # a system without /proc
        opened = path.resolve()
    if not opened.is_relative_to(top):
        raise OSError(errno.EINVAL, "it was replaced while it was opened", str(path))


def own_folder(path: Path) -> Path:
    """A folder to write into, made if it is missing. Raises ForeignFile for a link."""
    if path.is_symlink():
        raise ForeignFile(
            f"{printable(path.name)} in {printable(path.parent.name)} is a link, which is not "
            "followed.",
            "Delete the link; the program makes a folder in its place.",
        )
    path.mkdir(exist_ok=True)
    return path
