"""Random keys, clicks, edits, page changes and results: nothing breaks, lies or hangs.

The state of the window is compared with the project after each event.
"""

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from curator.domain.clip_query import parse
from curator.domain.decision import State
from curator.domain.fact import Score
from curator.domain.splitting import merge, split
from curator.jobs.context import JobContext
from curator.jobs.result_writer import write_facts
from curator.store.project import Project
from curator.store.recording_edits import removal
from curator.ui import page_list
from curator.ui.actions import ACTIONS, Action, placed
from curator.ui.audit.page import AuditPage
from curator.ui.balance.page import BalancePage
from curator.ui.intake.page import IntakePage
from curator.ui.main_window import MainWindow
from curator.ui.map.page import MapPage
from curator.ui.messages import Messages
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from tests.helpers.crowd import a_crowd
from tests.helpers.factories import found
from tests.helpers.players import FakePlayer

EVENTS = 10_000
SEEDS = (11, 12, 13, 14)
LONGEST_S = 0.100
"""Processor time that the window may take between two events."""

WARM_EVENTS = 60
"""The first events of a walk, in which modules are imported."""

PAGES = ("intake", "audit", "map", "balance")
NOT_PRESSED = re.compile(
    r"window\.(open_sample|close_project|quit|analyse|show_menu|show_palette|show_keys)"
    r"|intake\.(analyse|reveal|play)|audit\.transcribe|export\..*|training\..*|go\.(export|training)"
)
"""Actions that start workers or other programs, or end the walk; dialogs have a title with …."""

PRESSED = [
    action
    for action in ACTIONS
    if action.keys and not action.text.endswith("…") and not NOT_PRESSED.fullmatch(action.key)
]

SAID = re.compile(r"(Kept|Dropped|Reset|Split) clip (\d+)")
STATES = {"Kept": State.KEPT, "Dropped": State.DROPPED, "Reset": State.UNDECIDED}


