"""Acts about very many clips: written beside the window, in order, never by two, never half."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.domain.decision import Changes, State, correct_text, drop, give_emotion, keep
from curator.domain.errors import CuratorError
from curator.jobs.context import JobContext
from curator.jobs.result_writer import Large
from curator.store.project import Project
from curator.ui import write_queue
from curator.ui.session import LATER, Session
from tests.helpers.factories import a_recording, an_empty_project, some_clips

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch) -> None:
    """Four clips are so many that a thread writes."""
    monkeypatch.setattr(write_queue, "LARGE", 4)


class Gate:
    """Lets a large act go on when the test says so."""

    def __init__(self, session: Session) -> None:
        self.open = threading.Event()
        self._session = session

    def ask(self) -> Changes | None:
        clips = self._session.project.clips.ids()

        def write(project: Project) -> Changes:
            assert self.open.wait(30)
            return project.decisions.apply(keep(clips))

        return self._session.act(write, len(clips))


@pytest.fixture
def gate(session: Session) -> Iterator[Gate]:
    gate = Gate(session)
    yield gate
    gate.open.set()


def states(session: Session) -> list[State]:
    return [clip.state for clip in session.project.clips.find()]


def written(qtbot, session: Session) -> None:
    qtbot.waitUntil(lambda: not session.writes.busy)


def test_a_large_act_is_written_beside_the_window_and_told_once(qtbot, session: Session):
    told, numbers, here = [], [], threading.get_ident()
    session.changed.connect(lambda changes: told.append((changes, threading.get_ident())))
    session.writing.connect(numbers.append)
    assert session.apply(keep(session.project.clips.ids())) is LATER
    assert told == []
    written(qtbot, session)
    assert [(len(changes.clips), thread) for changes, thread in told] == [(6, here)]
    assert numbers == [6, 0]
    assert set(states(session)) == {State.KEPT}


def test_what_is_decided_meanwhile_comes_after_it(qtbot, session: Session, gate: Gate):
    clips = session.project.clips.ids()
    gate.ask()
    assert session.apply(drop(clips[:1])) is LATER
    session.apply(drop(clips[1:2]))
    session.undo()
    assert set(states(session)) == {State.UNDECIDED}
    gate.open.set()
    written(qtbot, session)
    assert states(session) == [State.DROPPED, *[State.KEPT] * 5]
    labels = [(entry.label, entry.state) for entry in session.project.decisions.history()]
    assert labels == [
        (f"Drop (clip {clips[1]})", "undone"),
        (f"Drop (clip {clips[0]})", "done"),
        ("Keep (6 clips)", "done"),
    ]


def test_undoing_a_large_act_is_one_too(qtbot, session: Session):
    before = session.project.decisions.state_hash()
    session.apply(give_emotion(session.project.clips.ids(), "tension"))
    written(qtbot, session)
    assert session.undo() is LATER
    written(qtbot, session)
    assert session.project.decisions.state_hash() == before
    assert session.messages.all[-1].sentence == "Undid: Set category: Tension (6 clips)."
    assert session.redo() is LATER
    written(qtbot, session)
    assert session.project.decisions.state_hash() != before


def test_nobody_else_writes_meanwhile_and_reading_goes_on(qtbot, session: Session, gate: Gate):
    gate.ask()
    assert not session.attempt(lambda: session.project.snapshots.take("monday"))
    assert "just being written to" in session.messages.all[-1].sentence
    assert len(session.project.clips.find()) == 6
    with pytest.raises(CuratorError, match="already open"):
        Project.open(session.project.path)
    gate.open.set()
    written(qtbot, session)
    assert session.attempt(lambda: session.project.snapshots.take("monday"))


def test_what_cannot_be_is_said_and_leaves_nothing(qtbot, session: Session):
    clips, before = session.project.clips.ids(), session.project.decisions.state_hash()
    session.apply(give_emotion(clips, "no such category"))
    session.apply(keep(clips[:1]))
    written(qtbot, session)
    assert "no such category" in session.messages.all[-1].sentence
    session.undo()
    assert session.project.decisions.state_hash() == before
    assert session.project.decisions.undo_label() is None


def test_one_whose_size_cannot_be_read_holds_no_other_up(qtbot, session: Session, gate: Gate):
    def unreadable() -> int:
        raise CuratorError("The disk is gone.")

    clip, told = session.project.clips.ids()[0], []
    gate.ask()
    session.writes.ask(lambda project: None, unreadable, lambda _found, error: told.append(error))
    session.apply(drop([clip]))
    gate.open.set()
    written(qtbot, session)
    assert str(told[0]) == "The disk is gone."
    assert session.project.clips.get(clip).state is State.DROPPED


def test_closing_waits_until_everything_is_written(session: Session, gate: Gate):
    clips, path = session.project.clips.ids(), session.project.path
    gate.ask()
    session.apply(drop(clips[:1]))
    threading.Timer(0.05, gate.open.set).start()
    session.close()
    with Project.open(path) as project:
        assert [clip.state for clip in project.clips.find()] == [State.DROPPED, *[State.KEPT] * 5]
        assert project.verify() == []


def test_conclusions_are_drawn_of_a_large_act_too(qtbot, session: Session):
    clips = session.project.clips.ids()
    session.apply(correct_text(clips, ""))
    written(qtbot, session)
    found = {f.key for clip in session.project.clips.find() for f in clip.findings}
    assert "no_text" in found


def test_work_that_is_asked_for_meanwhile_begins_when_it_is_written(
    qtbot, session: Session, gate: Gate
):
    gate.ask()
    seen: list[set[State]] = []

    def look(work: JobContext) -> int:
        seen.append({clip.state for clip in work.project.clips.find()})
        return 0

    with qtbot.waitSignal(session.jobs.ended):
        session.jobs.ask("look", look)
        assert not session.jobs.running
        gate.open.set()
    assert seen == [{State.KEPT}]


def test_what_work_writes_waits_in_line(qtbot, session: Session, gate: Gate):
    order: list[str] = []

    def note(what: str, project: Project) -> None:
        order.append(f"{what} {project is session.project}")

    def work_on(work: JobContext) -> int:
        work.write(lambda project: note("small", project))
        work.write(Large(1, lambda project: note("large", project)))
        return 0

    session.changed.connect(lambda _changes: order.append("act"))
    with qtbot.waitSignal(session.jobs.ended):
        session.jobs.ask("work", work_on)
        gate.ask()
        threading.Timer(0.1, gate.open.set).start()
    written(qtbot, session)
    assert sorted(order) == ["act", "large False", "small True"]
    assert order.index("small True") < order.index("large False")


ACTING = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from curator.domain.decision import drop, keep
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
application = QCoreApplication([])
session = Session.open(Path(sys.argv[1]), WindowSettings(), Messages())
clips = session.project.clips.ids()
print("there", flush=True)
number = int(session.project.clips.get(clips[0]).state == "kept")  # it was killed before
def act(_changes=None):
    global number
    session.apply((keep, drop)[number % 2](clips))
    number += 1
session.changed.connect(act)
session.changed.connect(lambda _changes: print("acted", flush=True))
act()
application.exec()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_window_killed_in_a_large_act_leaves_all_of_it_or_nothing(tmp_path):
    chance = random.Random(5)
    with an_empty_project(tmp_path) as project:
        some_clips(project, a_recording(project, seconds=50_000.0), 6_000)
        path = project.path
    acts = 0
    for _ in range(6):
        command = [sys.executable, "-c", ACTING, str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(1 + chance.randrange(3)):  # it is there, and has acted so often
                assert child.stdout.readline()
            time.sleep(chance.uniform(0, 0.2))
            child.send_signal(signal.SIGKILL)
        with Project.open(path) as project:
            assert project.verify() == []
            assert len({clip.state for clip in project.clips.find()}) == 1
            acts = len(project.decisions.history(limit=10**6))
    assert acts > 0
