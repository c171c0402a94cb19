"""Opening of files and folders by the program that the system has for them."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_with_system(path: Path) -> bool:
    """Open a folder in the file manager, or a file in its program; whether one was found."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
