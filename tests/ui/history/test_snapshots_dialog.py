import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from curator.domain.decision import PROJECT, Edit, Field, give_emotion, keep
from curator.store.snapshots import Snapshots
from curator.ui import write_queue
from curator.ui.history.simple_table import TextTable
from curator.ui.history.snapshots_dialog import SnapshotsDialog
from curator.ui.session import Session


def rows(model: TextTable) -> list[list[str]]:
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


@pytest.fixture
def dialog(qtbot, session: Session) -> Iterator[SnapshotsDialog]:
    dialog = SnapshotsDialog(session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def said(qtbot, dialog: SnapshotsDialog, words: str) -> None:
    qtbot.waitUntil(lambda: words in dialog.summary.text(), timeout=60_000)


def test_a_snapshot_is_taken_by_its_name_and_compared_at_once(qtbot, dialog, session):
    assert "No snapshots yet" in dialog.summary.text()
    qtbot.keyClicks(dialog.name, "monday")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    said(qtbot, dialog, "monday and now are the same")
    assert [row[0] for row in rows(dialog.snapshots)] == ["monday"]
    session.apply(keep(session.project.clips.ids()[:2]))
    session.apply(give_emotion(session.project.clips.ids()[:2], "tension"))
    said(qtbot, dialog, "2 added, 2 re-labelled")
    assert rows(dialog.categories) == [["Tension", "0", "2", "2", "0", "0", "0", "0", "0"]]


def test_other_weights_are_told_below_what_became_of_clips(qtbot, dialog, session):
    dialog.take_one()
    session.apply(Edit("Weigh", Field.WEIGHTS, {PROJECT: '{"temperature": 0.5}'}))
    said(qtbot, dialog, "no clip differs.\nCategories are heard by a temperature of 0.5")


def test_going_back_is_one_act_that_undo_takes_back(qtbot, dialog, session):
    dialog.take_one()
    session.apply(keep(session.project.clips.ids()))
    after = session.project.decisions.state_hash()
    with qtbot.waitSignal(session.changed):
        dialog.back.click()
    assert {clip.state for clip in session.project.clips.find()} == {"undecided"}
    session.undo()
    assert session.project.decisions.state_hash() == after
    said(qtbot, dialog, "6 added")


def test_removing_asks_twice(qtbot, dialog, session):
    dialog.take_one()
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert dialog.remove.text() == "Delete permanently"
    assert session.project.snapshots.all()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert session.project.snapshots.all() == []
    assert not dialog.back.isEnabled()


def test_two_snapshots_are_compared_with_each_other(qtbot, dialog, session):
    dialog.name.setText("monday")
    dialog.take_one()
    session.apply(keep(session.project.clips.ids()[:1]))
    dialog.name.setText("tuesday")
    dialog.take_one()
    dialog.other.setCurrentIndex(dialog.other.findData("monday"))
    said(qtbot, dialog, "From tuesday to monday: 1 dropped.")


def test_a_name_that_is_taken_is_refused_with_a_message(dialog, session):
    dialog.name.setText("monday")
    dialog.take_one()
    dialog.name.setText("monday")
    dialog.take_one()
    assert len(session.project.snapshots.all()) == 1
    assert dialog.name.text() == "monday"


def test_snapshots_of_many_clips_are_listed_beside_the_window(
    qtbot, session, monkeypatch: pytest.MonkeyPatch
):
    session.project.snapshots.take("monday")
    monkeypatch.setattr(write_queue, "LARGE", 4)
    window = threading.get_ident()
    real, threads = Snapshots.all, []
    monkeypatch.setattr(
        Snapshots, "all", lambda self: (threads.append(threading.get_ident()), real(self))[1]
    )
    dialog = SnapshotsDialog(session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert rows(dialog.snapshots) == []
    qtbot.waitUntil(lambda: [row[0] for row in rows(dialog.snapshots)] == ["monday"])
    assert window not in threads
    said(qtbot, dialog, "monday and now are the same")


def test_the_table_keeps_to_the_rules(qtmodeltester):
    model = TextTable(("a", "b"), (1,))
    qtmodeltester.check(model)
    model.show_rows([("x", "1"), ("y", "2")])
    model.show_row(1, ("z", "3"))
    assert rows(model) == [["x", "1"], ["z", "3"]]


def test_of_many_clips_one_is_taken_beside_the_window(
    qtbot, session, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(write_queue, "LARGE", 4)
    dialog = SnapshotsDialog(session)
    dialog.show()
    dialog.name.setText("monday")
    dialog.take_one()
    assert rows(dialog.snapshots) == []
    qtbot.waitUntil(lambda: [row[0] for row in rows(dialog.snapshots)] == ["monday"])
    dialog.take_one()
    dialog.close()  # before it is written
    qtbot.waitUntil(lambda: not session.writes.busy)
    assert len(session.project.snapshots.all()) == 2
