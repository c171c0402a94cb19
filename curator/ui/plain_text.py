"""Foreign text in widgets, which show text that looks like HTML as HTML by default.

A transcript or file name with ``<img src=...>`` would fetch that file or address when it is shown.
"""

import html

from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QWidget


def plain_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Label that shows its text as it is."""
    return as_plain(QLabel(text, parent))


def as_plain(label: QLabel) -> QLabel:
    """Make a label show its text as it is; returns it."""
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def tool_tip(text: str) -> str:
    """Text for a tool tip, which has no plain format: escaped where it looks like HTML."""
    if not Qt.mightBeRichText(text):
        return text
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'
