"""A walk through the window by somebody without a plan: nothing breaks, lies or hangs.

Random keys, clicks, edits, page changes and results of background jobs; after each act what the
window says is compared with the project. Everything that would start another program is replaced.
``python -m tests.journeys.random_walk`` walks 10,000 events.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from curator.domain.errors import CuratorError
from curator.domain.fact import MapPoint, Score
from curator.domain.splitting import merge, split
from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.jobs.result_writer import write_facts
from curator.jobs.step_table import lay_out_producer
from curator.store.project import Project
from curator.store.recording_edits import removal
from curator.ui.actions import ACTIONS, placed
from curator.ui.balance import suggestion_updater
from curator.ui.job_queue import JobQueue
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.page_list import PAGES
from curator.ui.preload import LATER
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from tests.helpers.audit_window import a_spoken_project
from tests.helpers.factories import a_cut, a_recording, found, score
from tests.helpers.stalls import LONGEST_S, SUITE_LONGEST_S, Watch, watched
from tests.helpers.training_runs import a_run, an_evaluation, speech_on_the_way
from tests.journeys.window_truth import require_settled_truth, require_truth

EVENTS = 10_000
SEEDS = (11, 12, 13, 14)
CLIPS, ABSENT_CLIPS = 30, 10
SETTLED_EVERY = 25
"""Events between two looks at everything the window shows, once its background work is done."""

PATIENCE_S = 120.0
QUIT = {"window.quit", "window.close_project", "window.open_sample"}
"""Actions that end the walk or start another program."""

WORKERS = {"import", "analyse", "transcribe", "follow", "export", "clean", "merge"}
"""Jobs that would start processes or listen for minutes: a pretended job takes their place."""

TYPED = ("state:kept", "-state:dropped", "hello", "ő", "(", " ", "snr>20", "5")
QUERIES = ("", "", "state:kept", "state:undecided", "snr>20", "finding:any", "number", "(")
DIALOG_KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Backtab)


class NotAWalk(CuratorError):
    """What would leave the window; the window has to say so."""


def make_project(folder: Path) -> Path:
    """Forty clips of two recordings, on the map and with scores; one recording has no file.

    Two runs lie beside it, of which one has only begun.
    """
    ended = a_run(folder / "run-1", {0: 4.0, 1: 3.1, 2: 2.6})
    speech_on_the_way(ended, (10, 20))
    an_evaluation(ended, (10, 20))
    a_run(folder / "run-2", {0: 4.0}, ending=None)
    path = a_spoken_project(folder, CLIPS)
    with Project.open(path) as project:
        absent = a_recording(project, "/speech/Árvíz 10:30.wav", rate=22_050)
        spans = [(place * 4.0, place * 4.0 + 3.0) for place in range(ABSENT_CLIPS)]
        project.clips.replace_cut(a_cut(absent, spans))
        laid_out = lay_out_producer(Options())
        for place, clip in enumerate(project.clips.ids()):
            point = MapPoint(float(place % 8), float(place // 8), place % 3)
            project.facts.add([found(project, clip, point, laid_out)])
            score(project, clip, snr=float(place))
    return path


def pretend(work: JobContext) -> None:
    """Stands for a job of minutes: brings some facts in two portions."""
    work.progress.started("transcribe", 2, 2.0)
    for portion in (1, 2):
        clips = work.project.clips.ids()[portion::7]
        facts = [found(work.project, clip, Score("snr", float(portion))) for clip in clips]
        write_facts(work.write, facts)
        work.progress.progressed(portion, float(portion))


def type_into(widget: QWidget, text: str) -> None:
    """Type any letters; ``QTest.keyClicks`` ends the process at one that is not Latin-1."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(
                widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
            )


def turn() -> None:
    """One turn of the event loop; alone, ``processEvents`` never deletes what is to be deleted."""
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _refuse(*_arguments: object, **_options: object) -> None:
    raise NotAWalk("Nothing is started while walking.")


