"""GPT-SoVITS's list: ``path|speaker|language|text``, no header and no quoting."""

from collections.abc import Iterator
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.jobs.manifests import beside, lines
from curator.jobs.manifests.listed import Listed

FILES = ("*.list",)
LANGUAGES = frozenset({"zh", "ja", "jp", "en", "ko", "yue", "all_zh", "all_ja", "auto"})
COLUMNS = 4


def is_one(path: Path, first: str) -> bool:
    """See Reader."""
    columns = first.split("|")
    return len(columns) == COLUMNS and (path.suffix == ".list" or columns[2].lower() in LANGUAGES)


def read(path: Path) -> Iterator[Listed]:
    """See Reader. A path that leads nowhere here is looked for by its name beside the list."""
    for number, line in lines(path):
        columns = line.split("|")
        if len(columns) != COLUMNS:
            raise CuratorError(
                f"{printable(path.name)}, line {number}: it has {len(columns)} columns, not 4."
            )
        sound = beside(path, columns[0])
        if not sound.exists():
            name = columns[0].replace("\\", "/").rpartition("/")[2]
            sound = next(path.parent.rglob(name), sound) if name else sound
        yield Listed(sound, columns[3])
