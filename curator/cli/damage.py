"""Diagnosis of the projects of a command that failed for an unknown reason."""

from argparse import Namespace
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.store.connection import FILE
from curator.store.database import STORED_FAULTS
from curator.store.project import Project

HINT = "Another program changed it; go back to one of its backups, or to a copy you have elsewhere."


def damage_of(arguments: Namespace) -> str:
    """Sentence about the first damaged project of a command, "" if all are in order."""
    named = [getattr(arguments, name, None) for name in ("project", "other", "path")]
    for path in named:
        if isinstance(path, Path) and (path / FILE).is_file() and (fault := _fault(path)):
            return fault
    return ""


def _fault(path: Path) -> str:
    name = printable(path.name)
    try:
        with Project.open(path, write=False) as project:
            faults = project.verify()
    except CuratorError as error:
        return str(error)
    except STORED_FAULTS as error:
        faults = [f"A value cannot be read ({printable(str(error))[:200]})."]
    return f"{name} is damaged: {faults[0]} {HINT}" if faults else ""
