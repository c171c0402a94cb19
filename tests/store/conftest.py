from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.store.project import Project
from tests.helpers.factories import a_project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Six undecided clips of one recording, open for writing."""
    with a_project(tmp_path) as project:
        yield project
