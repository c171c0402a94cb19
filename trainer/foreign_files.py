"""Reads files that other people made: bundles, runs, configurations, models' side files.

A name from such a file is resolved with ``path_inside``. A file is opened only if it is a regular
file within a size limit, so that no FIFO, device or endless file is read. JSON and TOML are bounded
in nesting and in the size of numbers; whatever is wrong with them is a ValueError.
"""

import errno
import json
import math
import os
import re
import stat
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_BYTES = 1 << 29  # of any file that is read into memory
ANY_SIZE = 1 << 63
MOST_MISSING = 1 << 34  # bytes of holes in a file, which are read as zeros
MAX_SAMPLES = 1 << 26  # of decoded audio over all channels: 256 MB as float32, 50 min at 22 kHz
MAX_VALUES = 4_000_000  # of a JSON text; each takes about 70 bytes, and as little as 2 of the text
MAX_LINES = 2_000_000  # of a file of lines
MAX_LOG_VALUES = 5_000_000  # values and lines of a log that are parsed: 310,000 steps of training
MAX_LOG_LINES = 1_000_000
MAX_LOG = 1 << 27  # bytes of a log that are parsed; a rare character makes its text 4 times that
MAX_KEPT = 1 << 28  # bytes of its lines that are kept as they are: a million steps
MAX_LINE = 1 << 24  # bytes of a line of a log
PORTION = 1 << 24  # bytes of a manifest that are parsed at a time
MAX_TOML = 1 << 21  # characters; parsed at about a megabyte a second
MAX_DEPTH = 32  # of nested lists and tables
MAX_WHOLE = 1 << 63  # integers are below it in magnitude
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_SUSPECT = re.compile(r"\d{19}|[eE]\+?\d{3}|\\u[dD]")  # numbers and surrogates that need a look


DESCRIPTORS = "/proc/self/fd"
_folder_of: dict[str, Path] = {}
"""Folders by the paths that ``path_inside`` has checked to be in them; again when opened."""


class UnsafeFile(OSError):
    """A file that is not read: outside its folder, not a regular file, or too large."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(errno.EINVAL, sentence, str(path))


def path_inside(root: Path, name: object) -> Path:
    """``root / name`` with links resolved; UnsafeFile unless it is below ``root``."""
    text = str(name)
    try:
        top = root.resolve()
        path = (top / text).resolve()
    except (ValueError, RuntimeError) as error:  # a NUL in the name, a circle of links
        raise UnsafeFile(root, f"{text[:80]!r} is not a valid path") from error
    if not isinstance(name, str) or path == top or not path.is_relative_to(top):
        raise UnsafeFile(path, f"It is not inside {root}")
    _folder_of[str(path)] = top
    return path


def _require_unmoved(descriptor: int, path: Path) -> None:
    """Raise UnsafeFile if a path that was checked leads elsewhere now that it is open."""
    top = _folder_of.get(str(path))
    if top is None:
        return
    try:
        opened = Path(f"{DESCRIPTORS}/{descriptor}").readlink()
    except OSError:  # a system without /proc
        opened = path.resolve()
    if not opened.is_relative_to(top):
        raise UnsafeFile(path, "It was replaced while it was opened")


def open_regular(path: Path, limit: int = MAX_BYTES) -> BinaryIO:
    """Open a regular file of at most ``limit`` bytes for reading. Raises UnsafeFile.

    Opened without blocking, as a FIFO would wait for its writer.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    except ValueError as error:  # a NUL in the name
        raise UnsafeFile(path, "The path is not valid") from error
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UnsafeFile(path, "It is not a regular file")
        _require_unmoved(descriptor, path)
        if about.st_size > limit:
            raise _too_large(path, limit)
        missing = about.st_size - 512 * getattr(about, "st_blocks", about.st_size)
        if missing > MOST_MISSING:
            raise UnsafeFile(path, f"{missing / 1e9:,.0f} GB of it are not stored")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _too_large(path: Path, limit: int) -> UnsafeFile:
    return UnsafeFile(path, f"It has more than {limit / 1e6:,.0f} MB")


def require_regular(path: Path) -> None:
    """Raise OSError unless ``path`` can be opened and is a regular file, of any size."""
    open_regular(path, ANY_SIZE).close()


def own_folder(root: Path, name: str) -> Path:
    """Folder ``root / name`` to write into, made if missing.

    Raises UnsafeFile for a link below root: somebody else's run could lead what is written, and
    deleted, to any place.
    """
    path = root
    for part in Path(name).parts:
        path = path / part
        if path.is_symlink():
            raise UnsafeFile(path, "It is a link, and nothing is written through it")
        path.mkdir(parents=True, exist_ok=True)
    return path


def open_to_append(path: Path) -> int:
    """Descriptor of a regular file to read and append to, made if missing.

    Raises UnsafeFile for a link, a file with several names, a pipe or a device.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _FLAGS | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise UnsafeFile(path, "It is not a regular file") from error
        raise
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
        os.close(descriptor)
        raise UnsafeFile(path, "It is not a regular file, or has several names")
    return descriptor


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Contents of a regular file."""
    with open_regular(path, limit) as file:
        data = file.read(limit + 1)
    if len(data) > limit:  # it grew after it was opened
        raise _too_large(path, limit)
    return data


def portions(path: Path, limit: int) -> Iterator[bytes]:
    """Contents of a regular file of lines in portions of whole lines, about 16 MB each."""
    read = 0
    with open_regular(path, limit) as file:
        while portion := file.read(PORTION):
            portion += file.readline(limit)
            read += len(portion)
            if read > limit:  # it grew after it was opened
                raise _too_large(path, limit)
            yield portion


