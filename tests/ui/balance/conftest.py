"""The balance page of a project with labels and suggestions."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from curator.domain.decision import keep
from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.suggesting import suggest
from curator.store.project import Project
from curator.ui.balance.page import BalancePage
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from tests.helpers.balance_page import LABELLED, PATIENCE_MS
from tests.helpers.factories import a_project, say
from tests.helpers.labels import give_deliveries, give_labels
from tests.helpers.players import FakePlayer


@pytest.fixture(scope="session")
def labelled_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 clips with suggestions; the first 24 are kept and labelled."""
    with a_project(tmp_path_factory.mktemp("labelled"), clips=48) as project:
        clips = project.clips.ids()
        for clip in clips:
            say(project, clip, f"This is sentence {clip}.")
        give_deliveries(project)
        give_labels(project, range(LABELLED))
        project.decisions.apply(keep(clips[:LABELLED]))
        suggest(JobContext.at_once(project, NoProgress()))
        return project.path


@pytest.fixture
def labelled_session(labelled_project: Path, tmp_path: Path) -> Iterator[Session]:
    """Session of a copy of that project."""
    shutil.copytree(
        labelled_project, tmp_path / "show.curator", ignore=shutil.ignore_patterns("lock")
    )
    session = Session(Project.open(tmp_path / "show.curator"), WindowSettings(), Messages())
    yield session
    session.close()


@pytest.fixture
def page(qtbot: QtBot, labelled_session: Session) -> Iterator[BalancePage]:
    """The page with its first suggestions."""
    page = BalancePage(labelled_session, FakePlayer())
    qtbot.addWidget(page)
    page.resize(1200, 700)
    with qtbot.waitSignal(page.model.updater.updated, timeout=PATIENCE_MS):
        page.show()
        page.shown()
    qtbot.waitUntil(lambda: page.model.plans.planner is not None, timeout=PATIENCE_MS)
    yield page
    page.close_page()
