"""Dialogs are no larger than the screen, with room for their frame."""

import pytest
from PySide6.QtWidgets import QApplication

from curator.ui.dialog_size import FRAME
from tests.helpers.audit_window import Audit

DIALOGS = (
    "show_palette", "show_keys", "change_keys", "show_settings", "show_snapshots", "merge_set",
    "show_segment_lengths", "show_cleaning",
)  # fmt: skip


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_has_room_on_a_small_screen(audit: Audit, name: str):
    room = audit.window.screen().availableSize() - FRAME  # the test's screen is 800 pixels wide
    getattr(audit.window.dialogs, name)()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert dialog.height() <= room.height()
    assert dialog.width() <= max(room.width(), dialog.minimumSizeHint().width())
    dialog.close()
