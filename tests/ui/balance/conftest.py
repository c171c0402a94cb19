import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.domain.decision import keep
from curator.domain.progress import Nobody
from curator.jobs.context import Work
from curator.jobs.suggesting import suggest
from curator.store.project import Project
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import Settings
from tests.helpers.factories import a_project, say
from tests.helpers.labels import give_deliveries, give_labels
from tests.helpers.leaks import nothing_left

LABELLED = 24


@pytest.fixture(autouse=True)
def leaks(qapp) -> Iterator[None]:
    """Nothing outlives a test of the window."""
    with nothing_left():
        yield


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 clips, of which the first 24 are kept in their categories; what is likely is known."""
    with a_project(tmp_path_factory.mktemp("learned"), clips=48) as project:
        clips = project.clips.ids()
        for clip in clips:
            say(project, clip, f"This is sentence {clip}.")
        give_deliveries(project)
        give_labels(project, range(LABELLED))
        project.decisions.apply(keep(clips[:LABELLED]))
        suggest(Work.at_once(project, Nobody()))
        return project.path


@pytest.fixture
def session(learned: Path, tmp_path: Path) -> Iterator[Session]:
    """A copy of that project, open."""
    shutil.copytree(learned, tmp_path / "show.curator", ignore=shutil.ignore_patterns("lock"))
    session = Session(Project.open(tmp_path / "show.curator"), Settings(), Messages())
    yield session
    session.close()
