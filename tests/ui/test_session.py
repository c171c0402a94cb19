from pathlib import Path

from curator.domain.decision import State, correct_text, drop, keep
from curator.store.project import Project
from curator.ui.messages import Level, Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from tests.helpers.factories import a_project


def test_a_decision_is_stored_and_told_once(qtbot, session: Session):
    clips = session.project.clips.ids()
    with qtbot.waitSignal(session.changed) as changed:
        session.apply(drop(clips[:2]))
    assert changed.args[0].clips == tuple(clips[:2])
    assert session.project.clips.get(clips[0]).state == State.DROPPED


def test_undo_and_redo_say_what_they_did(session: Session):
    clips = session.project.clips.ids()
    session.apply(keep(clips))
    session.undo()
    assert session.project.clips.get(clips[0]).state == State.UNDECIDED
    assert session.messages.all[-1].sentence == "Undid: Keep (6 clips)."
    session.redo()
    assert session.project.clips.get(clips[0]).state == State.KEPT
    session.redo()
    assert session.messages.all[-1].sentence == "Nothing to redo."


def test_a_corrected_text_is_judged_at_once(session: Session):
    clip = session.project.clips.ids()[0]
    session.apply(correct_text([clip], ""))
    assert "no_text" in {f.key for f in session.project.clips.get(clip).findings}


def test_a_project_somebody_else_writes_to_is_open_for_looking(tmp_path: Path):
    with a_project(tmp_path) as writer:
        messages = Messages()
        second = Session.open(writer.path, WindowSettings(), messages)
        assert second.read_only
        assert "already open in" in messages.all[0].sentence
        assert second.apply(keep(second.project.clips.ids())) is None
        assert messages.all[-1].level == Level.WARNING
        assert second.undo() is None
        second.analyse()
        assert not second.jobs.running
        second.close()
        assert Project.is_project(writer.path)


def test_showing_a_clip_brings_it_to_the_front(qtbot, session: Session):
    clip = session.project.clips.ids()[3]
    with qtbot.waitSignals([session.page_asked, session.chosen]):
        session.show_clip(clip)
    assert session.current == clip
