"""The application's theme, font and style, put back after use."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication


@contextmanager
def appearance_kept(application: QApplication) -> Iterator[None]:
    """Restore palette, style sheet, font and style where they were changed inside."""
    palette, sheet, font = application.palette(), application.styleSheet(), application.font()
    style = application.style().name()
    yield
    if application.styleSheet() != sheet:
        application.setStyleSheet(sheet)
    if application.palette() != palette:
        application.setPalette(palette)
    if application.font() != font:
        application.setFont(font)
    if style and application.style().name() != style:
        application.setStyle(style)
