"""Project of clips on a map, and the window at its map page."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.domain.decision import choose_voice, give_emotion, keep
from curator.domain.fact import DeliveryPoint, MapPoint, Producer, SpeakerVector, Suggestion
from curator.jobs.job import Options
from curator.jobs.step_table import lay_out_producer
from curator.store.project import Project
from curator.ui.main_window import MainWindow
from curator.ui.map.page import MapPage
from curator.ui.session import Session
from tests.helpers.audit_window import a_spoken_project
from tests.helpers.factories import found, score
from tests.helpers.players import FakePlayer

CLIPS = 12
COLUMNS = 4
"""The clips lie in rows of so many, the first at the top left, one apart."""


def place_of(number: int) -> tuple[float, float]:
    """Where the clip of this number, from 0, lies on the voice map."""
    return float(number % COLUMNS), -float(number // COLUMNS)


def a_voice(number: int) -> SpeakerVector:
    """The last two clips are of another voice."""
    values = np.zeros(256, "<f4")
    values[number % 3] = 0.2
    values[200 if number >= CLIPS - 2 else 100] = 1.0
    return SpeakerVector((values / np.linalg.norm(values)).astype("<f4").tobytes())


def a_mapped_project(folder: Path, *, delivery: bool = False) -> Path:
    """Twelve clips on a map, with scores; the first three are greetings, of which one is kept."""
    path = a_spoken_project(folder, CLIPS)
    with Project.open(path) as project:
        by_layout = lay_out_producer(Options())
        ids = project.clips.ids()
        for number, clip in enumerate(ids):
            x, y = place_of(number)
            cluster = -1 if number == 0 else number // 6
            project.facts.add([found(project, clip, MapPoint(x, y, cluster), by_layout)])
            project.facts.add([found(project, clip, a_voice(number))])
            score(project, clip, snr=float(10 + number))
            if delivery:
                point = DeliveryPoint(-x, y, 0)
                made_by = Producer("lay_out_delivery", 1, "seed=0")
                project.facts.add([found(project, clip, point, made_by)])
                suggested = Suggestion("question", 0.9, "It rises at the end.")
                project.facts.add([found(project, clip, suggested, Producer("suggest", 1))])
        project.decisions.apply(give_emotion(ids[:3], "greeting"))
        project.decisions.apply(keep(ids[:1]))
        project.decisions.apply(choose_voice(ids[:1], "clip"))
    return path


@dataclass
class Map:
    """The window at the map page, with a hand on keyboard and mouse."""

    window: MainWindow
    page: MapPage
    player: FakePlayer
    session: Session
    ids: list[int]

    def press(self, key: object, modifiers: object = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        QApplication.processEvents()

    def at(self, number: int) -> QPoint:
        """The pixel of a clip."""
        place = self.page.ui.scatter.place_of(self.row(number))
        assert place is not None
        return place.toPoint()

    def row(self, number: int) -> int:
        """The point of a clip."""
        row = self.page.model.points.row_of(self.ids[number])
        assert row is not None
        return row

    def click(self, where: QPoint, modifiers: object = Qt.KeyboardModifier.NoModifier) -> None:
        """Click on the map."""
        QTest.mouseClick(self.page.ui.scatter, Qt.MouseButton.LeftButton, modifiers, where)
        QApplication.processEvents()

    def drag(
        self,
        corners: list[QPoint],
        modifiers: object = Qt.KeyboardModifier.NoModifier,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        """Press at the first of some places, go to all of them, let go at the last."""
        scatter = self.page.ui.scatter
        QTest.mousePress(scatter, button, modifiers, corners[0])
        for place in corners[1:]:
            _move(scatter, place, button, modifiers)
        QTest.mouseRelease(scatter, button, modifiers, corners[-1])
        QApplication.processEvents()

    def around(self, *numbers: int) -> list[QPoint]:
        """The corners of a square around clips."""
        places = [self.at(number) for number in numbers]
        left, right = (edge(p.x() for p in places) for edge in (min, max))
        top, low = (edge(p.y() for p in places) for edge in (min, max))
        return [
            QPoint(left - 20, top - 20), QPoint(right + 20, top - 20),
            QPoint(right + 20, low + 20), QPoint(left - 20, low + 20),
        ]  # fmt: skip

    def chosen(self) -> list[int]:
        """The numbers of the chosen clips."""
        return [self.ids.index(clip) for clip in self.page.model.selection.ids.tolist()]

    @property
    def current(self) -> int:
        """The number of the current clip."""
        assert self.session.current is not None
        return self.ids.index(self.session.current)

    def state(self, number: int) -> str:
        """Kept, dropped or undecided."""
        return str(self.session.project.clips.get(self.ids[number]).state)

    def category(self, number: int) -> str | None:
        """The category of a clip."""
        return self.session.project.clips.get(self.ids[number]).emotion

    def last_message(self) -> str:
        """What the window said last."""
        return self.window.messages.all[-1].text


def _move(widget, place: QPoint, button, modifiers) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    at = QPointF(place)
    moved = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        widget.mapToGlobal(at),
        Qt.MouseButton.NoButton,
        button,
        modifiers,
    )
    QApplication.sendEvent(widget, moved)