def lines_of(data: bytes) -> list[bytes]:
    """Lines of a file without their ends. Raises ValueError for more than MAX_LINES."""
    if data.count(b"\n") > MAX_LINES:
        raise ValueError(f"it has more than {MAX_LINES:,} lines")
    return data.split(b"\n")


def log_lines(path: Path, skipped: bytes = b"", light: bytes = b"") -> Iterator[tuple[int, bytes]]:
    """(line number, line) of a file of JSON lines, one at a time; the last may lack its end.

    skipped: start of lines that are left out and count for nothing but the number of lines. light:
    start of lines that the caller keeps as they are, so that their values do not count. Raises
    OSError, or ValueError for more than is parsed in a gigabyte of memory.
    """
    values = size = kept = 0
    with open_regular(path) as file:
        for number in range(1, MAX_LOG_LINES + 2):
            line = file.readline(MAX_LINE + 1)
            if not line:
                return
            if len(line) > MAX_LINE:
                raise ValueError(f"its line {number} has more than {MAX_LINE >> 20} MB")
            if skipped and line.startswith(skipped):
                continue
            if light and line.startswith(light):
                kept += len(line)
            else:
                size += len(line)
                values += values_of(line)
            if values > MAX_LOG_VALUES:
                raise ValueError(f"it has more than {MAX_LOG_VALUES:,} values")
            if size > MAX_LOG or kept > MAX_KEPT:
                limit = MAX_LOG if size > MAX_LOG else MAX_KEPT
                raise ValueError(f"it has more than {limit >> 20} MB")
            yield number, line
    raise ValueError(f"it has more than {MAX_LOG_LINES:,} lines")


def values_of(line: bytes) -> int:
    """Upper bound of the JSON values of a line, with the line itself."""
    return 1 + sum(map(line.count, (b"[", b"{", b",")))


def shared_keys(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with keys that are shared with other rows, which halves its memory."""
    return {sys.intern(key): value for key, value in row.items()}


def read_text(path: Path) -> str:
    """Contents of a regular file in UTF-8; UnicodeDecodeError if it is not."""
    return read_bytes(path).decode()


def read_audio(path: Path, dtype: str = "float32") -> "tuple[NDArray[Any], int]":
    """Samples (frames, channels) and rate in Hz of an audio file.

    Raises OSError or soundfile's LibsndfileError, a RuntimeError.
    """
    import numpy as np
    import soundfile

    with open_regular(path) as opened, soundfile.SoundFile(opened) as file:
        if not 0 <= file.frames * file.channels <= MAX_SAMPLES:
            raise UnsafeFile(path, f"It has more than {MAX_SAMPLES:,} samples")
        samples = file.read(dtype=dtype, always_2d=True)
        return np.asarray(samples), int(file.samplerate)


def read_mono(path: Path) -> "tuple[NDArray[np.float32], int]":
    """First channel (frames,) as float32 and rate in Hz; raises as ``read_audio``."""
    import numpy as np

    samples, rate = read_audio(path)
    return np.ascontiguousarray(samples[:, 0], dtype=np.float32), rate


def parse_json(data: bytes | str, *, strict: bool = True) -> Any:  # noqa: ANN401 - JSON
    """Parse JSON; ValueError if it is not, or beyond the limits.

    strict: refuse NaN, infinities and lone surrogates, which only the trainer's own files may have.
    """
    text = data if isinstance(data, str) else data.decode()
    if len(text) > MAX_VALUES and sum(map(text.count, "[{,")) > MAX_VALUES:
        raise ValueError(f"it has more than {MAX_VALUES:,} values")
    try:
        value = json.loads(text, parse_constant=_refuse if strict else None)
    except RecursionError as error:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep") from error
    if text.count("[") + text.count("{") > MAX_DEPTH or _SUSPECT.search(text):
        check_bounds(value, strict=strict)
    return value


def read_json(path: Path, *, strict: bool = True) -> dict[str, Any]:
    """The object in a JSON file; OSError or ValueError."""
    value = parse_json(read_bytes(path), strict=strict)
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    return value


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML; ValueError if it is not, or beyond the limits."""
    if len(text) > MAX_TOML:
        raise ValueError(f"it is larger than {MAX_TOML >> 20} MB")
    try:
        value = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep") from error
    check_bounds(value)
    return value


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file; OSError or ValueError."""
    return parse_toml(read_text(path))


def check_bounds(value: object, *, strict: bool = True) -> None:
    """Raise ValueError for deep nesting, huge integers, infinities, NaN and lone surrogates."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH + 1):
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner += item.keys()
                inner += item.values()
            elif isinstance(item, list | tuple):
                inner += item
            else:
                _check_value(item, strict=strict)
        level = inner
        if not level:
            return
    raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")


def _check_value(value: object, *, strict: bool) -> None:
    if isinstance(value, float) and strict and not math.isfinite(value):
        raise ValueError(f"it has the number {value}, which is not finite")
    if isinstance(value, int) and not -MAX_WHOLE <= value < MAX_WHOLE:
        raise ValueError("it has an integer of more than 64 bits")
    if isinstance(value, str) and strict and not value.isascii():
        value.encode()  # UnicodeEncodeError, a ValueError, for lone surrogates


def _refuse(name: str) -> float:
    raise ValueError(f"it has the number {name}, which is not finite")
