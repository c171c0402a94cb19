"""Words in tables: marked where they are written, translated where they are shown."""

from PySide6.QtCore import QCoreApplication


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark a text for translators; the name is the one their tools look for."""
    return text


def translated(context: str, text: str) -> str:
    """A marked text in the person's language."""
    return QCoreApplication.translate(context, text)
