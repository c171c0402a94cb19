"""Diagnosis of a project after something failed over it for an unknown reason."""

from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.store.connection import FILE
from curator.store.database import STORED_FAULTS
from curator.store.project import Project

HINT = "Another program changed it; go back to one of its backups, or to a copy you have elsewhere."


def damage_in(path: Path) -> str:
    """Sentence about the first fault of a project, "" if it is in order or no project."""
    if not (path / FILE).is_file():
        return ""
    name = printable(path.name)
    try:
        with Project.open(path, write=False) as project:
            faults = project.verify()
    except CuratorError as error:
        return str(error)
    except STORED_FAULTS as error:
        faults = [f"A value cannot be read ({printable(str(error))[:200]})."]
    return f"{name} is damaged: {faults[0]} {HINT}" if faults else ""
