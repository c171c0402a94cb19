from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.store.project import Project
from tests.helpers.crowd import a_crowd


@pytest.fixture(autouse=True)
def _application(qapp: object) -> None:
    """Pictures and fonts need one."""


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Project]:
    """Forty clips of two recordings in all sorts of states, open for writing."""
    project = a_crowd(tmp_path)
    yield project
    project.close()
