"""Tar archives of a part of the clips each, for sets too large for single files."""

import io
import tarfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from curator.domain.foreign_files import read_bounded
from curator.export.formats import by_split
from curator.export.manifest import ManifestRow

CLIPS = 1000
"""Clips of a shard: about 200 MB, read in one piece over a network."""

LARGEST_CLIP = 1 << 30
"""Bytes of a clip: hours of sound."""

ShardMember = tuple[str, bytes | Path]
"""Name in the archive, and the content or the file that has it and is removed afterwards."""


def shards(rows: Sequence[ManifestRow]) -> list[Sequence[ManifestRow]]:
    """Rows in groups of CLIPS."""
    return [rows[start : start + CLIPS] for start in range(0, len(rows), CLIPS)]


def write_shards(
    rows: Sequence[ManifestRow],
    folder: Path,
    name: str,
    members: Callable[[Sequence[ManifestRow], Path], Iterable[ShardMember]],
) -> list[str]:
    """Move the clips of both splits into archives; paths of the archives.

    name: of an archive, with ``side`` and ``number``.
    """
    names = []
    for side, its in by_split(rows).items():
        for number, shard in enumerate(shards(its)):
            path = folder / name.format(side=side, number=number)
            path.parent.mkdir(exist_ok=True)
            write_tar(path, members(shard, folder))
            names.append(path.relative_to(folder).as_posix())
    return names


def clip_bytes(path: Path) -> bytes:
    """Content of a clip's WAV file."""
    return read_bounded(path, LARGEST_CLIP)


def write_tar(path: Path, members: Iterable[ShardMember]) -> None:
    """Write an archive without dates or owners, so that equal sets give equal bytes."""
    with tarfile.open(path, "x", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            data = content if isinstance(content, bytes) else clip_bytes(content)
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
            if isinstance(content, Path):
                content.unlink()
