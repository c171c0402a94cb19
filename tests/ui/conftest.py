from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curator.store.project import Project
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import Settings
from tests.helpers.factories import a_project
from tests.helpers.leaks import nothing_left


@pytest.fixture(autouse=True)
def leaks(qapp) -> Iterator[None]:
    """Nothing outlives a test of the window."""
    with nothing_left():
        yield


@pytest.fixture
def settings() -> Settings:
    """Settings that are stored nowhere."""
    return Settings()


@pytest.fixture
def session_of(settings: Settings) -> Iterator[Callable[[Project], Session]]:
    """Makes sessions that are closed after the test."""
    made: list[Session] = []

    def make(project: Project) -> Session:
        made.append(Session(project, settings, Messages()))
        return made[-1]

    yield make
    for session in made:
        session.close()


@pytest.fixture
def session(session_of, tmp_path: Path) -> Session:
    """A session with a project of six undecided clips."""
    return session_of(a_project(tmp_path))
