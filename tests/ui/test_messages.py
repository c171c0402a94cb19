"""What the status line says is about the page in front, is true, and offers the way back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from curator.domain.category_edits import LabelledClips, remove
from curator.domain.decision import (
    Changes,
    Edit,
    Field,
    State,
    choose_voice,
    correct_text,
    drop,
    give_emotion,
    keep,
    recut,
    undecide,
)
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.domain.weights import Weights
from curator.ui.confirmations import confirmation
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from tests.helpers.factories import a_project


@pytest.fixture
def window(qtbot, settings: WindowSettings, tmp_path: Path) -> Iterator[MainWindow]:
    """The window with a project of six clips, at the intake page."""
    with a_project(tmp_path) as project:
        path = project.path
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(path)
    window.show_page("intake")
    yield window
    window.close()


def shown(window: MainWindow) -> str:
    """Text of the message and of the action beside it."""
    status = window.status
    action = f" [{status.action.text()}]" if status.action.isVisible() else ""
    return status._message.text() + action


def said(session: Session, edit: Edit) -> str:
    """Confirmation of an edit, applied."""
    session.apply(edit)
    assert session.messages.shown is not None
    assert session.messages.shown.action == "window.undo"
    return session.messages.shown.text


def test_a_decision_is_confirmed_and_undone_by_the_button_beside_it(qtbot, window: MainWindow):
    session = window.session
    assert session is not None
    clip = session.project.clips.ids()[2]
    session.apply(drop([clip]))
    assert shown(window) == f"Dropped clip {clip}. [Undo (Ctrl+Z)]"
    qtbot.mouseClick(window.status.action, Qt.MouseButton.LeftButton)
    assert session.project.clips.get(clip).state == State.UNDECIDED
    assert shown(window) == f"Undid: Drop (clip {clip}). [Redo (Ctrl+Shift+Z, Ctrl+Y)]"
    qtbot.mouseClick(window.status.action, Qt.MouseButton.LeftButton)
    assert session.project.clips.get(clip).state == State.DROPPED


def test_a_confirmation_goes_after_five_seconds(qtbot, window: MainWindow):
    session = window.session
    assert session is not None
    session.apply(keep(session.project.clips.ids()))
    assert shown(window).startswith("Kept 6 clips.")
    assert window.status._message_timer.isActive()
    assert window.status._message_timer.interval() == 5_000
    window.status._message_timer.start(0)
    qtbot.waitUntil(lambda: shown(window) == "")
    assert session.messages.shown is None


def test_a_message_goes_with_its_page_unless_it_is_about_a_job(window: MainWindow):
    window.messages.inform("Copied.")
    window.show_page("export")
    assert shown(window) == ""
    window.messages.inform("Analysis finished.", topic="analyse")
    window.show_page("intake")
    assert shown(window) == "Analysis finished."
    window.messages.withdraw("import")
    assert shown(window) == "Analysis finished."
    window.messages.withdraw("analyse")
    assert shown(window) == ""


def test_a_message_goes_with_its_project(window: MainWindow, tmp_path: Path):
    session = window.session
    assert session is not None
    session.apply(keep(session.project.clips.ids()))
    window.close_project()
    assert shown(window) == ""


def test_what_a_job_said_goes_when_it_starts_again(qtbot, window: MainWindow):
    session = window.session
    assert session is not None
    with qtbot.waitSignal(session.jobs.ended):
        session.jobs.ask("analyse", lambda work: None)
    assert shown(window) == "Analysis finished."
    with qtbot.waitSignal(session.jobs.ended):
        session.jobs.ask("analyse", lambda work: work.stop.wait() and work.look_up())
        assert shown(window) == ""
        session.jobs.cancel()
    assert shown(window).startswith("Paused.")


def test_a_refusal_about_a_clip_goes_with_the_clip(window: MainWindow):
    session = window.session
    assert session is not None
    session.messages.inform("This is the last clip in the list.")
    session.choose(session.project.clips.ids()[1])
    assert shown(window) == ""
    session.apply(keep(session.project.clips.ids()[:1]))
    session.choose(session.project.clips.ids()[2])
    assert shown(window).startswith("Kept clip")


def test_every_decision_has_a_sentence(session: Session):
    clips = session.project.clips.find()
    first, second = clips[0], clips[1]
    span = Span(first.span.start + 100, first.span.stop)
    assert said(session, keep([first.id])) == f"Kept clip {first.id}."
    assert said(session, drop([first.id, second.id])) == "Dropped 2 clips."
    assert said(session, undecide([first.id])) == f"Reset clip {first.id} to undecided."
    name = session.project.settings.emotions.emotions[0]
    assert said(session, give_emotion([first.id], name.key)) == (
        f"Set the category of clip {first.id} to {name.name}."
    )
    assert said(session, give_emotion([first.id], None)) == (
        f"Removed the category of clip {first.id}."
    )
    assert said(session, correct_text([first.id], "x")) == (
        f"Corrected the text of clip {first.id}."
    )
    assert said(session, recut(first.id, span)) == f"Moved an edge of clip {first.id}."
    assert said(session, choose_voice([clips[5].id], "one")) == "Set the reference voice."
    assert said(session, merge(*session.project.clips.find()[:2])) == "Merged two clips."
    third = session.project.clips.find()[2]
    middle = (third.span.start + third.span.stop) // 2
    assert said(session, split(third, middle)) == f"Split clip {third.id} in two."
    emotions = session.project.settings.emotions
    act = remove(LabelledClips(emotions, {}, Weights()), name.key)
    session.apply_all(act.label, act.edits)
    assert session.messages.shown is not None
    assert session.messages.shown.text == f"Remove category: {name.name}."


def test_a_label_that_only_begins_like_a_decision_is_said_as_it_is():
    changes = Changes((1, 2), Field.PRESENCE, "Merge: other.curator")
    assert confirmation(changes, str) == "Merge: other.curator."