@contextmanager
def inside() -> Iterator[None]:
    """Nothing leaves the window: no other program, no worker process."""
    ask = JobQueue.ask

    def ask_lightly(queue: JobQueue, what: str, task: Callable[[JobContext], object]) -> None:
        ask(queue, what, pretend if what in WORKERS else task)

    with ExitStack() as stack:
        for where, name, stand_in in (
            (JobQueue, "ask", ask_lightly),
            (suggestion_updater, "_update", suggestion_updater._read),
        ):
            stack.enter_context(patch.object(where, name, stand_in))
        for name in (
            "curator.ui.training.json_process.JsonProcess.__init__",
            "curator.ui.training.trainings.Trainings.begin",
            "curator.ui.models.commands.ModelCommands._start",
            "curator.ui.sample.SampleJob.start",
        ):
            stack.enter_context(patch(name, _refuse))
        stack.enter_context(patch("curator.ui.open_with_system.QDesktopServices"))
        yield


class Troubles:
    """Exceptions of slots and warnings of Qt."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def take_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """In place of ``sys.excepthook``."""
        import traceback

        self.seen.append("".join(traceback.format_exception(kind, error, trace)))

    def take_message(self, kind: QtMsgType, _context: object, text: str) -> None:
        """In place of Qt's own handler of messages."""
        if kind is QtMsgType.QtFatalMsg:
            sys.stderr.write(f"{text}\n")
        elif kind is not QtMsgType.QtDebugMsg and "does not support" not in text:
            self.seen.append(text)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Gather them for a while."""
        hook, sys.excepthook = sys.excepthook, self.take_exception
        handler = qInstallMessageHandler(self.take_message)
        try:
            yield
        finally:
            qInstallMessageHandler(handler)
            sys.excepthook = hook


class Walker:
    """Somebody without a plan. done: names of the acts so far, the newest last."""

    def __init__(self, window: MainWindow, path: Path, seed: int, watch: Watch) -> None:
        self.window, self.path, self.watch = window, path, watch
        self.chance = random.Random(seed)
        self.troubles = Troubles()
        self.done: list[str] = []
        self.results = 0
        often = {self.press: 14, self.click: 8, self.type_text: 2, self.filter: 1, self.choose: 1}
        often |= {self.undo: 2, self.redo: 1, self.turn: 2, self.receive: 2, self.split: 1}
        often |= {self.merge: 1, self.snapshot: 0.2, self.remove: 0.3, self.open_again: 0.1}
        often |= {self.resize: 0.2, self.open_menu: 0.5}
        self._acts, self._weights = list(often), list(often.values())

    @property
    def session(self) -> Session:
        """The session, which is another one once the project was opened again."""
        assert self.window.session is not None
        return self.window.session

    @property
    def project(self) -> Project:
        """The project of the window, read by its thread between two events."""
        return self.session.project

    def walk(self, events: int) -> None:
        """Do that many things, each checked."""
        with self.troubles.gathered():
            for event in range(events):
                self.step(event)
                if event % SETTLED_EVERY == SETTLED_EVERY - 1:
                    self.settle()
                    self._require(lambda: require_settled_truth(self.window))

    def step(self, event: int) -> None:
        """Do one thing and check what the window says about it."""
        (act,) = self.chance.choices(self._acts, self._weights)
        if QApplication.activeModalWidget() is not None:
            act = self.use_dialog
        self.done.append(f"{event} {act.__name__}")
        QTimer.singleShot(0, self._leave_menu)
        self.watch.tick()
        self.watch.doing = self._story()
        act()
        turn()
        self.watch.tick()
        self._require(lambda: require_truth(self.window))
        self.watch.rest()

    def settle(self) -> None:
        """Let the background work end, whose results are a moment behind."""
        session, status = self.session, self.window.status
        ends = time.monotonic() + PATIENCE_S

        def is_busy() -> bool:
            queues = (session.jobs, session.errands, session.readings)
            return (
                any(queue.running or queue.waiting for queue in queues)
                or session.writes.busy
                or session._arriving._timer.isActive()
                or status._counting.isActive()
                or bool(status._to_count)
            )

        quiet_turns = 0
        while quiet_turns < 5:
            turn()
            quiet_turns = 0 if is_busy() else quiet_turns + 1
            time.sleep(0.002)
            assert time.monotonic() < ends, f"still busy: {self._story()}"

    def _require(self, check: Callable[[], None]) -> None:
        try:
            check()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._story()}") from error
        assert not self.troubles.seen, "\n".join([*self.troubles.seen, self._story()])

    def _story(self) -> str:
        return "after " + ", ".join(self.done[-12:])

    def _leave_menu(self) -> None:
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()

    # What somebody does

    def press(self) -> None:
        """Press a key of an action of this page."""
        here = [
            action
            for action in ACTIONS
            if action.keys and action.page in ("", self.window.page) and action.key not in QUIT
        ]
        action = self.chance.choice(here)
        self.done[-1] += f" {action.key}"
        sequence = QKeySequence(placed(self.chance.choice(action.keys))[1])[0]
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, sequence.key(), sequence.keyboardModifiers())

    def type_text(self) -> None:
        """Type where the focus is."""
        target = QApplication.focusWidget()
        if isinstance(target, QLineEdit | QPlainTextEdit):
            type_into(target, self.chance.choice(TYPED))
            if self.chance.random() < 0.3:
                QTest.keyClick(target, Qt.Key.Key_Return)

    def click(self) -> None:
        """Click somewhere in the window."""
        at = QPoint(
            self.chance.randrange(self.window.width()), self.chance.randrange(self.window.height())
        )
        buttons = [each for each in self._below(QAbstractButton) if each.isEnabled()]
        if buttons and self.chance.random() < 0.4:
            widget = self.chance.choice(buttons)
            at = widget.mapTo(self.window, widget.rect().center())
        widget = self.window.childAt(at)
        if widget is not None:
            name = widget.text() if isinstance(widget, QAbstractButton) else ""
            self.done[-1] += f" {type(widget).__name__} {name!r}"
            button = Qt.MouseButton.LeftButton
            if self.chance.random() < 0.1:
                button = Qt.MouseButton.RightButton
            modifiers = self.chance.choice(
                [Qt.KeyboardModifier.NoModifier] * 5 + [Qt.KeyboardModifier.ControlModifier]
            )
            QTest.mouseClick(widget, button, modifiers, widget.mapFrom(self.window, at))

    def filter(self) -> None:
        """Filter the clips."""
        self.session.show_clips(self.chance.choice(QUERIES))

    def choose(self) -> None:
        """Choose in a combo box or a number field with the arrow keys."""
        fields = [*self._below(QComboBox), *self._below(QSpinBox)]
        if fields:
            field = self.chance.choice(fields)
            field.setFocus()
            QTest.keyClick(field, self.chance.choice((Qt.Key.Key_Down, Qt.Key.Key_Up)))

    def open_menu(self) -> None:
        """Open the context menu of what is in front, and leave it."""
        front = self.window.front
        for widget in front.menu_widgets() if front else ():
            widget.customContextMenuRequested.emit(QPoint(5, 5))

    def use_dialog(self) -> None:
        """Walk through the dialog, type, or leave it."""
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        self.done[-1] += f" {type(dialog).__name__}"
        target = QApplication.focusWidget() or dialog
        if self.chance.random() < 0.4:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        elif isinstance(target, QLineEdit) and self.chance.random() < 0.5:
            type_into(target, self.chance.choice(TYPED))
        else:
            QTest.keyClick(target, self.chance.choice(DIALOG_KEYS))
        assert not isinstance(dialog, QMessageBox) or dialog.text()

    def split(self) -> None:
        """Split some clip."""
        clips = [clip for clip in self.project.clips.find() if clip.span.samples > 2_000]
        if clips:
            clip = self.chance.choice(clips)
            self.session.apply(split(clip, (clip.span.start + clip.span.stop) // 2))

    def merge(self) -> None:
        """Merge two neighbours."""
        clips = self.project.clips.find()
        if len(clips) > 2:
            place = self.chance.randrange(len(clips) - 1)
            first, later = clips[place : place + 2]
            if first.recording_id == later.recording_id:
                self.session.apply(merge(first, later))

    def undo(self) -> None:
        """Undo."""
        self.session.undo()

    def redo(self) -> None:
        """Redo."""
        self.session.redo()

    def turn(self) -> None:
        """Turn to some page."""
        self.window.show_page(self.chance.choice(PAGES).key)

    def receive(self) -> None:
        """A background job brings facts about clips, some of which have gone meanwhile."""
        clips = self.project.clips.ids()
        if not clips or self.session.jobs.running:
            return
        some, value = self.chance.sample(clips, min(3, len(clips))), self.chance.uniform(0, 40)
        self.results += 1

        def task(work: JobContext) -> None:
            present = set(work.project.clips.ids())
            measured = Score("snr", value)
            facts = [found(work.project, clip, measured) for clip in some if clip in present]
            write_facts(work.write, facts)

        self.session.jobs.ask("score", task)

    def snapshot(self) -> None:
        """Take a snapshot."""
        name = f"at {len(self.done)}"
        self.session.write(lambda project: project.snapshots.take(name), 1, lambda: None)

    def remove(self) -> None:
        """Remove a recording with its clips; mostly think better of it."""
        recordings = self.project.recordings.all()
        if recordings:
            act = removal(self.project, [self.chance.choice(recordings).id])
            self.session.apply_all(act.label, act.edits)
            if self.chance.random() < 0.8:
                self.session.undo()

    def open_again(self) -> None:
        """Open the project again in place of itself; how soon it opens is measured elsewhere."""
        assert self.window.open_path(self.path)
        self.watch.rest()

    def resize(self) -> None:
        """Drag a corner of the window."""
        self.window.resize(self.chance.randrange(640, 1600), self.chance.randrange(480, 1000))

    def _below(self, kind: type[QWidget]) -> list[Any]:
        widgets = self.window.findChildren(kind)
        return [each for each in widgets if each.isVisible() and each.window() is self.window]


def walk(
    folder: Path, seed: int, events: int, limit: float = SUITE_LONGEST_S
) -> tuple[Walker, Watch]:
    """Walk through a window with a project made in the folder; AssertionError at a fault.

    limit: seconds of processor time that a pause may take.
    """
    path = make_project(folder)
    for module in (*(kind.module for kind in PAGES), *LATER):  # as a thread of the window does
        import_module(module)
    with inside(), watched(limit) as watch:
        window = MainWindow(WindowSettings(), Messages())
        window.resize(1280, 800)
        window.show()
        assert window.open_path(path)
        for kind in PAGES:
            window.show_page(kind.key)
            turn()
        window._preloader._begin()
        window._preloader.stop()
        walker = Walker(window, path, seed, watch)
        walker.settle()
        watch.rest()
        try:
            walker.walk(events)
            walker.settle()
        finally:
            for dialog in window.findChildren(QDialog):
                dialog.close()
            window.close()
            window.deleteLater()
            turn()
    return walker, watch


def main() -> int:
    """Walk 10,000 events in all and print the longest pause of each walk."""
    parser = argparse.ArgumentParser(description=__doc__, prog="random_walk")
    parser.add_argument("--events", type=int, default=EVENTS, help="events of all walks together")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["voice-curator"])
    assert isinstance(application, QApplication)
    from curator.ui.app import dress
    from curator.ui.theme import wear

    dress(application)
    wear(application, "light")
    for seed in chosen.seeds:
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            walker, watch = walk(Path(folder), seed, chosen.events // len(chosen.seeds), LONGEST_S)
            watch.require_none()
        sys.stdout.write(
            f"seed {seed}: {len(walker.done)} events, {walker.results} results, "
            f"longest pause {watch.longest * 1000:.0f} ms, "
            f"{time.process_time() - began:.0f} s of processor time\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
