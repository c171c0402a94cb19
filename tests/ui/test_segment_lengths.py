import pytest
from PySide6.QtCore import Qt

from curator.domain.segment_lengths import SegmentLengths
from curator.ui.segment_lengths import SegmentLengthsDialog
from curator.ui.session import Session


@pytest.fixture
def dialog(qtbot, session: Session) -> SegmentLengthsDialog:
    dialog = SegmentLengthsDialog(session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_it_shows_the_lengths_of_the_model_and_refuses_what_cannot_be(dialog):
    shown = [field.value() for field in (dialog.shortest, dialog.longest, dialog.preferred)]
    assert shown == [0.5, 11.6, 7.0]
    assert dialog.start.isEnabled()
    dialog.shortest.setValue(8.0)
    assert "not within" in dialog.error.text()
    assert not dialog.start.isEnabled()
    dialog.usual.click()
    assert dialog.start.isEnabled()


def test_other_lengths_are_stored_and_cut_in_the_background(qtbot, session, dialog):
    dialog.longest.setValue(6.0)
    dialog.preferred.setValue(3.5)
    with qtbot.waitSignal(session.jobs.ended, timeout=60_000) as ended:
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert ended.args[0].outcome == "finished"
    assert session.project.settings.lengths == SegmentLengths(0.5, 6.0, 3.5)
    again = SegmentLengthsDialog(session)
    qtbot.addWidget(again)
    assert again.longest.value() == 6.0
