"""What the window remembers of a project and of itself."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt

from curator.domain.decision import drop, keep
from curator.jobs.context import JobContext
from curator.ui.clip_data.review_order import WORST_FIRST, Order, stored_order
from curator.ui.jobs.work_list import JobState
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.project_memory import ProjectMemory
from curator.ui.settings import WindowSettings
from tests.helpers.factories import a_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with a_project(tmp_path) as project:
        return project.path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def opened(qtbot, file: Path, project: Path | None = None) -> MainWindow:
    """A window as after a new start of the program."""
    window = MainWindow(WindowSettings(file), Messages())
    qtbot.addWidget(window)
    window.show()
    if project is not None:
        assert window.open_path(project)
    return window


def test_page_clip_order_and_splitters_are_restored(qtbot, file: Path, project: Path):
    window = opened(qtbot, file, project)
    assert window.session is not None
    window.show_page("audit")
    page = window._pages["audit"]
    clip = window.session.project.clips.ids()[3]
    window.session.choose(clip)
    page.ui.query.set_order(WORST_FIRST)
    page.ui.editor.toggle_spectrogram()
    (splitter,) = page.findChildren(type(page.ui.stack.widget(0)))
    splitter.setSizes([300, 700, 240])
    sizes = splitter.sizes()
    window.show_page("balance")
    window.close()

    window = opened(qtbot, file, project)
    assert window.session is not None
    assert window.page == "balance"
    assert window.session.current == clip
    window.show_page("audit")
    page = window._pages["audit"]
    assert page.ui.query.order == WORST_FIRST
    assert not page.ui.editor.spectrogram.isHidden()
    (splitter,) = page.findChildren(type(page.ui.stack.widget(0)))
    assert splitter.sizes() == pytest.approx(sizes, abs=2)
    qtbot.waitUntil(lambda: page.view.clip is not None and page.view.clip.id == clip)
    window.close()


def test_the_query_is_restored(qtbot, file: Path, project: Path):
    window = opened(qtbot, file, project)
    assert window.session is not None
    window.session.apply(keep(window.session.project.clips.ids()[:2]))
    window.session.show_clips("state:kept")
    window.close()
    window = opened(qtbot, file, project)
    page = window._pages["audit"]
    assert page.ui.query.edit.text() == "state:kept"
    qtbot.waitUntil(lambda: page.model.ids.size == 2)
    window.close()


def test_the_speed_of_playback_belongs_to_the_project(qtbot, file: Path, tmp_path: Path):
    paths = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with a_project(tmp_path / name) as made:
            paths.append(made.path)
    for path, speed in zip(paths, (0.8, 1.25), strict=True):
        window = opened(qtbot, file, path)
        assert window.session is not None
        window.session.settings.set("speed", speed)
        window.close()
    for path, speed in zip(paths, (0.8, 1.25), strict=True):
        window = opened(qtbot, file, path)
        assert window.session is not None
        assert window.session.settings.get("speed") == speed
        window.close()


def test_the_size_of_the_window_is_restored(qtbot, file: Path):
    window = opened(qtbot, file)
    window.resize(QSize(700, 520))
    window.close()
    window = opened(qtbot, file)
    assert window.size() == QSize(700, 520)
    window.close()


def test_recent_projects_show_folder_date_and_progress(qtbot, file: Path, project: Path):
    window = opened(qtbot, file, project)
    assert window.session is not None
    window.session.apply(keep(window.session.project.clips.ids()[:2]))
    window.session.apply(drop(window.session.project.clips.ids()[2:3]))
    window.close_project()
    (row,) = window.first_start.rows
    assert row.name.text() == "show"
    assert row.state.text() == "2 kept, 3 left"
    assert row.when.text()
    qtbot.waitUntil(lambda: row.name.height() > 0)  # the list is laid out by the event loop
    qtbot.mouseClick(row.name, Qt.MouseButton.LeftButton)
    assert window.session is not None
    window.close()


def test_an_interrupted_analysis_offers_to_continue(
    qtbot, file: Path, project: Path, monkeypatch: pytest.MonkeyPatch
):
    def endless(work: JobContext) -> None:
        work.stop.wait()
        work.look_up()

    window = opened(qtbot, file, project)
    assert window.session is not None
    window.session.jobs.ask("analyse", endless)
    window.close()
    window = opened(qtbot, file, project)
    assert window.session is not None
    assert window.messages.shown is not None
    assert window.messages.shown.text == "The analysis was interrupted."
    monkeypatch.setattr(
        "curator.ui.job_queue.JobQueue.analyse",
        lambda queue, _options, _only=(): queue.ask("analyse", lambda _work: None),
    )
    with qtbot.waitSignal(window.session.jobs.ended):
        qtbot.mouseClick(window.status.action, Qt.MouseButton.LeftButton)
    window.close()
    assert not ProjectMemory.of(WindowSettings(file), project).interrupted


def test_values_of_another_kind_are_ignored(file: Path, project: Path):
    settings = WindowSettings(file)
    settings.remember_of(project, {"clip": "two", "page": 7, "views": [], "query": "state:kept"})
    memory = ProjectMemory.of(WindowSettings(file), project)
    assert memory == ProjectMemory(query="state:kept")
    assert stored_order({"column": 1}) is None
    assert stored_order({"column": "text", "descending": True, "special": "", "seed": 0}) == Order(
        "text", True
    )


def test_a_job_is_listed_with_its_progress_and_can_be_paused_and_continued(
    qtbot, file: Path, project: Path, monkeypatch: pytest.MonkeyPatch
):
    def task(work: JobContext) -> None:
        work.watcher.started("transcribe", 4, 100.0)
        work.watcher.progressed(1, 64.0)
        work.stop.wait()
        work.look_up()

    window = opened(qtbot, file, project)
    session = window.session
    assert session is not None
    session.jobs.ask("analyse", task)
    session.jobs.ask("transcribe", task)
    qtbot.waitUntil(
        lambda: any(job.text.startswith("transcribing 64 %") for job in window.work.jobs),
    )
    jobs = {job.title: job for job in window.work.jobs}
    assert jobs["Analysis"].state == JobState.RUNNING
    assert jobs["Analysis"].project == "show"
    assert jobs["Transcription"].state == JobState.WAITING
    qtbot.mouseClick(window.status._work, Qt.MouseButton.LeftButton)
    assert window.drawer.tray.isVisible()
    rows = {row.job.title: row for row in window.drawer.tray.rows}
    qtbot.waitUntil(lambda: rows["Analysis"].bar.value() == 640)
    jobs["Transcription"].buttons[0].run()
    assert session.jobs.waiting == ()
    with qtbot.waitSignal(session.jobs.ended):
        jobs["Analysis"].buttons[0].run()
    (job,) = window.work.jobs
    assert job.state == JobState.PAUSED
    assert [button.text for button in job.buttons] == ["Continue"]
    window.close()
    assert window.work.jobs == []
