"""Small file inside a project folder that opens the project by double click."""

import contextlib
from pathlib import Path

SUFFIX = ".voicecurator"
OPENER = f"open{SUFFIX}"
CONTENT = b"voice-curator project: open this file with curator, or the folder it is in.\n"


def project_folder(path: Path) -> Path:
    """Folder of a project given by itself or by the file inside it."""
    return path.absolute().parent if path.suffix == SUFFIX and not path.is_dir() else path


def add_opener(project: Path) -> None:
    """Write the file unless something of its name is there; without it, the folder opens."""
    with contextlib.suppress(OSError), (project / OPENER).open("xb") as file:
        file.write(CONTENT)
