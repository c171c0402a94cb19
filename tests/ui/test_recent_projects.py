"""Recent projects on the start page: picture, dates of the locale, and what opens them."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, QLocale, QPoint, Qt
from PySide6.QtGui import QDesktopServices

from curator.domain.decision import drop, keep
from curator.ui import first_start, project_thumbnail
from curator.ui.first_start import RecentProject
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.project_memory import ProjectMemory
from curator.ui.project_thumbnail import ProjectThumbnail, longest_wave
from curator.ui.settings import WindowSettings
from curator.ui.theme import LIGHT
from tests.helpers.factories import an_empty_project
from tests.helpers.sounds import tone, write_sound
from tests.screens.states import normal

from curator.audio.intake import take_in  # isort: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return normal(tmp_path)


@pytest.fixture
def locale() -> Iterator[None]:
    before = QLocale()
    yield
    QLocale.setDefault(before)


def test_the_picture_shows_the_longest_recording_at_full_height(tmp_path: Path):
    with an_empty_project(tmp_path) as project:
        for seconds, level in ((1.0, 0.9), (3.0, 0.1)):
            sound = tone(seconds, 300.0, level=level)
            take_in(write_sound(tmp_path / f"{seconds}.wav", sound), project.cache)
        path = project.path
    pairs = longest_wave(path, 80)
    assert pairs is not None
    assert pairs.shape == (80, 2)
    assert pairs.max() > 32700
    assert pairs[:40].max() > 32000  # the short one is not what fills the picture


def test_a_project_without_readable_sound_has_no_waveform(tmp_path: Path, qtbot):
    assert longest_wave(tmp_path / "gone.curator", 80) is None
    with an_empty_project(tmp_path) as project:
        path = project.path
    assert longest_wave(path, 80) is None
    (path / "cache").mkdir(exist_ok=True)
    (path / "cache" / "damaged.peaks").write_bytes(b"vcpeaks")
    with pytest.raises(OSError, match="cut off"):
        longest_wave(path, 80)
    thumbnail = ProjectThumbnail(path, ProjectMemory())
    qtbot.addWidget(thumbnail)
    thumbnail.show()
    qtbot.waitUntil(lambda: thumbnail._is_asked)
    qtbot.wait(50)
    assert thumbnail.pairs is None


def test_the_picture_is_read_outside_the_thread_of_the_window(
    project: Path, qtbot, monkeypatch: pytest.MonkeyPatch
):
    threads, read = [], longest_wave

    def reading(path: Path, points: int):
        threads.append(threading.get_ident())
        return read(path, points)

    monkeypatch.setattr(project_thumbnail, "longest_wave", reading)
    thumbnail = ProjectThumbnail(project, ProjectMemory())
    qtbot.addWidget(thumbnail)
    assert not threads  # nothing is read before it is painted
    thumbnail.show()
    qtbot.waitUntil(lambda: thumbnail.pairs is not None)
    assert threads
    assert threading.main_thread().ident not in threads


def test_the_bar_of_the_picture_has_the_shares_of_the_decisions(project: Path, qtbot, dressed):
    memory = ProjectMemory(clips=10, kept=5, left=3)
    thumbnail = ProjectThumbnail(project, memory)
    qtbot.addWidget(thumbnail)
    picture = thumbnail.grab().toImage()
    y = thumbnail.height() - 5
    colours = [picture.pixelColor(x, y).name() for x in range(4, thumbnail.width() - 4)]
    shares = [colours.count(c) / len(colours) for c in (LIGHT.kept, LIGHT.dropped, LIGHT.hairline)]
    assert shares == pytest.approx([0.5, 0.2, 0.3], abs=0.02)


@pytest.mark.parametrize("name", ["en_US", "de_DE", "hu_HU", "ja_JP"])
def test_dates_follow_the_locale(project: Path, qtbot, locale: None, name: str):
    QLocale.setDefault(QLocale(name))
    memory = ProjectMemory(opened_at="2026-03-04T15:06:00+00:00")
    row = RecentProject(project, memory)
    qtbot.addWidget(row)
    at = QDateTime.fromString(memory.opened_at, Qt.DateFormat.ISODate).toLocalTime()
    assert row.when.text() == QLocale(name).toString(at, QLocale.FormatType.ShortFormat)
    assert "2026-03-04T" not in row.when.text()


def test_a_click_on_the_row_opens_the_project(project: Path, qtbot, tmp_path: Path):
    window = MainWindow(WindowSettings(tmp_path / "settings.json"), Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(project)
    assert window.session is not None
    clips = window.session.project.clips.ids()
    window.session.apply(keep(clips[:2]))
    window.session.apply(drop(clips[2:3]))
    window.close_project()
    (row,) = window.first_start.rows
    qtbot.waitUntil(lambda: row.thumbnail.pairs is not None)
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert window.session is not None
    window.close()


def test_no_date_of_the_window_is_formatted_by_hand():
    """Only what is stored and reports of errors have dates in a format of their own."""
    stored = {"window_memory.py", "crash.py"}
    by_hand = re.compile(r"strftime|(?<!from)isoformat|toString\(\s*[\"']|ctime\(")
    wrong = [
        path.name
        for path in Path(first_start.__file__).parent.rglob("*.py")
        if path.name not in stored and by_hand.search(path.read_text("utf-8"))
    ]
    assert not wrong


def test_the_context_menu_shows_the_folder_or_removes_the_project_from_the_list(
    project: Path, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = WindowSettings(tmp_path / "settings.json")
    settings.remember(project)
    window, shown = MainWindow(settings, Messages()), []
    qtbot.addWidget(window)
    window.show()
    (row,) = window.first_start.rows
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    _pin, folder, remove = row.actions()
    folder.trigger()
    assert [Path(path) for path in shown] == [project.parent]
    remove.trigger()
    assert window.first_start.rows == []
    assert WindowSettings(tmp_path / "settings.json").recent == ()
    assert project.is_dir()
    window.close()