@pytest.fixture
def window(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window with forty clips of two recordings, and players that only remember."""
    project = a_crowd(tmp_path)
    path = project.path
    project.close()
    built = {"audit": AuditPage, "map": MapPage, "balance": BalancePage, "intake": IntakePage}
    build = page_list.PageKind.build

    def build_silent(kind: page_list.PageKind, session: Session) -> Page:
        page = built.get(kind.key)
        return page(session, FakePlayer()) if page else build(kind, session)

    monkeypatch.setattr(page_list.PageKind, "build", build_silent)
    # Decisions would start workers for clips whose edges moved.
    monkeypatch.setattr("curator.ui.clip_commands.decisions.REANALYSE_DELAY_MS", 10**6)
    window = MainWindow(WindowSettings(), Messages())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    assert window.open_path(path)
    for page in PAGES:
        window.show_page(page)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    yield window
    window.close()


class Walker:
    """A person with no plan. longest: most processor time of one event, in seconds."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.chance = random.Random(seed)
        self.window = window
        assert window.session is not None
        self.session = window.session
        self.longest, self.at = 0.0, ""
        self.results = 0

    @property
    def project(self) -> Project:
        return self.session.project

    def walk(self, events: int) -> None:
        """Do that many things, each checked."""
        acts = (
            *[self.press] * 12, *[self.click] * 3, self.type_text, self.split, self.merge,
            *[self.undo] * 2, self.redo, self.turn, self.receive, self.snapshot, self.remove,
        )  # fmt: skip
        for event in range(events):
            act = self.chance.choice(acts)
            began = time.thread_time()
            act()
            QApplication.processEvents()
            took = time.thread_time() - began
            if event >= WARM_EVENTS and took > self.longest:
                self.longest, self.at = took, f"event {event}: {act.__name__}"
            self.check(event)

    def press(self) -> None:
        here = [each for each in PRESSED if each.page in ("", self.window.page)]
        self.press_keys_of(self.chance.choice(here))

    def press_keys_of(self, action: Action) -> None:
        key = QKeySequence(placed(self.chance.choice(action.keys))[1])[0]
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key.key(), key.keyboardModifiers())

    def type_text(self) -> None:
        target = QApplication.focusWidget() or self.window
        QTest.keyClicks(target, self.chance.choice(("state:kept", "hello", "ő", "(", " ")))

    def click(self) -> None:
        page = self.window._pages[self.window.page]
        at = QPoint(self.chance.randrange(page.width()), self.chance.randrange(page.height()))
        widget = page.childAt(at) or page
        if not isinstance(widget.window(), QDialog) and "…" not in getattr(widget, "text", str)():
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.mapFrom(page, at))

    def split(self) -> None:
        clips = self.project.clips.find()
        if clips:
            clip = self.chance.choice(clips)
            if clip.span.samples > 4_000:
                self.session.apply(split(clip, (clip.span.start + clip.span.stop) // 2))

    def merge(self) -> None:
        clips = self.project.clips.find()
        if len(clips) > 2:
            place = self.chance.randrange(len(clips) - 1)
            first, later = clips[place : place + 2]
            if first.recording_id == later.recording_id:
                self.session.apply(merge(first, later))

    def undo(self) -> None:
        self.session.undo()

    def redo(self) -> None:
        self.session.redo()

    def turn(self) -> None:
        self.window.show_page(self.chance.choice(PAGES))

    def receive(self) -> None:
        """A background job brings facts."""
        clips = self.project.clips.ids()
        if not clips or self.session.jobs.running:
            return
        some = self.chance.sample(clips, min(3, len(clips)))
        value, self.results = self.chance.uniform(0, 40), self.results + 1

        def task(work: JobContext) -> None:
            there = set(work.project.clips.ids())
            facts = [
                found(work.project, clip, Score("snr", value)) for clip in some if clip in there
            ]
            write_facts(work.write, facts)

        self.session.jobs.ask("analyse", task)

    def snapshot(self) -> None:
        if self.chance.random() < 0.1:
            name = f"at {len(self.project.snapshots.all())}"
            self.session.write(lambda project: project.snapshots.take(name), 1, lambda: None)

    def remove(self) -> None:
        recordings = self.project.recordings.all()
        if recordings and self.chance.random() < 0.1:
            act = removal(self.project, [self.chance.choice(recordings).id])
            self.session.apply_all(act.label, act.edits)
            self.session.undo()

    def check(self, event: int) -> None:
        """What the window says is so in the project."""
        window, shown = self.window, self.window.messages.shown
        assert (shown is None) == (window.status._message.text() == ""), event
        if shown is None:
            return
        assert shown.topic or shown.page == window.page, (event, shown)
        decisions = self.project.decisions
        if shown.action == "window.undo":
            assert decisions.undo_label() is not None, (event, shown)
        if shown.action == "window.redo":
            assert shown.sentence == f"Undid: {decisions.redo_label()}.", (event, shown)
        said = SAID.match(shown.sentence)
        if said is None:
            return
        verb, number = said[1], int(said[2])
        if verb == "Split":
            assert not self.project.clips.spans([number]), (event, shown)
        else:
            assert self.project.clips.get(number).state is STATES[verb], (event, shown)

    def check_counts(self) -> None:
        """The counts of the status line are those of the project."""
        status, clips = self.window.status, self.project.clips
        status._count()
        while status._to_count:
            status._count_one()
        kept = clips.count(parse("state:kept"))
        assert status._kept.text() == f"{kept} kept"
        assert status._dropped.text() == f"{clips.count(parse('state:dropped'))} dropped"
        assert status._left.text().startswith(f"{clips.count(parse('state:undecided'))} left")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_walk_never_breaks_lies_or_hangs(qtbot, window: MainWindow, seed: int):
    walker = Walker(window, seed)
    for _ in range(10):
        walker.walk(EVENTS // len(SEEDS) // 10)
        walker.check_counts()
    qtbot.waitUntil(lambda: not walker.session.jobs.running, timeout=20_000)
    assert walker.results > 0
    assert not [each for each in window.messages.all if each.details], "a job ended unexpectedly"
    assert walker.longest <= LONGEST_S, f"{walker.longest:.3f} s of work at {walker.at}"
