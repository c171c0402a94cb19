"""A recording plays in the list of Intake, with its position in the waveform."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from curator.ui.clip_commands.file_player import PLAYED_S
from curator.ui.intake.page import IntakePage
from curator.ui.intake.recordings_model import PLAYHEAD
from curator.ui.sound.playable import PlayableClip
from tests.helpers.factories import an_empty_project
from tests.helpers.players import FakePlayer
from tests.helpers.sounds import tone, write_sound

LENGTH_S = 90.0
PATIENCE_MS = 60_000


@pytest.fixture
def page(qtbot, session_of, tmp_path: Path) -> Iterator[IntakePage]:
    session = session_of(an_empty_project(tmp_path))
    page = IntakePage(session, FakePlayer())
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    files = [
        write_sound(tmp_path / name, tone(seconds, 440.0))
        for name, seconds in (("long.wav", LENGTH_S), ("short.wav", 2.0))
    ]
    with qtbot.waitSignal(session.jobs.ended, timeout=PATIENCE_MS):
        page.add(files)
    waves = {
        row.recording.cache_key: np.tile(np.float32([-1, 1]), (100, 1))
        for row in (page.list.recordings.row(0), page.list.recordings.row(1))
    }
    page.list.recordings.show_waves(waves)
    yield page
    page.close_page()


def playhead(page: IntakePage, row: int) -> float | None:
    """Position shown in a row of the table."""
    share: float | None = page.list.model().index(row, 0).data(PLAYHEAD)
    return share


def row_of(page: IntakePage, name: str) -> int:
    """Row of a recording."""
    names = [page.list.model().index(row, 0).data() for row in range(2)]
    return names.index(name)


def listen_to(qtbot, page: IntakePage, seconds: float) -> None:
    """Let the playing minute be heard up to a time."""
    page.playback._player.player.at = seconds
    qtbot.waitUntil(lambda: page.playback._heard_s == seconds, timeout=PATIENCE_MS)


def play_the_long_one(qtbot, page: IntakePage) -> tuple[FakePlayer, int]:
    """Select and play the long recording; its player and its row."""
    player, row = page.playback._player.player, row_of(page, "long.wav")
    page.list.selectRow(row)
    page.play()
    qtbot.waitUntil(lambda: len(player.played) == 1, timeout=PATIENCE_MS)
    return player, row


def click(qtbot, page: IntakePage, row: int, share: float) -> None:
    """Click into the waveform of a row."""
    box = page.list.visualRect(page.list.model().index(row, 0))
    place = QPoint(box.left() + round(share * box.width()), box.bottom() - 8)
    qtbot.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_playhead_follows_and_a_click_goes_there(qtbot, page: IntakePage):
    (player, row), other = play_the_long_one(qtbot, page), row_of(page, "short.wav")
    assert page.selection.play.text() == "Stop"
    player.at = 45.0
    qtbot.waitUntil(lambda: playhead(page, row) == pytest.approx(0.5), timeout=PATIENCE_MS)
    assert playhead(page, other) is None
    click(qtbot, page, row, 0.75)
    qtbot.waitUntil(lambda: len(player.played) == 2, timeout=PATIENCE_MS)
    assert page.playback._start_s == pytest.approx(0.75 * LENGTH_S, abs=3)
    qtbot.waitUntil(lambda: (playhead(page, row) or 0) == pytest.approx(0.75, abs=0.03))
    page.play()
    assert player.at is None
    assert playhead(page, row) is None
    assert page.selection.play.text() == "Play"


def test_a_long_recording_plays_to_its_end(qtbot, page: IntakePage):
    player = page.playback._player.player
    page.list.selectRow(row_of(page, "long.wav"))
    page.replay()
    qtbot.waitUntil(lambda: len(player.played) == 1, timeout=PATIENCE_MS)
    listen_to(qtbot, page, PLAYED_S - 0.1)
    player.end()
    qtbot.waitUntil(lambda: len(player.played) == 2, timeout=PATIENCE_MS)
    assert page.playback._start_s == PLAYED_S
    listen_to(qtbot, page, LENGTH_S - PLAYED_S)
    player.end()
    assert not page.playback.playing
    assert len(player.played) == 2
    assert page.selection.play.text() == "Play"


def test_another_sound_in_the_player_ends_it(qtbot, page: IntakePage):
    player, row = play_the_long_one(qtbot, page)
    listen_to(qtbot, page, 30.0)
    clip = PlayableClip.of(np.zeros(16_000, np.float32), 16_000)
    player.play(clip, start_s=0.5)  # by somebody on another page
    assert not page.playback.playing
    qtbot.waitUntil(lambda: playhead(page, row) is None, timeout=PATIENCE_MS)
    page.left()
    assert player.playing is clip
    player.end()
    assert len(player.played) == 2
    page.replay()
    qtbot.waitUntil(lambda: len(player.played) == 3, timeout=PATIENCE_MS)
    page.left()
    assert player.at is None
    assert playhead(page, row) is None


def test_a_click_selects_where_nothing_plays(qtbot, page: IntakePage):
    (player, row), other = play_the_long_one(qtbot, page), row_of(page, "short.wav")
    click(qtbot, page, other, 0.5)
    assert page.list.chosen.recording.name == "short.wav"
    assert len(player.played) == 1
    page.replay()
    qtbot.waitUntil(lambda: len(player.played) == 2, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: playhead(page, other) == 0.0, timeout=PATIENCE_MS)
    assert playhead(page, row) is None
