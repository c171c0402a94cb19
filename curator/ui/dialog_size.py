"""Size of dialogs: as wanted, within the screen."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

FRAME = QSize(8, 48)
"""Room for the frame and title bar of a window, in pixels."""


def resize_on_screen(dialog: QDialog, width: int, height: int) -> None:
    """Resize a dialog to these pixels, or to what the screen has room for."""
    room = dialog.screen().availableSize() - FRAME
    dialog.resize(min(width, room.width()), min(height, room.height()))
