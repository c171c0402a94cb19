from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from curator.domain.decision import Field, drop, give_emotion, keep
from curator.domain.merging import Rule
from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.merging import plan_merge
from curator.store.project import Project
from curator.ui.history.merge_dialog import MergeDialog
from curator.ui.session import Session
from tests.helpers.factories import a_project, a_recording, some_clips
from tests.ui.history.test_snapshots_dialog import rows


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The same recording with two clips kept, and another with three clips."""
    with a_project(tmp_path, name="other.curator") as project:
        project.decisions.apply(keep(project.clips.ids()[:2]))
        new = some_clips(project, a_recording(project, content_hash="b" * 64), 3)
        project.decisions.apply(give_emotion(new, "tension"))
    return tmp_path / "other.curator"


@pytest.fixture
def dialog(qtbot, session: Session) -> MergeDialog:
    dialog = MergeDialog(session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def looked(qtbot, dialog: MergeDialog, path: Path) -> None:
    dialog.path.setText(str(path))
    qtbot.keyClick(dialog.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.preview.isEnabled(), timeout=60_000)


def test_what_would_come_is_said_before_anything_is_done(qtbot, dialog, session, other):
    before = session.project.decisions.state_hash()
    assert not dialog.merge.isEnabled()
    looked(qtbot, dialog, other)
    assert "3 of 9 clips are new; 6 are here already" in dialog.summary.text()
    assert session.project.decisions.state_hash() == before
    assert dialog.merge.isEnabled()


def test_conflicts_are_decided_by_keys_and_merging_is_one_act(qtbot, dialog, session, other):
    first, second, *_ = session.project.clips.ids()
    session.apply(drop([first, second]))
    before = session.project.decisions.state_hash()
    looked(qtbot, dialog, other)
    assert rows(dialog.conflicts) == [
        [str(clip), "Kept or dropped", "dropped", "kept", "this project"]
        for clip in (first, second)
    ]
    assert dialog.list.hasFocus() or not dialog.isActiveWindow()
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Right)
    assert [row[4] for row in rows(dialog.conflicts)] == ["other set", "this project"]
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
    assert [row[4] for row in rows(dialog.conflicts)] == ["other set", "other set"]
    qtbot.keyClick(dialog.list, Qt.Key.Key_Left)
    with qtbot.waitSignals([session.changed, session.facts_changed], timeout=60_000):
        dialog.merge.click()
    states = {clip.id: clip.state for clip in session.project.clips.find()}
    assert (states[first], states[second]) == ("kept", "dropped")
    assert len(states) == 9
    assert "Undo: Ctrl+Z" in dialog.summary.text()
    session.undo()
    assert session.project.decisions.state_hash() == before


def test_a_rule_decides_all_conflicts_at_once(qtbot, dialog, session, other):
    session.apply(drop(session.project.clips.ids()))
    looked(qtbot, dialog, other)
    dialog.rule.setCurrentIndex(1)
    assert {row[4] for row in rows(dialog.conflicts)} == {"other set"}
    session.undo()
    assert not dialog.merge.isEnabled()
    assert "preview again" in dialog.summary.text()


def test_what_cannot_be_merged_is_said(qtbot, dialog, tmp_path):
    (tmp_path / "list.txt").write_text("nothing")
    looked(qtbot, dialog, tmp_path / "list.txt")
    assert "no format that can be merged" in dialog.summary.text()
    assert not dialog.merge.isEnabled()


def test_a_project_open_for_looking_only_can_be_looked_at(qtbot, session_of, tmp_path, other):
    a_project(tmp_path, name="mine.curator").close()
    dialog = MergeDialog(session_of(Project.open(tmp_path / "mine.curator", write=False)))
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    looked(qtbot, dialog, other)
    assert "3 of 9 clips are new" in dialog.summary.text()
    assert not dialog.merge.isEnabled()


def test_the_audit_page_knows_clips_of_recordings_that_came_with_them(session, other):
    from curator.ui.clip_data.clip_columns import ClipColumns

    project = session.project
    columns = ClipColumns(project)
    plan = plan_merge(JobContext.at_once(project, NoProgress()), other)
    changes = project.merging.apply(plan.decided(Rule.MINE))
    came, went = columns.follow(changes.of(Field.PRESENCE), Field.PRESENCE)
    assert (len(came), len(went)) == (3, 0)
    assert columns.column("duration").tolist() == [4.0] * 9
